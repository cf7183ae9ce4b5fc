"""Jobs: work that takes time. Shows step and percent until the end, which decides the exit code."""

import time
from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import quote

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from cmsp_agent.cli.daemon import CallFailed, all_pages
from cmsp_agent.cli.filters import known_or_refused, refuse_unknown_component
from cmsp_agent.cli.output import TableColumn, clean, items, minute, moment_utc
from cmsp_agent.cli.session import AsJson, CommandContext, session
from cmsp_agent.model.job import JobState

PAUSE = 0.25
"""Seconds between two looks at a job."""

_OVER = {"done", "failed", "cancelled"}
_MOST = 500
_STATES = ", ".join(each.value for each in JobState)
JobDocument = dict[str, Any]


def job_list(
    context: typer.Context,
    state: Annotated[str, typer.Option("--state", metavar="STATE", help=f"Only those that are {_STATES}.")] = "",
    kind: Annotated[str, typer.Option("--kind", metavar="KIND", help="Only this kind, as in backup or poll.")] = "",
    component: Annotated[str, typer.Option("--component", metavar="NAME", help="Only those of this component.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, max=500, metavar="NUMBER", help="How many at most.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List the last jobs, the newest first."""
    here = session(context)
    known_or_refused("state", state, (each.value for each in JobState))
    wanted = {"state": state, "kind": kind, "component": component}
    filtered = any(wanted.values())
    document = all_pages(here.daemon, "/v1/jobs", limit=_MOST) if filtered else here.daemon.get("/v1/jobs", limit=limit)
    known_or_refused("kind of job", kind, document.get("kinds") or ())
    there = [job for job in items(document) if all(value in ("", job.get(key)) for key, value in wanted.items())]
    if not there:
        refuse_unknown_component(here.daemon, component)
    document = {**document, "items": there[:limit]}
    if as_json:
        here.output.json(document)
        return
    columns = [TableColumn("JOB", whole=True), TableColumn("WHAT"), TableColumn("STATE"), TableColumn("CREATED (UTC)")]
    rows = [
        (job.get("id"), f"{job.get('kind')} {job.get('component') or ''}", _state(job), minute(job.get("created_at")))
        for job in items(document)
    ]
    here.output.table(columns, rows, "no such job" if filtered else "no jobs")


def job_show(
    context: typer.Context,
    job: Annotated[str, typer.Argument(metavar="JOB", help="The job's id.")],
    follow: Annotated[bool, typer.Option("--follow", help="Wait until it is over.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show a job: state, step, log, result."""
    here = session(context)
    found = here.daemon.get(f"/v1/jobs/{quote(job, safe='')}")
    if follow:
        found = await_job(here, found)
    if as_json:
        here.output.json(found)
    else:
        _print(here, found)
    raise_if_failed(found)


def job_cancel(
    context: typer.Context,
    job: Annotated[str, typer.Argument(metavar="JOB", help="The job's id.")],
    as_json: AsJson = False,
) -> None:
    """Cancel a job that is queued or running."""
    here = session(context)
    ended = here.daemon.delete(f"/v1/jobs/{quote(job, safe='')}")
    if as_json:
        here.output.json(ended)
    else:
        here.output.line(f"job {ended.get('id')} {ended.get('state')}")


def finish(
    here: CommandContext, job: JobDocument, *, as_json: bool, wait: bool, tell: Callable[[JobDocument], str]
) -> JobDocument:
    """What every command that starts a job does with it.

    Args:
        here: The session.
        job: The job as it was accepted (202).
        as_json: Print the job as JSON.
        wait: Whether to wait until it is over.
        tell: A sentence about a job that is done.

    Returns:
        The job as it is now.

    Raises:
        CallFailed: the job failed or was cancelled.
    """
    over = await_job(here, job) if wait else job
    if as_json:
        here.output.json(over)
    elif not wait:
        here.output.line(f"job {over.get('id')} accepted; see: cmsp-agent job show {over.get('id')}")
    raise_if_failed(over)
    if wait and not as_json:
        here.output.line(tell(over))
    return over


def await_job(here: CommandContext, job: JobDocument, pause: Callable[[float], None] = time.sleep) -> JobDocument:
    """Follow a job to its end, showing step and percent on standard error."""
    if here.output.errors.is_terminal:
        return _with_bar(here, job, pause)
    last = ""
    while True:
        if (step := _step(job)) != last:
            here.output.complain(step)
            last = step
        if job.get("state") in _OVER:
            return job
        pause(PAUSE)
        job = here.daemon.get(f"/v1/jobs/{job['id']}")


def _with_bar(here: CommandContext, job: JobDocument, pause: Callable[[float], None]) -> JobDocument:
    columns = (TextColumn("{task.description}", markup=False), BarColumn(20), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=here.output.errors, transient=True) as progress:
        bar = progress.add_task("", total=100)
        while True:
            progress.update(
                bar, completed=job.get("percent") or 0, description=clean(str(job.get("step") or job.get("state")))[:40]
            )
            if job.get("state") in _OVER:
                return job
            pause(PAUSE)
            job = here.daemon.get(f"/v1/jobs/{job['id']}")


def _state(job: JobDocument) -> str:
    return f"running {job.get('percent') or 0}%" if job.get("state") == "running" else str(job.get("state"))


def _step(job: JobDocument) -> str:
    return f"{job.get('percent') or 0:>3}% {job.get('step') or job.get('state')}"


def _print(here: CommandContext, job: JobDocument) -> None:
    here.output.facts(
        {
            "job": job.get("id"),
            "kind": job.get("kind"),
            "component": job.get("component"),
            "state": job.get("state"),
            "progress": f"{job.get('percent') or 0}% {job.get('step') or ''}",
            "asked by": job.get("by"),
            "created": moment_utc(job.get("created_at")),
            "ended": moment_utc(job.get("ended_at")) if job.get("ended_at") else None,
            "result": job.get("result"),
            "error": job.get("error"),
        }
    )
    for line in job.get("log") or ():
        here.output.line(f"  {line}")


def raise_if_failed(job: JobDocument) -> None:
    """Raises CallFailed: the job failed or was cancelled."""
    state = job.get("state")
    if state in {"failed", "cancelled"}:
        result = job.get("result")
        code = result.get("exit_code") if isinstance(result, dict) else None
        what = "failed" if state == "failed" else "was cancelled"
        reason = f": {job['error']}" if job.get("error") else ""
        raise CallFailed(f"the job {what}{reason}", code if isinstance(code, int) and 1 <= code <= 4 else 1)
