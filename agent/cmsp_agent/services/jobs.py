"""Durable jobs: an accepted job is committed. Its kind says what it does.

A job that was queued or running when the agent ended is run again where its kind may be repeated, else it is reported
as interrupted. Who may ask, and the answer to a repeated request, are left to the API.
"""

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from cmsp_agent.aio.clock import Clock
from cmsp_agent.aio.supervise import Supervisor
from cmsp_agent.model.errors import AgentError, Conflict, NotFound
from cmsp_agent.model.ids import NewId, uuid7
from cmsp_agent.model.job import Job, JobState
from cmsp_agent.model.machine_faults import kind_in_words, machine_fault
from cmsp_agent.storage.sqlite.database import Database
from cmsp_agent.storage.tables import jobs as table

log = logging.getLogger(__name__)

MOST_UNFINISHED = 1_000
MOST_LOG_LINES = 200
LONGEST_LINE = 500
INTERRUPTED = "interrupted: the agent ended before the job did"
INTERNAL = "failed inside the agent; its log says more"


class TooManyJobs(AgentError):
    """As many jobs as allowed are unfinished; some will end soon."""

    retryable = True


class JobReport:
    """What a job's work is given: the job as accepted, and the way to report its progress."""

    def __init__(self, job: Job, changed: Callable[[Job], None]) -> None:
        self.job = job
        self._changed = changed

    def step(self, percent: int, text: str) -> None:
        """The work is at `percent` (0 to 100) and does `text` now."""
        self._keep(replace(self.job, percent=max(0, min(percent, 100)), step=text[:LONGEST_LINE]))

    def log(self, line: str) -> None:
        """Add a line for people; the oldest go when there are too many."""
        lines = (*self.job.log, line[:LONGEST_LINE])[-MOST_LOG_LINES:]
        self._keep(replace(self.job, log=lines))

    def _keep(self, job: Job) -> None:
        self.job = job
        self._changed(job)


