"""What the pipeline remembers between batches, and a draft of it that is kept only when the changes were committed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple

from cmsp_agent.model.event import AlarmKey, Event, Transition
from cmsp_agent.model.incident import Incident
from cmsp_agent.model.incident_facts import UnprovenEnd
from cmsp_agent.model.incident_state import IncidentState
from cmsp_agent.model.signal import Message
from cmsp_agent.pipeline.alarms import AlarmDraft, Alarms
from cmsp_agent.pipeline.member_draft import MemberDraft
from cmsp_agent.pipeline.overlay import Overlay, OverlayInOrder
from cmsp_agent.pipeline.repeats import Reported
from cmsp_agent.pipeline.unanswered_polls import UnansweredPolls

MOST_ENDED = 20_000
"""Ended alarms and passing events remembered for the sake of late duplicates."""
MOST_PLACES_TO_SPARE = 1_000
"""Places of incidents that are over, kept until they are tidied away together."""


@dataclass(frozen=True, slots=True)
class Flap:
    """The latest changes of one alarm key. Times in ms since the epoch."""

    times: tuple[int, ...] = ()
    last: Transition = Transition.CLEAR
    flapping: bool = False


class LastReport(NamedTuple):
    """What a device last reported of an alarm, and where that stood among its messages."""

    state: Transition
    received_at: int
    scale: str
    at: int


class FaultPlace(NamedTuple):
    """Where a fault sits: all reports of one place are one incident."""

    component: str
    where: str


class ComponentLoss(NamedTuple):
    """A component that is down, or can do one of its primary functions no more."""

    at: int
    place: FaultPlace
    joined: bool = False
    """Its incident is one with those of the components that were lost just before."""


class Ability(NamedTuple):
    """What a component can do, as far as it weighs in the faults of other components."""

    is_down: bool = False
    silent_since: int = 0
    """Where it is down: since when it does not answer (ms); what has answered since then is reached all the same."""
    behind: tuple[str, ...] = ()
    """Components that are down and that it is reached through, and from behind which it does not answer."""
    functions: tuple[str, ...] = ()
    """Its functions that work."""
    is_known: bool = True
    """Whether it can be relied upon as the backup of another: nothing is known of one whose name leads nowhere."""


NO_ABILITY = Ability()


@dataclass(slots=True)
class AlarmState:
    """The site by the committed changes. Alarms and incidents survive in the database, the rest is learned again."""

    active: Alarms = field(default_factory=Alarms)
    """Alarms that hold, by key."""
    ended: dict[AlarmKey, Event] = field(default_factory=dict)
    """The last raise or passing event of a key that ended lately: a later report of it is a late duplicate."""
    ended_at: dict[AlarmKey, int] = field(default_factory=dict)
    flaps: dict[AlarmKey, Flap] = field(default_factory=dict)
    """How often the alarm of a key changed lately, the latest change last."""
    flapping: dict[AlarmKey, None] = field(default_factory=dict)
    """The keys among them that flap."""
    last_reports: dict[AlarmKey, LastReport] = field(default_factory=dict)
    """What the device itself last reported, by trap or syslog: an older report may come after it."""
    reports: dict[AlarmKey, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    """When, and how often at once, an alarm was reported that matters only after several reports."""
    clearing: dict[AlarmKey, Event] = field(default_factory=dict)
    """The clears that are not believed yet."""
    earlier: dict[tuple[str, str], tuple[FaultPlace, int]] = field(default_factory=dict)
    """(rule, what must be alike) → where and when the first of a sequence was."""
    held_back: dict[AlarmKey, str] = field(default_factory=dict)
    """Alarms that open no incident before what silences them ends, by key: the alarm's id."""
    losses: dict[str, ComponentLoss] = field(default_factory=dict)
    """Component → when it was lost, the latest last, as long as others may belong to the same storm."""
    unanswered: dict[str, UnansweredPolls] = field(default_factory=dict)
    observed: dict[tuple[str, str], Mapping[str, bool]] = field(default_factory=dict)
    """(component, alarm type) → object → raised, from the last poll: who backs whom up within a component."""
    unused: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    """(component, alarm type) → the objects that the last poll showed bad, and none before it well."""
    entities: dict[str, Mapping[str, str]] = field(default_factory=dict)
    """Component → row → entPhysicalName, from the last poll that asked: some traps name the row alone."""
    abilities: dict[str, Ability] = field(default_factory=dict)
    """Component → what it could do when incidents were last weighed by it."""
    incidents: dict[str, Incident] = field(default_factory=dict)
    """Incidents that are not over, by id: open ones, and restored ones that are watched."""
    places: dict[FaultPlace, str] = field(default_factory=dict)
    """Place → id of the incident that was last opened there; it may be over since."""
    places_to_tidy: int = 0
    """How many places may be known before those of incidents that are over are looked for."""
    members: dict[str, dict[str, None]] = field(default_factory=dict)
    """Incident → ids of its alarms that hold."""
    unweighed: dict[str, int] = field(default_factory=dict)
    """Large incidents → how many changes they were not weighed by yet."""
    weighed_at: dict[str, int] = field(default_factory=dict)
    """Large incidents → when they were weighed last."""
    incidents_of: dict[str, set[str]] = field(default_factory=dict)
    """Component → ids of its incidents; those of the appliance itself under the empty name."""

    @property
    def waits_for_time(self) -> bool:
        """Whether the passing of time alone may change anything."""
        waiting = self.flaps or self.clearing or self.held_back or self.unweighed
        return bool(waiting) or any(
            each.state is IncidentState.RESTORED or each.unproven is not None for each in self.incidents.values()
        )

    def __post_init__(self) -> None:
        given, self.incidents = self.incidents, {}
        self.take(given)

    def take(self, incidents: Mapping[str, Incident]) -> None:
        """Incidents as they stand now, found by their components from now on."""
        for incident in incidents.values():
            before = self.incidents.pop(incident.id, None)
            self.incidents[incident.id] = incident
            names = incident.components or ("",)
            known = () if before is None else before.components
            for name in names[len(known) :] if names[: len(known)] == known else names:
                self.incidents_of.setdefault(name, set()).add(incident.id)

    def drop(self, incident_id: str) -> None:
        """An incident that is over."""
        incident = self.incidents.pop(incident_id, None)
        for name in (incident.components or ("",)) if incident else ():
            held = self.incidents_of.get(name, set())
            held.discard(incident_id)
            if not held:
                self.incidents_of.pop(name, None)


