"""Jobs: accepted is durable, progress is seen, every ending is recorded, a restart loses none."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from cmsp_agent.aio.counters import Counters
from cmsp_agent.aio.supervise import Supervisor
from cmsp_agent.model.errors import Conflict, DeviceUnreachable, NotFound
from cmsp_agent.model.job import Job, JobState
from cmsp_agent.services.jobs import INTERNAL, INTERRUPTED, MOST_LOG_LINES, JobKind, JobReport, Jobs
from cmsp_agent.storage.sqlite.database import Database
from cmsp_agent.storage.state import open_state
from cmsp_agent.storage.tables import jobs as table
from tests.lab.clock import ManualClock


class Work:
    """Work that the test lets go on and end."""

    def __init__(self) -> None:
        self.reports: list[JobReport] = []
        self.go = asyncio.Event()
        self.error: Exception | None = None

    async def __call__(self, report: JobReport) -> Mapping[str, Any]:
        self.reports.append(report)
        report.step(10, "logging in")
        report.log("hello")
        await self.go.wait()
        if self.error is not None:
            raise self.error
        return {"backup": "b1"}


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    state = await open_state(tmp_path / "state.db", "apl-1", clock=ManualClock(), counters=Counters())
    yield state
    await state.close()


@pytest.fixture
async def supervisor() -> AsyncIterator[Supervisor]:
    async with Supervisor(ManualClock(), Counters()) as owner:
        yield owner


@pytest.fixture
def work() -> Work:
    return Work()


@pytest.fixture
def jobs(database: Database, supervisor: Supervisor, work: Work) -> Jobs:
    kinds = {"backup": JobKind(work), "change": JobKind(work, repeatable=False), "short": JobKind(work, within=0.01)}
    return Jobs(database, supervisor, ManualClock(), kinds, at_once=2)


async def ended(jobs: Jobs, job: Job) -> Job:
    async with asyncio.timeout(1):
        while not (now := await jobs.find(job.id)).state.over:  # noqa: ASYNC110
            await asyncio.sleep(0)
    return now


async def started(work: Work, count: int = 1) -> None:
    async with asyncio.timeout(1):
        while len(work.reports) < count:  # noqa: ASYNC110
            await asyncio.sleep(0)


async def test_a_job_is_stored_before_it_is_acknowledged(jobs: Jobs, database: Database) -> None:
    job = await jobs.submit("backup", "gw-1", "noc", {"reason": "demand"})
    stored = await database.read(lambda connection: table.find(connection, job.id))
    assert stored is not None
    assert (stored.component, stored.by, dict(stored.arguments)) == ("gw-1", "noc", {"reason": "demand"})


async def test_progress_is_seen_while_it_runs_and_kept_when_it_ends(jobs: Jobs, work: Work) -> None:
    job = await jobs.submit("backup", "gw-1", "noc")
    await started(work)
    now = await jobs.find(job.id)
    assert (now.state, now.percent, now.step, now.log) == (JobState.RUNNING, 10, "logging in", ("hello",))
    assert (await jobs.latest())[0] == now
    work.go.set()
    done = await ended(jobs, job)
    assert (done.state, done.percent, done.step, dict(done.result)) == (JobState.DONE, 100, "", {"backup": "b1"})
    assert done.log == ("hello",)
    assert done.ended_at is not None
    assert jobs.unfinished == 0


async def test_a_failure_is_reported_with_its_exit_code(jobs: Jobs, work: Work) -> None:
    work.error = DeviceUnreachable("gw-1: silent")
    work.go.set()
    job = await ended(jobs, await jobs.submit("backup", "gw-1", "noc"))
    assert (job.state, job.error) == (JobState.FAILED, "gw-1: silent")
    assert dict(job.result) == {"error": "device unreachable", "exit_code": 4}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_a_bug_in_a_job_ends_it_and_shows_nothing_of_itself(jobs: Jobs, work: Work) -> None:
    work.error = ValueError("password s3cret")
    work.go.set()
    job = await ended(jobs, await jobs.submit("backup", "gw-1", "noc"))
    assert (job.state, job.error) == (JobState.FAILED, INTERNAL)


async def test_a_job_that_the_disk_or_a_permission_ends_says_so(jobs: Jobs, work: Work) -> None:
    work.error = PermissionError(13, "Permission denied", "/mnt/backup/x")
    work.go.set()
    job = await ended(jobs, await jobs.submit("backup", "gw-1", "noc"))
    assert job.state is JobState.FAILED
    assert job.error.startswith("/mnt/backup/x: Permission denied; run this as root")


async def test_a_job_that_takes_too_long_fails(jobs: Jobs) -> None:
    job = await ended(jobs, await jobs.submit("short", "gw-1", "noc"))
    assert (job.state, job.error) == (JobState.FAILED, "not done within 0.01 s")


async def test_cancel_ends_a_running_and_a_waiting_job(jobs: Jobs, work: Work) -> None:
    accepted = [await jobs.submit("backup", f"gw-{n}", "noc") for n in range(4)]
    await started(work, 2)
    for job in accepted:
        assert (await jobs.cancel(job.id)).state is JobState.CANCELLED
    assert len(work.reports) in (2, 3, 4)
    with pytest.raises(Conflict):
        await jobs.cancel(accepted[0].id)
    with pytest.raises(NotFound):
        await jobs.cancel("no-such")


async def test_a_job_cancelled_before_its_first_step_is_cancelled_all_the_same(jobs: Jobs, database: Database) -> None:
    job = jobs.draft("backup", "gw-1", "noc")
    await database.write(lambda tx: jobs.accept(tx, job))
    jobs.start(job)
    assert (await jobs.cancel(job.id)).state is JobState.CANCELLED


async def test_only_so_many_run_at_once(jobs: Jobs, work: Work) -> None:
    accepted = [await jobs.submit("backup", f"gw-{n}", "noc") for n in range(3)]
    await started(work, 2)
    assert len(work.reports) == 2
    work.go.set()
    assert [(await ended(jobs, job)).state for job in accepted] == [JobState.DONE] * 3


async def test_a_stop_leaves_jobs_to_the_next_start(
    jobs: Jobs, database: Database, supervisor: Supervisor, work: Work
) -> None:
    again, once = await jobs.submit("backup", "gw-1", "noc"), await jobs.submit("change", "gw-1", "noc")
    await started(work, 2)
    await supervisor.stop()
    async with Supervisor(ManualClock(), Counters()) as next_run:
        work.go.set()
        after = Jobs(database, next_run, ManualClock(), {"backup": JobKind(work)})
        assert await after.resume() == 1
        assert (await ended(after, again)).state is JobState.DONE
        assert (await after.find(again.id)).log[:2] == ("taken up again after a restart", "hello")
        assert (await after.find(once.id)).error == INTERRUPTED


async def test_an_unknown_kind_is_refused(jobs: Jobs) -> None:
    with pytest.raises(NotFound):
        await jobs.submit("dance", "gw-1", "noc")


async def test_log_lines_are_bounded() -> None:
    report = JobReport(Job("j", "backup", "gw-1", "noc", 0), lambda job: None)
    for number in range(MOST_LOG_LINES + 50):
        report.log(f"line {number} " + "x" * 1000)
    assert len(report.job.log) == MOST_LOG_LINES
    assert report.job.log[-1].startswith(f"line {MOST_LOG_LINES + 49} ")
    assert max(map(len, report.job.log)) == 500