Work = Callable[[JobReport], Awaitable[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class JobKind:
    """A kind of job: its work, how long it may take in seconds, and whether it may be done twice."""

    work: Work
    within: float = 600.0
    repeatable: bool = True
    interrupted: Callable[[Job], Awaitable[None]] | None = None
    """Called at the start for a job that the end of the agent has cut off and that is not run again."""


class Jobs:
    """Accepts, runs, shows and cancels jobs. A few run at a time, the others wait in the order of acceptance."""

    def __init__(
        self,
        database: Database,
        supervisor: Supervisor,
        clock: Clock,
        kinds: Mapping[str, JobKind],
        at_once: int = 16,
        new_id: NewId = uuid7,
    ) -> None:
        self._database = database
        self._new_id = new_id
        self._supervisor = supervisor
        self._clock = clock
        self.kinds = kinds
        self._places = asyncio.Semaphore(at_once)
        self._live: dict[str, Job] = {}
        self._cancelled: set[str] = set()

    @property
    def unfinished(self) -> int:
        """Jobs that wait or run."""
        return len(self._live)

    def draft(self, kind: str, component: str, by: str, arguments: Mapping[str, Any] | None = None) -> Job:
        """A job to be accepted, not yet stored.

        Raises:
            NotFound: no such kind.
            TooManyJobs: try again later.
        """
        if kind not in self.kinds:
            raise NotFound(f"no kind of job is called {kind!r}")
        if len(self._live) >= MOST_UNFINISHED:
            raise TooManyJobs(f"{len(self._live)} jobs are unfinished")
        now = self._clock.now()
        return Job(self._new_id(now), kind, component, by, now, arguments=arguments or {})

    def accept(self, tx: sqlite3.Connection, job: Job) -> None:
        """Store a drafted job in the caller's transaction; `start` it once that is committed."""
        table.save(tx, job)

    def start(self, job: Job) -> None:
        """Let an accepted job run as soon as there is a place; while the agent is stopping, at its next start."""
        self._live[job.id] = job
        try:
            self._supervisor.run(_task(job.id), self._carry_out(job.id))
        except ValueError:
            self._live.pop(job.id)

    async def submit(self, kind: str, component: str, by: str, arguments: Mapping[str, Any] | None = None) -> Job:
        """Draft, accept and start in one go."""
        job = self.draft(kind, component, by, arguments)
        await self._database.write(lambda tx: self.accept(tx, job))
        self.start(job)
        return job

    async def resume(self) -> int:
        """At start: take up what the last run left; returns how many jobs run again."""
        left = await self._database.read(table.unfinished)
        again = [job for job in left if job.kind in self.kinds and self.kinds[job.kind].repeatable]
        for job in left:
            if job not in again:
                kind = self.kinds.get(job.kind)
                if kind is not None and kind.interrupted is not None and job.state is JobState.RUNNING:
                    await kind.interrupted(job)  # first: once it is stored as over, the next start would not look at it
                await self._save(replace(_ended(job, JobState.FAILED, INTERRUPTED), ended_at=self._clock.now()))
        for job in again:
            self.start(replace(job, state=JobState.QUEUED, percent=0, log=(*job.log, "taken up again after a restart")))
        return len(again)

    async def find(self, job_id: str) -> Job:
        """The job as it stands now.

        Raises:
            NotFound: never accepted, or forgotten since.
        """
        job = self._live.get(job_id) or await self._database.read(lambda connection: table.find(connection, job_id))
        if job is None:
            raise NotFound(f"no job {job_id}; see: cmsp-agent job list")
        return job

    async def latest(self, limit: int = 50) -> list[Job]:
        """The newest jobs first, as they stand now."""
        stored = await self._database.read(lambda connection: table.latest(connection, limit))
        return [self._live.get(job.id, job) for job in stored]

    async def cancel(self, job_id: str) -> Job:
        """End a job that waits or runs; returns it ended.

        Raises:
            NotFound: no such job.
            Conflict: it is over already.
        """
        job = await self.find(job_id)
        if job.state.over:
            raise Conflict(f"job {job_id} is over ({job.state})")
        self._cancelled.add(job_id)
        await self._supervisor.cancel(_task(job_id))
        if job_id in self._live:  # cancelled before its task had taken its first step
            await self._end(_ended(job, JobState.CANCELLED))
        return await self.find(job_id)

    async def _carry_out(self, job_id: str) -> None:
        end: Job | None = _ended(self._live[job_id], JobState.FAILED, INTERNAL)
        try:
            async with self._places:
                end = await self._work(job_id)
        except asyncio.CancelledError:
            if job_id not in self._cancelled:
                end = None  # the agent is stopping: the job is taken up at the next start
                raise
            end = _ended(self._live[job_id], JobState.CANCELLED)
        except (OSError, sqlite3.Error) as error:
            end = _ended(self._live[job_id], JobState.FAILED, machine_fault(error))
            log.exception("a job failed: error of the disk or the database", extra={"job": job_id})
        finally:
            if end is not None:
                await self._end(end)

    async def _work(self, job_id: str) -> Job:
        job = replace(self._live[job_id], state=JobState.RUNNING)
        self._live[job_id] = job
        await self._save(job)
        kind = self.kinds[job.kind]
        try:
            async with asyncio.timeout(kind.within):
                result = await kind.work(JobReport(job, self._progressed))
        except TimeoutError:
            return _ended(job, JobState.FAILED, f"not done within {kind.within:g} s")
        except AgentError as error:
            facts = {"error": kind_in_words(error), "exit_code": error.exit_code}
            return replace(_ended(job, JobState.FAILED, str(error)), result=facts)
        return replace(_ended(job, JobState.DONE), percent=100, result=result)

    async def _end(self, job: Job) -> None:
        """Store the end, with the progress that was reported."""
        live = self._live[job.id]
        percent = max(job.percent, live.percent)
        try:
            await self._save(replace(job, percent=percent, log=live.log, ended_at=self._clock.now()))
        finally:
            self._live.pop(job.id, None)
            self._cancelled.discard(job.id)

    def _progressed(self, job: Job) -> None:
        if job.id in self._live:
            self._live[job.id] = job

    async def _save(self, job: Job) -> None:
        await self._database.write(lambda tx: table.save(tx, job), makes_room=job.state.over)


def _ended(job: Job, state: JobState, error: str = "") -> Job:
    return replace(job, state=state, error=error, step="")


def _task(job_id: str) -> str:
    return f"job {job_id}"
