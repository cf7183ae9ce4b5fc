"""An incident: one fault as people work on it (ITIL), and its whole life.

Everything that affects the life of an incident is in this file: the table of transitions, what each sets and when it is
refused. The states are named in `incident_state`. Others call the methods; nobody else makes one `Incident` of another.
Only `_next` raises the version.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from cmsp_agent.model.errors import Conflict
from cmsp_agent.model.incident_facts import (
    DeclaredLow,
    IncidentSummary,
    Occasion,
    RaisedPriority,
    SuppressedAlarms,
    TimelineEntry,
    UnprovenEnd,
    continued,
    in_force,
    wish,
    within_bounds,
)
from cmsp_agent.model.incident_state import OPEN, IncidentState, Trigger
from cmsp_agent.model.priority import Extent, Priority, Urgency, priority


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
    resolved_at: int | None = None
    closed_at: int | None = None
    merged_into: str | None = None
    """Id of the incident that the fault moved to."""
    responsible: str = "provider"
    recommendation: str = ""
    reported_by: str | None = None
    assignee: str | None = None
    raised_priority: RaisedPriority | None = None
    declared_low: DeclaredLow | None = None
    external: Mapping[str, str | None] = field(default_factory=lambda: {"headend": None, "itsm": None})
    notes: tuple[str, ...] = ()
    notes_dropped: int = 0
    """How many older ones went, for there are bounds."""
    timeline: tuple[TimelineEntry, ...] = ()
    version: int = 1
    """Grows with each change; the ETag."""
    passing: bool = False
    """Something that nothing clears belongs to it."""
    reopened: int = 0
    """How often the fault came back within the stability period."""
    confirmed: bool = True
    """False: only messages reported it that anybody may forge, and no poll has borne it out."""
    masked_title: str = ""
    """The title as it may leave the site, where that differs."""
    suppression: SuppressedAlarms | None = None
    """The fault is known to people: it is still there, and nobody is notified of it while all its alarms are so."""
    unproven: UnprovenEnd | None = None
    """None of its alarms holds, and the last of them ended without a sign that the fault is over."""
    where: str = ""
    """The place on its first component where it began: a fault that comes back there is a relapse."""
    height: IncidentSummary | None = None
    """What it was when most components were lost, where it was several: it is that again once it is over."""

    def __post_init__(self) -> None:
        if (self.state is IncidentState.MERGED) != (self.merged_into is not None):
            raise ValueError(f"{self.id}: merged_into is set where, and only where, the state is merged")
        if self.state in (IncidentState.RESTORED, IncidentState.RESOLVED) and self.restored_at is None:
            raise ValueError(f"{self.id}: {self.state} without a restoration time")
        if (self.state.open or self.state is IncidentState.MERGED) and self.restored_at is not None:
            raise ValueError(f"{self.id}: {self.state} with a restoration time")

    @property
    def reckoned(self) -> Priority:
        """The priority by the matrix, from impact and urgency."""
        return priority(self.urgency, self.extent.level)

    @property
    def priority(self) -> Priority:
        """The reckoned one, or what a person asked for: a higher one, or low."""
        return in_force(self.reckoned, self.raised_priority, self.declared_low)

    @property
    def arithmetic(self) -> str:
        """How the priority came about, for people."""
        reckoned = f"{self.reckoned}: {self.urgency} x {self.extent.level} ({self.extent})"
        return reckoned + wish(self.reckoned, self.raised_priority, self.declared_low)

    @property
    def waits_for_a_person(self) -> bool:
        """Opened by a person, or by something that nothing clears: only a person resolves or closes it."""
        return self.reported_by is not None or self.passing

    def stayed_well(self, at: int, period: int) -> bool:
        """Whether it was restored for the stability period (ms): what comes then is no relapse, even after a pause."""
        return self.state is IncidentState.RESTORED and at - (self.restored_at or 0) >= period

    def struck_since(self, moment: int) -> bool:
        """Whether the fault came, or came back, at or after a time (ms)."""
        back = (step.at for step in self.timeline if step.what == IncidentState.NEW)
        return max((self.opened_at, *back)) >= moment

    def after(self, trigger: Trigger, at: int, by: str = "", *, into: str | None = None) -> "Incident":
        """The incident after a trigger; unchanged where it is in the state already that a person asks for.

        Raises:
            Conflict: the table has no such transition, or its guard refuses; the text says why.
        """
        if trigger in _ASKS_FOR and self.state is _ASKS_FOR[trigger]:
            return self
        transition = TRANSITIONS.get((self.state, trigger))
        if transition is None:
            raise Conflict(f"{self.number or self.id}: {trigger} is refused, it is {self.state} already")
        occasion = Occasion(at, by, into)
        refusal = transition.guard(self, occasion)
        if refusal:
            raise Conflict(f"{self.number or self.id}: {refusal}")
        step = TimelineEntry(at, f"{transition.to} ({into})" if into else transition.to.value, by)
        sets = {"timeline": continued(self.timeline, step), **transition.sets(self, occasion)}
        as_at_height = {} if transition.to.open or self.height is None else self.height.facts
        return self._next(state=transition.to, **sets, **as_at_height)

    def numbered(self, number: str) -> "Incident":
        """The incident with the number that it gets when it is first written."""
        return replace(self, number=number)

    def joined(self, alarms: tuple[str, ...], components: tuple[str, ...], *, passing: bool = False) -> "Incident":
        """The incident with these alarms and components, which include those of before."""
        return self._next(alarms=alarms, components=components, passing=self.passing or passing)

    def reassessed(self, summary: IncidentSummary, at: int) -> "Incident":
        """The same incident with what is known now; unchanged where nothing differs."""
        changed = self._next(**summary.facts, confirmed=summary.confirmed, height=summary.at_height(self.height))
        if changed.priority is self.priority:
            return changed
        step = TimelineEntry(at, f"{self.priority} → {changed.priority}")
        return replace(changed, timeline=continued(self.timeline, step))

    def quieted(self, suppression: SuppressedAlarms | None, at: int) -> "Incident":
        """Alarms are suppressed by a person, which is no evidence that the fault is over; None: no more."""
        if suppression == self.suppression:
            return self
        what = str(suppression) if suppression else "no longer suppressed"
        step = TimelineEntry(at, what, suppression.by if suppression else "")
        return self._next(suppression=suppression, timeline=continued(self.timeline, step))

    def left(self, end: UnprovenEnd | None) -> "Incident":
        """Its last alarm ended without evidence, so that it is not restored; None: an alarm of it holds."""
        if end is None or end == self.unproven:
            return self._next(unproven=end)
        step = TimelineEntry(end.at, "its last alarm ended, without a sign that the fault is over", end.by)
        return self._next(unproven=end, timeline=continued(self.timeline, step))

    def assigned(self, assignee: str | None) -> "Incident":
        """Who works on it; None: nobody."""
        return self._next(assignee=assignee)

    def noted(self, note: str) -> "Incident":
        """One more note; the latest are kept, and those that go are counted."""
        notes = (*self.notes, note)
        kept = within_bounds(notes)
        return self._next(notes=kept, notes_dropped=self.notes_dropped + len(notes) - len(kept))

    def referenced(self, external: Mapping[str, str | None]) -> "Incident":
        """References of the ticket in other systems; those not named stay."""
        return self._next(external={**self.external, **external})

    def with_priority(self, asked: Priority, by: str, at: int) -> "Incident":
        """A higher priority, as a person asks.

        Raises:
            Conflict: it is below the reckoned one.
        """
        if asked > self.reckoned:
            raise Conflict(
                f"{self.number or self.id}: {asked} is below the reckoned priority ({self.arithmetic});"
                " a priority can only be raised; the partner may declare the incident low instead"
            )
        step = TimelineEntry(at, f"priority {asked} asked for", by)
        raised = RaisedPriority(asked, by, at)
        return self._next(raised_priority=raised, declared_low=None, timeline=continued(self.timeline, step))

    def declared(self, by: str, at: int, *, low: bool) -> "Incident":
        """The partner declares it low, or takes that back."""
        if low == (self.declared_low is not None):
            return self
        step = TimelineEntry(at, "declared low" if low else "no longer declared low", by)
        declaration = DeclaredLow(by, at) if low else None
        raised = None if low else self.raised_priority
        return self._next(declared_low=declaration, raised_priority=raised, timeline=continued(self.timeline, step))

    def _next(self, **sets: Any) -> "Incident":
        """The only place that raises the version; unchanged where nothing differs."""
        changed = replace(self, **sets)
        return self if changed == self else replace(changed, version=self.version + 1)


Guard = Callable[[Incident, Occasion], str]
"""Why the transition is refused; empty: it is not."""
Sets = Callable[[Incident, Occasion], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class IncidentTransition:
    """One row of the table: where it leads, what it sets beside the state, what refuses it."""

    to: IncidentState
    sets: Sets = lambda _incident, _occasion: {}
    guard: Guard = lambda _incident, _occasion: ""


def opened(
    incident_id: str,
    summary: IncidentSummary,
    components: tuple[str, ...],
    alarms: tuple[str, ...],
    at: int,
    **more: Any,
) -> Incident:
    """A new incident, without a number yet. `more`: `reported_by`, `passing`, `where`."""
    return Incident(
        id=incident_id,
        number="",
        state=IncidentState.NEW,
        components=components,
        alarms=alarms,
        opened_at=at,
        confirmed=summary.confirmed,
        timeline=(TimelineEntry(at, IncidentState.NEW.value, more.get("reported_by") or ""),),
        **summary.facts,
        **more,
    )


def _by_a_person(incident: Incident, _occasion: Occasion) -> str:
    why = "no source says that the fault is over; it can be closed" if incident.unproven else "the fault is still there"
    return "" if incident.waits_for_a_person else why


def _into_another(incident: Incident, occasion: Occasion) -> str:
    return "" if occasion.into and occasion.into != incident.id else "an incident can't be merged into itself"


def _over_at(incident: Incident, occasion: Occasion) -> Mapping[str, Any]:
    restored = occasion.at if incident.restored_at is None else incident.restored_at
    return {"restored_at": restored, "resolved_at": occasion.at}


_RESTORED = IncidentTransition(IncidentState.RESTORED, lambda _, occasion: {"restored_at": occasion.at})
_RELAPSED = IncidentTransition(
    IncidentState.NEW, lambda incident, _: {"restored_at": None, "reopened": incident.reopened + 1}
)
_RESOLVED = IncidentTransition(IncidentState.RESOLVED, _over_at)
_CLOSED = IncidentTransition(IncidentState.CLOSED, lambda _, occasion: {"closed_at": occasion.at})
_MERGED = IncidentTransition(IncidentState.MERGED, lambda _, occasion: {"merged_into": occasion.into}, _into_another)

TRANSITIONS: Mapping[tuple[IncidentState, Trigger], IncidentTransition] = {
    (IncidentState.NEW, Trigger.ACKNOWLEDGE): IncidentTransition(IncidentState.ACKNOWLEDGED),
    (IncidentState.IN_PROGRESS, Trigger.ACKNOWLEDGE): IncidentTransition(IncidentState.ACKNOWLEDGED),
    (IncidentState.NEW, Trigger.START): IncidentTransition(IncidentState.IN_PROGRESS),
    (IncidentState.ACKNOWLEDGED, Trigger.START): IncidentTransition(IncidentState.IN_PROGRESS),
    **{(state, Trigger.RESTORE): _RESTORED for state in OPEN},
    **{(state, Trigger.MERGE): _MERGED for state in OPEN},
    **{(state, Trigger.WITHDRAW): _CLOSED for state in OPEN},
    **{(state, Trigger.RESOLVE): replace(_RESOLVED, guard=_by_a_person) for state in OPEN},
    **{
        (state, Trigger.CLOSE): replace(_CLOSED, guard=lambda one, on: "" if one.unproven else _by_a_person(one, on))
        for state in OPEN
    },
    (IncidentState.RESTORED, Trigger.RELAPSE): _RELAPSED,
    (IncidentState.RESTORED, Trigger.RESOLVE): _RESOLVED,
    (IncidentState.RESTORED, Trigger.CLOSE): _CLOSED,
    (IncidentState.RESOLVED, Trigger.CLOSE): _CLOSED,
}
"""The whole life: (from, trigger) → what becomes of it. What is not in here is refused."""

_ASKS_FOR = {
    Trigger.ACKNOWLEDGE: IncidentState.ACKNOWLEDGED,
    Trigger.START: IncidentState.IN_PROGRESS,
    Trigger.RESOLVE: IncidentState.RESOLVED,
    Trigger.CLOSE: IncidentState.CLOSED,
}
"""Triggers of people, who may ask for what is so already."""
