"""What is to be notified now: by the policies of the file, the incidents, and what was notified before. Pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from fnmatch import fnmatchcase

from cmsp_agent.config.configuration import NotificationPolicy
from cmsp_agent.model.component import Component
from cmsp_agent.model.entitlement import FULL, ServicePart, entitlement
from cmsp_agent.model.incident import Incident
from cmsp_agent.model.incident_state import IncidentState
from cmsp_agent.model.notification import Notified
from cmsp_agent.model.priority import Priority

MOST_CHANGES = 5
"""So often somebody is notified within `CHANGES_WITHIN` that one incident comes, goes or becomes less bad."""
CHANGES_WITHIN = 3_600_000
COMES_AND_GOES = (IncidentState.NEW, IncidentState.RESTORED)
UNACKNOWLEDGED = "unacknowledged"
NO_ZONES: Mapping[str, tzinfo] = {}


@dataclass(frozen=True, slots=True)
class Due:
    """One thing to say about one incident to the recipients of one policy."""

    incident: Incident
    policy: int
    """Its place in the file's list."""
    why: str
    """`opened`, `P3 → P1`, `acknowledged`, `reopened`, `still open`, `unacknowledged for 15 min`, `resolved` …"""
    after: Notified
    """What will have been notified."""
    escalates: bool = False

    @property
    def put_off(self) -> Notified | None:
        """What is kept where an opening waits for others; a change is found again without."""
        return replace(self.after, state="", priority="") if self.why == "opened" else None

    @property
    def is_last(self) -> bool:
        """Nothing more will be said of the incident."""
        return self.incident.state.over

    @property
    def presses(self) -> bool:
        """It must not wait for others: a P1 has nobody yet."""
        fresh = self.incident.state is IncidentState.NEW and self.why != "still open"
        return fresh and self.incident.priority is Priority.P1


def due(
    policies: Sequence[NotificationPolicy],
    incidents: Iterable[Incident],
    notified: Mapping[tuple[str, int], Notified],
    components: Mapping[str, Component],
    now: int,
    zones: Mapping[str, tzinfo] = NO_ZONES,
) -> Iterator[Due]:
    """Everything that is to be said now.

    Args:
        policies: of the file, in its order.
        incidents: those that are open, and those that changed lately. Nothing is said of one whose alarms a
            person suppressed until it is judged again, or over.
        notified: (incident, policy's key) → what was said last.
        components: by name, for the sites of an incident.
        now: ms since the epoch.
        zones: site → its time zone, for quiet hours.
    """
    for incident, place, policy, touched in _pairs(policies, incidents, components):
        if not _is_quiet(policy, incident, components, zones, now):
            found = _due(place, policy, incident, touched, notified, now)
            if found is not None:
                yield found


def openings_in_quiet_hours(
    policies: Sequence[NotificationPolicy],
    incidents: Iterable[Incident],
    notified: Mapping[tuple[str, int], Notified],
    components: Mapping[str, Component],
    now: int,
    zones: Mapping[str, tzinfo] = NO_ZONES,
) -> Iterator[Notified]:
    """What is kept of openings that wait for the end of quiet hours: also one that is over by then is notified."""
    for incident, place, policy, touched in _pairs(policies, incidents, components):
        if (incident.id, policy.key) not in notified and _is_quiet(policy, incident, components, zones, now):
            found = _due(place, policy, incident, touched, notified, now)
            if found is not None and found.put_off is not None:
                yield found.put_off


def _pairs(
    policies: Sequence[NotificationPolicy], incidents: Iterable[Incident], components: Mapping[str, Component]
) -> Iterator[tuple[Incident, int, NotificationPolicy, Sequence[Component]]]:
    """Each incident of which something may be said, with each policy, its place, and the components touched."""
    for incident in incidents:
        if incident.state.open and incident.suppression is not None and not incident.suppression.partly:
            continue
        touched = touched_by(incident, components)
        for place, policy in enumerate(policies):
            yield incident, place, policy, touched


def _due(
    place: int,
    policy: NotificationPolicy,
    incident: Incident,
    touched: Sequence[Component],
    notified: Mapping[tuple[str, int], Notified],
    now: int,
) -> Due | None:
    before = notified.get((incident.id, policy.key))
    said = _first(policy, incident, touched, now) if before is None else _next(policy, incident, before, touched, now)
    if said is None:
        return None
    why, after = said
    return Due(incident, place, why, after, escalates=after.escalated and why.startswith(UNACKNOWLEDGED))


def _is_quiet(
    policy: NotificationPolicy,
    incident: Incident,
    components: Mapping[str, Component],
    zones: Mapping[str, tzinfo],
    now: int,
) -> bool:
    """Whether nobody is notified now: what is still to be said then is said when the quiet hours end."""
    hours = policy.quiet.get(incident.priority.value)
    if hours is None:
        return False
    site = next((components[name].site for name in incident.components if name in components), "")
    local = datetime.fromtimestamp(now / 1000, zones.get(site, UTC))
    return hours.holds(local)


