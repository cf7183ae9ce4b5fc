"""What an incident is made of: its summary, wishes about its priority, its timeline."""

from dataclasses import dataclass

from cmsp_agent.model.priority import Extent, Priority, Urgency

MOST_STEPS = 200
"""Entries of a timeline: the first stays, of the others the latest."""


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
class SuppressedAlarms:
    """A person suppressed every alarm that still holds: who, and until when the first of them is judged again."""

    by: str
    until: int


def in_force(reckoned: Priority, raised: RaisedPriority | None, low: DeclaredLow | None) -> Priority:
    """The priority that counts: the reckoned one, or what a person asked for."""
    if low:
        return Priority.P4
    return min(reckoned, raised.priority) if raised else reckoned


def wish(reckoned: Priority, raised: RaisedPriority | None, low: DeclaredLow | None) -> str:
    """What a person asked for, as it follows the arithmetic of a priority; empty where that changes nothing."""
    if low:
        return f"; declared low by {low.by}: P4"
    return f"; raised to {raised.priority} by {raised.by}" if raised and raised.priority < reckoned else ""


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One entry of the timeline. An empty `by` is the agent."""

    at: int
    what: str
    by: str = ""


def continued(timeline: tuple[TimelineEntry, ...], entry: TimelineEntry) -> tuple[TimelineEntry, ...]:
    """The timeline with one entry more, within its bound."""
    entries = (*timeline, entry)
    return entries if len(entries) <= MOST_STEPS else (entries[0], *entries[-(MOST_STEPS - 1) :])


@dataclass(frozen=True, slots=True)
class IncidentSummary:
    """What the alarms of the moment say about an incident."""

    urgency: Urgency
    extent: Extent
    title: str
    responsible: str = "provider"
    recommendation: str = ""
    confirmed: bool = True
    """Polling, a second source or the agent itself bears out at least one of the alarms."""
    masked_title: str = ""
    """The title without personal data, where it has any."""


@dataclass(frozen=True, slots=True)
class ReportedFault:
    """What a person says is wrong. `by`: who says so."""

    title: str
    components: tuple[str, ...]
    urgency: Urgency
    by: str
