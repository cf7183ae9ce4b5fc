"""The part that watches the tunnel: what its process says, or, where other equipment ends it, a probe of our own."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

from cmsp_agent.aio.clock import Clock
from cmsp_agent.aio.threads import SYSTEM_THREADS, Threads
from cmsp_agent.config.configuration import Configuration
from cmsp_agent.model.errors import Conflict, StorageError
from cmsp_agent.model.event import AlarmKey
from cmsp_agent.services.events.conditions import Conditions
from cmsp_agent.services.events.notices import Notices
from cmsp_agent.services.jobs import JobKind, JobReport
from cmsp_agent.services.part import Change, Part
from cmsp_agent.services.runtime import Runtime
from cmsp_agent.services.tunnel.devices import addresses_of, keep
from cmsp_agent.services.tunnel.health import HEALTH, TunnelHealth, judged, read_health
from cmsp_agent.services.tunnel.tunnel_test import WITHIN, tried
from cmsp_agent.transports.headend import HeadendClient
from cmsp_agent.transports.network import Network
from cmsp_agent.transports.tcp import TcpAnswer

log = logging.getLogger(__name__)

DOWN = "tunnel.down"
EVERY = 10.0
PROBE_WITHIN = 3.0
TEST = "tunnel-test"

MakeClient = Callable[[], HeadendClient | None]
"""A client of the head-end that nobody else uses; None where no head-end is known."""


@dataclass(slots=True)
class TunnelPart(Part):
    """How the tunnel is, as it was last seen."""

    external: bool
    urls: Sequence[str]
    file: Path
    network: Network
    conditions: Conditions
    clock: Clock
    make_client: MakeClient
    threads: Threads = SYSTEM_THREADS
    state: Path = Path()
    seen: TunnelHealth | None = None
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held during a test: two at once would measure each other."""

    def prepare(self, configuration: Configuration) -> Change:
        """Other devices that the head-end may reach."""

        async def change() -> None:
            self.tell_devices(configuration)

        return change

    def tell_devices(self, configuration: Configuration) -> None:
        """Write what the tunnel's process reads at its next start."""
        try:
            if keep(self.state, addresses_of(configuration)):
                log.warning("the devices that the tunnel may reach have changed; restart cmsp-tunnel to apply it")
        except StorageError as error:
            log.error(
                "the list of devices that the tunnel may reach could not be written", extra={"reason": str(error)}
            )

    async def status(self) -> Mapping[str, Any]:
        """The tunnel, where there is one."""
        return {} if self.seen is None else {"tunnel": self.seen.view(self.clock.monotonic())}

    async def heartbeat(self) -> Mapping[str, Any]:
        """The same."""
        return await self.status()

    @property
    def jobs(self) -> Mapping[str, JobKind]:
        """A test of what the tunnel carries; one that a restart interrupted is not begun again."""
        return {TEST: JobKind(self._test, within=WITHIN, repeatable=False)}

    async def _test(self, report: JobReport) -> Mapping[str, Any]:
        async with self.turn:
            client = self.make_client()
            if client is None:
                raise Conflict("no head-end is known here: cmsp-agent enrol")
            report.step(10, "measuring the way to the head-end")
            return (await tried(client, self.seen, self.clock, self.threads)).view()

    async def look(self) -> None:
        """See how it is; an alarm where it is down."""
        try:
            self.seen = await self._probed() if self.external else read_health(self.file, self.clock.monotonic())
        except StorageError:
            self.seen = None
        down = self.seen is not None and not self.seen.up
        reason = self.seen.reason if self.seen is not None else ""
        said = self.conditions.held.get(("", "")) or f"the tunnel is down: {reason}"  # once: the reason counts on
        self.conditions.settle({("", ""): said} if down else {}, "the tunnel is up")

    async def run(self) -> NoReturn:
        """Look, until cancelled."""
        while True:
            await self.look()
            await self.clock.sleep(EVERY)

    async def _probed(self) -> TunnelHealth:
        before = self.seen or TunnelHealth(0.0, up=True, mode="external")
        latency = None
        for host, port in map(_endpoint, self.urls):
            started = self.clock.monotonic()
            answer = await self.network.check_port(host, port, PROBE_WITHIN, None)
            if answer is not TcpAnswer.SILENT:
                latency = self.clock.monotonic() - started
                break
        up, missed, _ = judged(before, self.clock.monotonic(), latency, 0.0)
        reason = "" if up else f"the head-end did not answer {missed} probes in a row"
        return TunnelHealth(self.clock.monotonic(), up, "external", latency=latency, missed=missed, reason=reason)


@lru_cache(maxsize=16)
def _endpoint(url: str) -> tuple[str, int]:
    """Where a URL of the head-end leads."""
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or 443


@asynccontextmanager
async def start_tunnel(
    runtime: Runtime,
    configuration: Configuration,
    notices: Notices,
    active: Iterable[AlarmKey],
    make_client: MakeClient,
    file: Path = HEALTH,
) -> AsyncIterator[TunnelPart]:
    """Watch it from now on."""
    headend, machine = configuration.headend, runtime.machine
    watched = file, machine.network, Conditions(DOWN, notices, list(active)), runtime.clock
    part = TunnelPart(headend.tunnel == "external", headend.urls, *watched, make_client, machine.threads)
    part.state = configuration.appliance.state
    part.tell_devices(configuration)
    if not part.external or part.urls:
        runtime.supervisor.keep_running("tunnel watch", part.run)
    yield part
