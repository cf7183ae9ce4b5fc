"""Incidents, and what a person may change of one."""

from typing import Literal

from pydantic import Field

from cmsp_agent.api.schemas.base import Paged, Shape, Strict


class ImpactView(Shape):
    """The arithmetic of an impact: [affected, whole]."""

    level: str
    people: list[int]
    sites: list[int]
    components: list[int]


class TimelineView(Shape):
    """One entry of an incident's timeline; `by` is null for the agent."""

    at: str
    what: str
    by: str | None


class IncidentView(Shape):
    """The data of `cmsp.incident.v1` with what people add. `version` is the ETag."""

    id: str
    number: str
    state: str
    priority: str
    urgency: str
    impact: ImpactView
    arithmetic: str
    confirmed: bool
    title: str
    components: list[str]
    alarms: list[str] = Field(
        description="The ids of the latest that joined it; all come from `/v1/incidents/{incident}/alarms`"
    )
    alarms_in_all: int = Field(description="How many there are")
    opened_at: str
    restored_at: str | None
    resolved_at: str | None
    closed_at: str | None
    merged_into: str | None
    assignee: str | None
    notes: list[str] = Field(description="The latest; all come from `/v1/incidents/{incident}/notes`")
    notes_in_all: int = Field(description="How many are kept")
    notes_dropped: int = Field(description="How many older ones went, for 200 and 100,000 characters are kept")
    timeline: list[TimelineView]
    version: int


class IncidentPage(Shape):
    """A page of incidents, the newest first; `next` is null on the last page."""

    items: list[IncidentView]
    next: int | None


class NoteList(Paged):
    """The notes of an incident, the oldest that is kept first."""

    items: list[str]


class AlarmIdList(Paged):
    """The ids of an incident's alarms, the first that joined it first."""

    items: list[str]


class References(Strict):
    """A ticket's references in other systems; absent members stay as they are."""

    headend: str | None = Field(default=None, max_length=200)
    itsm: str | None = Field(default=None, max_length=200)


class IncidentReport(Strict):
    """What a person says is wrong. The impact is that of the components that are named."""

    title: str = Field(min_length=1, max_length=200)
    components: list[str] = Field(default_factory=list, max_length=100)
    urgency: Literal["critical", "major", "minor", "low"] = "minor"
    reported_by: str | None = Field(default=None, max_length=200, description="Who says so, if not the caller")


class IncidentChange(Strict):
    """What a person, or the head-end, changes of an incident. Absent members stay as they are."""

    state: Literal["acknowledged", "in-progress", "resolved", "closed"] | None = None
    assignee: str | None = Field(default=None, max_length=200)
    note: str | None = Field(default=None, min_length=1, max_length=4000)
    raised_priority: Literal["P1", "P2", "P3", "P4"] | None = Field(
        default=None, description="A higher priority that somebody asks for; one below the reckoned is refused"
    )
    declared_low: bool | None = Field(
        default=None, description="The partner declares the incident low (P4), or takes that back"
    )
    asked_by: str | None = Field(
        default=None, max_length=200, description="Who asks for the priority or declares it low, if not the caller"
    )
    external: References | None = Field(default=None, description="References of the ticket elsewhere")
