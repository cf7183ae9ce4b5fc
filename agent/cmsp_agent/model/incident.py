"""An incident: one fault as people work on it (ITIL). Transitions are pure; a priority is never stored by hand."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from cmsp_agent.model.priority import Extent, Priority, Urgency, priority


class IncidentState(StrEnum):
    """Where an incident stands."""

    NEW = "new"
    ACKNOWLEDGED = "acknowledged"
    IN_PROGRESS = "in-progress"
    RESTORED = "restored"
    CLOSED = "closed"

    @property
    def open(self) -> bool:
        """The fault is still there."""
        return self not in (IncidentState.RESTORED, IncidentState.CLOSED)


@dataclass(frozen=True, slots=True)
class RaisedPriority:
    """A person asked for another priority: which, who and when (it may be charged for)."""

    priority: Priority
    by: str
    at: int


@dataclass(frozen=True, slots=True)
class Incident:
    """One fault. Times in ms since the epoch, UTC."""

    id: str
    number: str
    state: IncidentState
    urgency: Urgency
    extent: Extent
    title: str
    components: tuple[str, ...]
    alarms: tuple[str, ...]
    """Ids of the raise events that belong to it."""
    opened_at: int
    restored_at: int | None = None
    responsible: str = "provider"
    recommendation: str = ""
    reported_by: str | None = None
    assignee: str | None = None
    raised_priority: RaisedPriority | None = None
    external: Mapping[str, str | None] = field(default_factory=lambda: {"headend": None, "itsm": None})
    notes: tuple[str, ...] = ()
    version: int = 1
    """Grows with each change; the ETag."""
    passing: bool = False
    """Something that nothing clears belongs to it."""

    @property
    def priority(self) -> Priority:
        """From impact and urgency, or what a person asked for where that is higher."""
        computed = priority(self.urgency, self.extent.level)
        return min(computed, self.raised_priority.priority) if self.raised_priority else computed

    @property
    def arithmetic(self) -> str:
        """How the priority came about, for people."""
        return f"{self.priority}: {self.urgency} x {self.extent.level} ({self.extent})"

    @property
    def waits_for_a_person(self) -> bool:
        """Opened by a person, or by something that nothing clears: only a person closes it."""
        return self.reported_by is not None or self.passing

    def reassessed(self, urgency: Urgency, extent: Extent) -> "Incident":
        """The same incident with what is known now; unchanged where nothing differs."""
        if (urgency, extent) == (self.urgency, self.extent):
            return self
        return replace(self, urgency=urgency, extent=extent, version=self.version + 1)

    def restored(self, at: int) -> "Incident":
        """The last of its alarms cleared."""
        return replace(self, state=IncidentState.RESTORED, restored_at=at, version=self.version + 1)
