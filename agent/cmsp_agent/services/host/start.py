"""The part that looks at the machine: room on its disks, its clock, and what the agent loses."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from cmsp_agent.aio.blocking import BlockingPool, PoolFull
from cmsp_agent.aio.clock import Clock
from cmsp_agent.config.configuration import ApplianceSettings
from cmsp_agent.model.counters.declaration import LOSING
from cmsp_agent.model.event import AlarmKey
from cmsp_agent.pipeline.alarm_types import process, storage
from cmsp_agent.services.events.conditions import Conditions
from cmsp_agent.services.events.notices import Notices
from cmsp_agent.services.events.trusted_clock import DISTRUSTED
from cmsp_agent.services.host.clock_steps import ClockSteps
from cmsp_agent.services.host.counted_losses import CountedLosses
from cmsp_agent.services.part import Part
from cmsp_agent.services.runtime import Runtime

LOW = "storage.low"
EVERY = 60.0
WITHIN = 5.0
"""Seconds in which a file system must answer."""
RECENT, ASKED_WITHIN = 5.0, 3.0
"""Seconds for which a look is believed by one who asks how the agent is, and in which there must be another."""
LEAST_SHARE, LEAST_BYTES = 0.05, 1 << 30
"""Room is low where less than both is free."""
SYNCHRONISED = Path("/run/systemd/timesync/synchronized")


@dataclass(slots=True)
class HostPart(Part):
    """What was seen of the machine at the last look."""

    alarm_types = process.ALARM_TYPES + storage.ALARM_TYPES
    directories: Mapping[str, Path]
    conditions: Conditions
    clock: Clock
    pool: BlockingPool
    steps: ClockSteps
    problem: Callable[[], str]
    """What is wrong with the state directory, and what helps; empty where nothing is."""
    seen: dict[str, dict[str, Any]] = field(default_factory=dict)
    active: Mapping[AlarmKey, object] = field(default_factory=dict)
    synchronised: bool | None = None
    """Whether systemd's time service has set the clock; None where another one does, or none."""
    looked: float = 0.0

    async def status(self) -> Mapping[str, Any]:
        """Room on the disks, and the clock, as they are now."""
        if self.clock.monotonic() - self.looked >= RECENT:
            with suppress(TimeoutError):
                async with asyncio.timeout(ASKED_WITHIN):
                    await self.look()
        distrusted = any(key.type == DISTRUSTED for key in self.active)
        clock: dict[str, Any] = {"trusted": not distrusted}
        if self.synchronised is not None:
            clock["synchronised"] = self.synchronised
        said = self.problem()
        problem = {"problem": said} if said else {}
        return {**problem, "disk": {name: dict(seen) for name, seen in self.seen.items()}, "clock": clock}

    async def look(self) -> None:
        """Ask each file system how much room it has, and the time service whether the clock is set."""
        self.looked = self.clock.monotonic()
        self.synchronised = synchronised()
        self.steps.look()
        low: dict[tuple[str, str], str] = {}
        for name, directory in self.directories.items():
            try:
                usage = await self.pool.run(partial(shutil.disk_usage, directory), within=WITHIN)
            except (OSError, TimeoutError, PoolFull) as error:
                self.seen[name] = {"path": str(directory), "problem": str(error) or f"no answer within {WITHIN:g} s"}
                continue
            percent = round(100 * usage.free / usage.total) if usage.total else 0
            self.seen[name] = {"path": str(directory), "free_bytes": usage.free, "free_percent": percent}
            if usage.free < min(LEAST_BYTES, usage.total * LEAST_SHARE) or usage.free < usage.total * 0.01:
                low["", name] = f"{directory}: {usage.free >> 20} MiB free ({percent} %); delete what is not needed"
        self.conditions.settle(low, "there is room again")

    async def run(self) -> NoReturn:
        """Look, until cancelled."""
        while True:
            await self.look()
            await self.clock.sleep(EVERY)


def synchronised() -> bool | None:
    """Whether systemd's time service has set the clock; None where another one does, or none."""
    return SYNCHRONISED.exists() if SYNCHRONISED.parent.exists() else None


@asynccontextmanager
async def start_host(
    runtime: Runtime, appliance: ApplianceSettings, notices: Notices, active: Mapping[AlarmKey, object]
) -> AsyncIterator[HostPart]:
    """Watch the machine."""
    held: Iterable[AlarmKey] = list(active)
    conditions = Conditions(LOW, notices, held)
    directories = {"state": runtime.state_directory.path, "backups": appliance.backups}
    pool = BlockingPool("disks", threads=2, waiting=8, source=runtime.machine.threads)

    def problem() -> str:
        return runtime.state_directory.problem or runtime.state.no_room

    steps = ClockSteps(notices, runtime.clock)
    part = HostPart(directories, conditions, runtime.clock, pool, steps, problem, active=active)
    losses = CountedLosses(runtime.counters, Conditions(LOSING, notices, held), runtime.clock)
    runtime.counters.gauge("disks.pool.busy", lambda: pool.busy)
    for name in ("state.db", "series.db"):
        runtime.counters.gauge(f"{name}.size", partial(_size, runtime.state_directory.path / name))
    await part.look()
    runtime.supervisor.keep_running("disks", part.run)
    runtime.supervisor.keep_running("losses", losses.run)
    try:
        yield part
    finally:
        await runtime.supervisor.cancel("disks")
        await pool.close(within=0.5)


def _size(database: Path) -> float:
    """Octets of a database and its write-ahead log."""
    files = (database, database.with_name(f"{database.name}-wal"))
    return float(sum(file.stat().st_size for file in files if file.exists()))
