"""What an incident is told and remembers: findings, wishes of people, steps of its timeline."""

from dataclasses import dataclass

from cmsp_agent.model.priority import Extent, Priority, Urgency


@dataclass(frozen=True, slots=True)
class RaisedPriority:
    """A person asked for another priority: which, who and when (it may be charged for)."""

    priority: Priority
    by: str
    at: int


@dataclass(frozen=True, slots=True)
class DeclaredLow:
    """The partner declared the incident low: who and when."""

    by: str
    at: int


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One entry of the timeline. An empty `by` is the agent."""

    at: int
    what: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What the alarms of the moment say about an incident."""

    urgency: Urgency
    extent: Extent
    title: str
    responsible: str = "provider"
    recommendation: str = ""


@dataclass(frozen=True, slots=True)
class ReportedFault:
    """What a person says is wrong. `by`: who says so."""

    title: str
    components: tuple[str, ...]
    urgency: Urgency
    by: str
