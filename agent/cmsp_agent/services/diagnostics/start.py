"""The part for diagnostics: each question is a job, its answer without secrets."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from cmsp_agent.aio.blocking import BlockingPool
from cmsp_agent.config.nearest import no_such
from cmsp_agent.model.errors import NotFound
from cmsp_agent.services.devices.known_devices import Devices
from cmsp_agent.services.diagnostics.answers import Diagnostician
from cmsp_agent.services.diagnostics.question import DiagnosticQuestion
from cmsp_agent.services.jobs import JobKind, JobReport
from cmsp_agent.services.part import Part
from cmsp_agent.services.polling.sessions import SnmpSessions
from cmsp_agent.services.runtime import Runtime
from cmsp_agent.services.support.scrub import Scrubber
from cmsp_agent.transports.ssh.stored_keys import StoredHostKeys

KIND = "diagnostic"
WITHIN = 180.0
DIALOGUES = 4


@dataclass(frozen=True, slots=True)
class DiagnosticsPart(Part):
    """Asks devices what a person wants to know."""

    devices: Devices
    diagnostician: Diagnostician
    secrets: Callable[[], Iterable[str]]

    @property
    def jobs(self) -> Mapping[str, JobKind]:
        """One question to one device; one that a restart interrupted is not asked again."""
        return {KIND: JobKind(self._ask, within=WITHIN, repeatable=False)}

    def read_only(self, component: str) -> Sequence[str]:
        """The commands that may be run on a component."""
        platform = self.devices.device_type(component).cli
        return platform.read_only if platform else ()

    async def _ask(self, report: JobReport) -> Mapping[str, Any]:
        component = self.devices.components.get(report.job.component)
        if component is None:
            name = report.job.component
            raise NotFound(no_such("component", name, self.devices.components))
        question = DiagnosticQuestion(**report.job.arguments)
        report.step(10, f"asking the device: {question.kind}")
        answer = await self.diagnostician.ask(component, question)
        cleaned = Scrubber(self.secrets()).cleaned({"kind": question.kind, **answer})
        assert isinstance(cleaned, dict)
        return cleaned


@asynccontextmanager
async def start_diagnostics(
    runtime: Runtime, devices: Devices, sessions: SnmpSessions, secrets: Callable[[], Iterable[str]]
) -> AsyncIterator[DiagnosticsPart]:
    """Have threads ready for dialogues."""
    threads = BlockingPool("diagnostics", threads=DIALOGUES, waiting=20, source=runtime.machine.threads)
    runtime.counters.gauge("diagnostics.pool.busy", lambda: threads.busy)
    network = runtime.machine.network
    client = network.cli(threads, StoredHostKeys(runtime.state, runtime.clock), runtime.clock, runtime.counters)
    try:
        yield DiagnosticsPart(devices, Diagnostician(network, devices, sessions, client), secrets)
    finally:
        await threads.close(within=1.0)
