"""What every part uses: time, counters, supervised tasks, the databases. Opened first, closed last."""

import getpass
import logging
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from cmsp_agent.aio.blocking import BlockingPool, PoolFull
from cmsp_agent.aio.clock import Clock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.aio.supervise import Supervisor
from cmsp_agent.config.configuration import ApplianceSettings
from cmsp_agent.config.file_kind import nearest_there
from cmsp_agent.model.errors import StorageError
from cmsp_agent.model.machine_faults import help_for
from cmsp_agent.services.machine import Machine
from cmsp_agent.storage import series as samples
from cmsp_agent.storage.files import make_durably
from cmsp_agent.storage.outbox.epochs import minutes
from cmsp_agent.storage.sqlite.connections import Opening
from cmsp_agent.storage.sqlite.database import Database
from cmsp_agent.storage.state import open_state
from cmsp_agent.storage.state_directory import StateDirectory, usable_state_directory
from cmsp_agent.storage.tables import incidents
from cmsp_agent.transports.snmp.shared import SharedSnmp

STATE = "state.db"
"""The database of the state; where it is, the appliance has run before."""

READING = 60.0
"""Seconds in which the site file is read or checked: it may lie on a disk that hangs."""
T = TypeVar("T")

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Damage:
    """Databases that were found damaged, set aside and started anew, and not reported yet."""

    openings: list[Opening] = field(default_factory=list)

    def note(self, opening: Opening) -> None:
        """Remember it, where there is something to report."""
        if opening.set_aside is not None:
            self.openings.append(opening)

    def take(self) -> list[Opening]:
        """What is to be reported, once."""
        taken, self.openings = self.openings, []
        return taken


@dataclass(frozen=True, slots=True)
class Runtime:
    """What every part is built on."""

    machine: Machine
    counters: Counters
    supervisor: Supervisor
    state: Database
    series: Database
    damage: Damage
    state_directory: StateDirectory
    """Where the databases are, and what is wrong where that is a stand-in."""
    files: BlockingPool
    """Reads and checks the site file, one call after the other."""
    snmp: SharedSnmp = field(default_factory=SharedSnmp, repr=False)

    @property
    def clock(self) -> Clock:
        """The machine's time."""
        return self.machine.clock

    async def read_file(self, work: Callable[[], T]) -> T:
        """Run what reads or checks the site file beside the event loop.

        Raises:
            StorageError: it took longer than a minute, or others wait already.
        """
        try:
            return await self.files.run(work, within=READING)
        except (TimeoutError, PoolFull) as error:
            raise StorageError(f"the configuration could not be read within {READING:g} s") from error

    async def write_series(self, component: str, at: int, values: Mapping[str, float]) -> None:
        """Keep the samples of one poll; losing some to a full disk is counted, and no poll fails for it."""
        sample = samples.Sample(at, component, values)

        def work(tx: sqlite3.Connection) -> None:
            samples.append(tx, [sample], samples.Columns())

        try:
            await self.series.write(work)
        except StorageError:
            self.counters.add("series.not_stored", len(values))


@asynccontextmanager
async def open_runtime(appliance: ApplianceSettings, counters: Counters, machine: Machine) -> AsyncIterator[Runtime]:
    """Open the databases and a supervisor; tasks that still run when the block ends are ended before they close.

    Raises:
        StorageError: the state directory can't be used, or another agent uses it.
    """
    make_directory(appliance.state)
    clock, threads, damage = machine.clock, machine.threads, Damage()
    async with AsyncExitStack() as stack:
        directory = usable_state_directory(appliance.state, stack.enter_context(ExitStack()), clock.now())
        if directory.problem:
            log.critical("the state directory can't be written", extra={"problem": directory.problem})
        state = await open_state(
            directory.path / STATE,
            appliance.id,
            clock=clock,
            counters=counters,
            on_replaced=damage.note,
            threads=threads,
            new_id=machine.new_id,
        )
        stack.push_async_callback(state.close)
        kpis = await samples.open_series(
            directory.path / "series.db", clock=clock, counters=counters, on_replaced=damage.note, threads=threads
        )
        stack.push_async_callback(kpis.close)
        if directory.problem and not directory.copied:
            # what the original has given is not known here
            await state.write(lambda tx: incidents.leave_room(tx, minutes(clock.now()), 0))
        damage.note(state.opening)
        damage.note(kpis.opening)
        supervisor = await stack.enter_async_context(Supervisor(clock, counters, machine.chance))
        reading = BlockingPool("site file", threads=1, waiting=8, source=threads)
        stack.push_async_callback(reading.close)
        yield Runtime(machine, counters, supervisor, state, kpis, damage, directory, reading)


def make_directory(path: Path) -> None:
    """Make a directory that only the agent may enter.

    Raises:
        StorageError: it can't be made.
    """
    try:
        make_durably(path)
    except OSError as error:
        raise StorageError(f"{path}: can't be made: {_why_not_made(path, error)}") from error


def _why_not_made(path: Path, error: OSError) -> str:
    if isinstance(error, FileExistsError | NotADirectoryError):
        there = nearest_there(path)
        return f"{there} is no directory; move it away: mv {there} {there}.away"
    if isinstance(error, PermissionError):
        user = getpass.getuser()
        return f"{user} may not; as root: install -d -o {user} -m 700 {path}"
    helps = help_for(error.errno or 0, path)
    return f"{error.strerror}{f'; {helps}' if helps else ''}"
