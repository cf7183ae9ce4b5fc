"""A job: work that was accepted and takes time. Accepted means durable."""

from collections.abc import Mapping
from dataclasses import dataclass, field
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
