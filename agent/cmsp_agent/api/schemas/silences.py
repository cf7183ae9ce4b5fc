"""Silences, maintenance windows and planned work."""

from typing import Literal

from pydantic import Field

from cmsp_agent.api.schemas.base import LONGEST_SECONDS, Paged, Shape, Strict

Pattern = Field(default="", max_length=200)


class MatcherFields(Strict):
    """What a silence is about; `*` and `?` as in the shell. At least one must be given."""

    site: str = Pattern
    component: str = Pattern
    group: str = Pattern
    type: str = Pattern
    object: str = Pattern


class SilenceWanted(Strict):
    """A silence, a maintenance window or planned work to be made. It ends at `ends_at`, or after `for_seconds`."""

    kind: Literal["silence", "maintenance", "work"] = "silence"
    matcher: MatcherFields
    starts_at: str | None = Field(default=None, description="RFC 3339; default: now")
    ends_at: str | None = Field(default=None, description="RFC 3339")
    for_seconds: float | None = Field(default=None, gt=0, le=LONGEST_SECONDS)
    reason: str = Field(min_length=1, max_length=1000)


class SilenceView(Shape):
    """A silence as it is."""

    id: str
    kind: str
    state: Literal["pending", "active", "over"]
    matcher: dict[str, str]
    starts_at: str
    ends_at: str
    author: str
    reason: str
    created_at: str
    ended_by: str | None


class SilenceList(Paged):
    """All that are kept, the one that ends last first."""

    items: list[SilenceView]