Said = tuple[str, Notified]
"""What is said, and what will have been notified then."""


def _first(policy: NotificationPolicy, incident: Incident, touched: Sequence[Component], now: int) -> Said | None:
    if not incident.state.open or not concerns(policy, incident, touched):
        return None
    known = Notified(incident.id, policy.key, incident.priority.value, incident.state.value, now, whom=policy.whom)
    return "opened", known


def touched_by(incident: Incident, components: Mapping[str, Component]) -> list[Component]:
    """The components that an incident names, and those behind it that it takes along."""
    found = [components[name] for name in incident.components if name in components]
    if incident.extent.components.affected > len(found):
        found += [each for each in components.values() if _is_behind(each, incident.components, components)]
    return found


def _promised(touched: Sequence[Component]) -> bool:
    """Whether anybody is owed more than its opening and its end: of components with full incidents, or of none."""
    return not touched or any(entitlement(each, ServicePart.INCIDENTS).level == FULL for each in touched)


def _is_behind(component: Component, names: Collection[str], components: Mapping[str, Component]) -> bool:
    """Whether it is reached through one of these."""
    passed: set[str] = set()
    while component.parent in components and component.parent not in passed:
        if component.parent in names:
            return True
        passed.add(component.parent)
        component = components[component.parent]
    return False


def _next(
    policy: NotificationPolicy, incident: Incident, before: Notified, touched: Sequence[Component], now: int
) -> Said | None:
    changed = _change(incident, before)
    priority = incident.priority.value
    patience, every = policy.escalate.get(priority), policy.updates.get(priority)
    if not (changed or patience or every):
        return None
    after = replace(before, priority=priority, state=incident.state.value, at=now, whom=policy.whom)
    if changed and not _is_restless(incident, before, now):
        return changed, _counted(incident, before, after)
    if not incident.state.open or not _promised(touched):
        return None
    waited = now - _unacknowledged_since(incident)
    if patience and not before.escalated and incident.state is IncidentState.NEW and _is_past(waited, patience):
        return f"{UNACKNOWLEDGED} for {max(waited / 1000, patience) / 60:.0f} min", replace(after, escalated=True)
    return ("still open", after) if every and _is_past(now - before.at, every) else None


def _is_past(waited: int, seconds: float) -> bool:
    """Whether so many ms are enough; where the clock went back by more, nobody knows: to wait might last years."""
    return abs(waited) >= seconds * 1000


def _change(incident: Incident, before: Notified) -> str:
    """What is new of an incident; empty: nothing."""
    priority, state = incident.priority.value, incident.state.value
    if not before.state:
        return "opened" if incident.state.open else f"opened, then {state}"
    if state != before.state:
        return "reopened" if before.state == IncidentState.RESTORED and incident.state.open else state
    return f"{before.priority} → {priority}" if priority != before.priority else ""


def _is_quick(incident: Incident, before: Notified) -> bool:
    """Whether the change is of a kind that the device may bring about again and again."""
    if incident.priority.value < before.priority:
        return False
    return incident.state in COMES_AND_GOES or incident.state.value == before.state


def _is_restless(incident: Incident, before: Notified, now: int) -> bool:
    """Whether the fault comes and goes, or becomes worse and better, so often that nobody wants to know each time.

    What became worse, is acknowledged or is over is notified at once all the same.
    """
    many = len(before.changes) >= MOST_CHANGES and 0 <= now - before.changes[0] < CHANGES_WITHIN
    return many and _is_quick(incident, before)


def _counted(incident: Incident, before: Notified, after: Notified) -> Notified:
    """What will have been notified, with a change counted; one that came back has to be acknowledged anew."""
    reopened = before.state == IncidentState.RESTORED and incident.state is IncidentState.NEW
    changes = (*before.changes, after.at)[-MOST_CHANGES:] if _is_quick(incident, before) else before.changes
    return replace(after, changes=changes, escalated=before.escalated and not reopened)


def _unacknowledged_since(incident: Incident) -> int:
    """When it was opened or reopened, or first had its priority after that: ms since the epoch."""
    since, ranked = incident.opened_at, False
    for step in incident.timeline:
        if step.what == IncidentState.NEW:
            since, ranked = max(step.at, incident.opened_at), False
        elif not ranked and step.what.endswith(f"→ {incident.priority}"):
            since, ranked = step.at, True
    return since


def concerns(policy: NotificationPolicy, incident: Incident, touched: Sequence[Component]) -> bool:
    """Whether the recipients of a policy are to be notified of an incident, with what it takes along."""
    if policy.priorities and incident.priority.value not in policy.priorities:
        return False
    names = dict.fromkeys((*incident.components, *(each.name for each in touched)))
    return _fits(policy.sites, {each.site for each in touched}) and _fits(policy.components, names)


def _fits(patterns: Sequence[str], names: Iterable[str]) -> bool:
    return not patterns or any(fnmatchcase(name, pattern) for name in names for pattern in patterns)
