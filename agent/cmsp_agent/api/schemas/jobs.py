"""Jobs."""

from typing import Any

from cmsp_agent.api.schemas.base import Paged, Shape


class JobView(Shape):
    """A job as it stands: state queued, running, done, failed or cancelled."""

    id: str
    kind: str
    component: str
    state: str
    percent: int
    step: str
    log: list[str]
    result: dict[str, Any]
    error: str | None
    exit_code: int | None
    created_at: str
    ended_at: str | None


class JobList(Paged):
    """Jobs, the newest first, and the kinds of jobs that there are."""

    items: list[JobView]
    kinds: list[str]
