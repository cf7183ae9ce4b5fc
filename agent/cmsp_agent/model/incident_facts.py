"""What an incident is made of: its summary, wishes about its priority, its timeline."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cmsp_agent.model.event import AlarmKey
from cmsp_agent.model.priority import Extent, Priority, Urgency
from cmsp_agent.model.times import rfc3339

MOST_STEPS = 200
"""Entries of a timeline: the first stays, of the others the latest."""


MOST_NOTES = 200
MOST_NOTE_CHARACTERS = 100_000
"""Of all notes of an incident together: with each change the incident is stored as a whole."""


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
    """A person suppressed alarms that still hold: who, and until when the first of them is judged again."""

    by: str
    until: int
    partly: bool = False
    """Others of the incident are not suppressed: it is weighed by those, and people are notified as before."""

    def __str__(self) -> str:
        which = "some of its alarms are suppressed, the others not," if self.partly else "its alarms are suppressed"
        return f"{which} until {rfc3339(self.until)}"


@dataclass(frozen=True, slots=True)
class UnprovenEnd:
    """The last alarm ended, and no source says that its fault is over. `by`: who or what ended it."""

    by: str
    at: int
    alarm: AlarmKey


@dataclass(frozen=True, slots=True)
class Occasion:
    """When, by whom and, for a merger, into which incident."""

    at: int
    by: str = ""
    into: str | None = None


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


def within_bounds(notes: tuple[str, ...]) -> tuple[str, ...]:
    """The latest notes, as many as are kept; the last one always is."""
    characters, kept = 0, 0
    for note in reversed(notes[-MOST_NOTES:]):
        characters += len(note)
        if kept and characters > MOST_NOTE_CHARACTERS:
            break
        kept += 1
    return notes[len(notes) - kept :]


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
    lost: int = 1
    """How many components the alarms are of."""

    @property
    def facts(self) -> Mapping[str, Any]:
        """What an incident takes over from it, by the incident's fields."""
        return {
            "urgency": self.urgency,
            "extent": self.extent,
            "title": self.title,
            "masked_title": self.masked_title,
            "responsible": self.responsible,
            "recommendation": self.recommendation,
        }

    def at_height(self, before: "IncidentSummary | None") -> "IncidentSummary | None":
        """What is to be remembered of an incident of several components: the summary with most of them, the latest."""
        return self if self.lost > 1 and (before is None or self.lost >= before.lost) else before


@dataclass(frozen=True, slots=True)
class ReportedFault:
    """What a person says is wrong. `by`: who says so."""

    title: str
    components: tuple[str, ...]
    urgency: Urgency
    by: str
