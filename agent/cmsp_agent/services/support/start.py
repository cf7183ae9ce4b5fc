"""The part that makes support bundles, as a job."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from cmsp_agent.aio.blocking import BlockingPool
from cmsp_agent.services.events.recording import Outward
from cmsp_agent.services.jobs import JobKind, JobReport
from cmsp_agent.services.part import Part
from cmsp_agent.services.runtime import Runtime
from cmsp_agent.services.status.service import StatusService
from cmsp_agent.services.support.archive import Archives
from cmsp_agent.services.support.contents import BundleSources, contents, evidence
from cmsp_agent.services.support.loglines import kept_log
from cmsp_agent.services.support.scrub import Scrubber
from cmsp_agent.storage.encoding import encode

KIND = "support-bundle"
EVIDENCE = "evidence"
WITHIN = 120.0


@dataclass(frozen=True, slots=True)
class SupportPart(Part):
    """Makes bundles, and keeps the newest."""

    sources: BundleSources
    archives: Archives
    secrets: Callable[[], Iterable[str]]
    """The values of all secrets that the agent knows."""
    pool: BlockingPool
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while one is made: each holds megabytes of documents."""

    @property
    def jobs(self) -> Mapping[str, JobKind]:
        """A bundle now."""
        return {KIND: JobKind(self._make, within=WITHIN), EVIDENCE: JobKind(self._evidence, within=WITHIN)}

    async def read(self, name: str) -> bytes:
        """A bundle. Raises as `Archives.read`."""
        return await self.pool.run(partial(self.archives.read, name), within=WITHIN)

    async def _make(self, report: JobReport) -> Mapping[str, Any]:
        async with self.turn:
            report.step(10, "reading")
            documents = await contents(self.sources)
            report.step(50, "taking the secrets out")
            pack = partial(self._pack, report.job.id, documents, report.job.created_at)
            return await self.pool.run(pack, within=WITHIN)

    async def _evidence(self, report: JobReport) -> Mapping[str, Any]:
        async with self.turn:
            report.step(10, "reading")
            documents = await evidence(self.sources, int(report.job.arguments["since"]))
            pack = partial(self._pack, report.job.id, documents, report.job.created_at)
            return await self.pool.run(pack, within=WITHIN)

    def _pack(self, name: str, documents: Mapping[str, object], at: int) -> Mapping[str, Any]:
        """In a thread: thousands of patterns over megabytes of text."""
        scrubber = Scrubber(self.secrets())
        texts = {key: _text(scrubber.cleaned(document)) for key, document in documents.items()}
        return self.archives.write(name, texts, at)


@asynccontextmanager
async def start_support(
    runtime: Runtime,
    status: StatusService,
    masked: Outward,
    document: Callable[[], Mapping[str, Any]],
    secrets: Callable[[], Iterable[str]],
) -> AsyncIterator[SupportPart]:
    """Keep the last log lines from now on."""
    pool = BlockingPool("support", threads=1, waiting=4, source=runtime.machine.threads)
    directory = runtime.state_directory.path
    with kept_log() as lines:
        sources = BundleSources(status, runtime.state, runtime.counters, document, masked, directory, lines)
        try:
            yield SupportPart(sources, Archives(directory), secrets, pool)
        finally:
            await pool.close(within=1.0)


def _text(document: object) -> str:
    """A line for each row of a list."""
    rows = document if isinstance(document, list) else [document]
    return "".join(f"{encode(row).decode()}\n" for row in rows)