class Draft:
    """The alarm state after a batch, and the changes that the batch adds to the record."""

    def __init__(self, alarm_state: AlarmState, now: int) -> None:
        self._alarm_state = alarm_state
        self.now = now
        self.active = AlarmDraft(alarm_state.active)
        self.ended = Overlay(alarm_state.ended)
        self.ended_at = Overlay(alarm_state.ended_at)
        self.flaps = Overlay(alarm_state.flaps)
        self.flapping = Overlay(alarm_state.flapping)
        self.losses = OverlayInOrder(alarm_state.losses)
        self.held_back = Overlay(alarm_state.held_back)
        self.last_reports = Overlay(alarm_state.last_reports)
        self.reports = Overlay(alarm_state.reports)
        self.clearing = Overlay(alarm_state.clearing)
        self.earlier = Overlay(alarm_state.earlier)
        self.unanswered = Overlay(alarm_state.unanswered)
        self.observed = Overlay(alarm_state.observed)
        self.unused = Overlay(alarm_state.unused)
        self.entities = Overlay(alarm_state.entities)
        self.abilities = Overlay(alarm_state.abilities)
        self.incidents = Overlay(alarm_state.incidents)
        self.places = Overlay(alarm_state.places)
        self.members = MemberDraft(alarm_state.members)
        self.unweighed = Overlay(alarm_state.unweighed)
        self.weighed_at = Overlay(alarm_state.weighed_at)
        self.reached: dict[AlarmKey, None] = {}
        """What the signal that is judged has reported often enough to matter."""
        self.unproven: dict[str, UnprovenEnd] = {}
        """Incident → the end of the last of its alarms that ended in this batch, where it proves nothing."""
        self.concerned: set[str] = set()
        """Components of which something became known in this batch."""
        self.first_read: set[str] = set()
        """Components whose states were read for the first time since the start."""
        self.working: dict[str, dict[str, bool]] = {}
        """Component → function → works, as far as it was asked since the component's alarms last changed."""
        self.reported: list[Reported] = []
        """The signals that were judged, each with the alarms that it is about."""
        self.changes = Changes()

    def orphaned(self, event: Event) -> bool:
        """Whether the alarm was inhibited by one that no longer holds."""
        return event.suppressed_by is not None and self.active.by_id(event.suppressed_by) is None

    def incidents_at(self, names: Iterable[str]) -> list[Incident]:
        """The incidents of these components and of the appliance, and what this draft has changed; the oldest first."""
        ids = set(self.incidents.changed)
        for name in ("", *names):
            ids.update(self._alarm_state.incidents_of.get(name, ()))
        found = (self.incidents.get(each) for each in sorted(ids))
        return [incident for incident in found if incident is not None]

    def keep(self, incident: Incident) -> None:
        """An incident as it stands now; one that has not changed is no news."""
        if self.incidents.get(incident.id) is incident:
            return
        self.changes.incidents[incident.id] = incident
        if incident.state.over:
            self.incidents.drop(incident.id)
            self.members.drop(incident.id)
            self.weighed_at.drop(incident.id)
        else:
            self.incidents.put(incident.id, incident)

    def commit(self) -> None:
        """Keep the draft; called after its changes were made durable."""
        known = self._alarm_state
        for overlay in (
            self.active,
            self.ended,
            self.ended_at,
            self.flaps,
            self.flapping,
            self.losses,
            self.held_back,
            self.last_reports,
            self.reports,
            self.clearing,
            self.earlier,
            self.unanswered,
            self.observed,
            self.unused,
            self.entities,
            self.abilities,
            self.places,
            self.members,
            self.unweighed,
            self.weighed_at,
        ):
            overlay.commit()
        for incident_id in self.incidents.gone:
            known.drop(incident_id)
        known.take(self.incidents.changed)
        for key in _oldest(known.ended):
            del known.ended[key]
            known.ended_at.pop(key, None)
        for remembered in (known.last_reports, known.reports, known.earlier):
            for old in _oldest(remembered):
                del remembered[old]
        if len(known.flaps) > MOST_ENDED:
            known.flaps = {key: flap for key, flap in known.flaps.items() if flap.flapping}
        if len(known.places) > known.places_to_tidy + MOST_PLACES_TO_SPARE:
            known.places = {place: incident for place, incident in known.places.items() if incident in known.incidents}
            known.places_to_tidy = 2 * len(known.places)


