"""A job: work that was accepted and takes time. Accepted means durable."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def over(self) -> bool:
        return self not in (JobState.QUEUED, JobState.RUNNING)


@dataclass(frozen=True, slots=True)
class Job:
    """One job. Times in ms since the epoch, UTC."""

    id: str
    kind: str
    """`poll`, `backup`…"""
    component: str
    by: str
    """Who asked: the identity of the caller."""
    created_at: int
    state: JobState = JobState.QUEUED
    percent: int = 0
    step: str = ""
    log: tuple[str, ...] = ()
    result: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""
    ended_at: int | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict)

    def shown(self, change: Callable[[str], str]) -> "Job":
        """The job with each text of what it printed and brought as `change` makes it."""
        log = tuple(map(change, self.log))
        return replace(self, log=log, result=_each(self.result, change), error=change(self.error))


def _each(value: Any, change: Callable[[str], str]) -> Any:
    match value:
        case str():
            return change(value)
        case Mapping():
            return {name: _each(part, change) for name, part in value.items()}
        case list() | tuple():
            return [_each(part, change) for part in value]
    return value
