"""A job as the API shows it."""

from cmsp_agent.api.views.view import View
from cmsp_agent.model.job import Job, JobState
from cmsp_agent.model.times import optional_time, rfc3339


def job_view(job: Job) -> View:
    """A job as it stands."""
    return {
        "id": job.id,
        "kind": job.kind,
        "component": job.component,
        "by": job.by,
        "state": job.state.value,
        "percent": job.percent,
        "step": job.step,
        "log": list(job.log),
        "result": dict(job.result),
        "error": job.error or None,
        "exit_code": _exit_code(job),
        "created_at": rfc3339(job.created_at),
        "ended_at": optional_time(job.ended_at),
    }


def _exit_code(job: Job) -> int | None:
    """What a command that waited for the job ends with; null while it goes on."""
    if not job.state.over:
        return None
    return 0 if job.state is JobState.DONE else int(job.result.get("exit_code", 1))