def _oldest(remembered: dict[Any, Any]) -> list[Any]:
    """The keys that are too many. Taken together: to find the first of a dict costs what was deleted before it."""
    return [*islice(remembered, max(0, len(remembered) - MOST_ENDED))]


@dataclass(slots=True)
class Changes:
    """What a batch makes known. Each is written together with its outbox row, or not at all."""

    new: dict[str, Event] = field(default_factory=dict)
    """Events to insert, by id."""
    changed: dict[str, Event] = field(default_factory=dict)
    """Events known already whose count, sources or inhibition changed, by id."""
    to_report: set[str] = field(default_factory=set)
    """Ids among `changed` that the head-end must get again (a new source, a new inhibition)."""
    incidents: dict[str, Incident] = field(default_factory=dict)
    messages: list[tuple[str, Message]] = field(default_factory=list)
    """The messages of devices that events were made of, by the event's id."""

    def record(self, event: Event) -> None:
        """A new event for the log."""
        self.new[event.id] = event

    def revise(self, event: Event, *, tell: bool) -> None:
        """An event that was recorded before, in this batch or an earlier one."""
        if event.id in self.new:
            self.new[event.id] = event
            return
        self.changed[event.id] = event
        if tell:
            self.to_report.add(event.id)

    def __bool__(self) -> bool:
        return bool(self.new or self.changed or self.incidents)
