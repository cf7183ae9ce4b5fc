"""What is to be notified now: by the policies of the file, the incidents, and what was notified before. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from fnmatch import fnmatchcase

from cmsp_agent.config.configuration import NotificationPolicy
from cmsp_agent.model.component import Component
from cmsp_agent.model.entitlement import FULL, ServicePart, entitlement
from cmsp_agent.model.incident import Incident
from cmsp_agent.model.incident_state import IncidentState
from cmsp_agent.model.notification import Notified

NO_ZONES: Mapping[str, tzinfo] = {}


@dataclass(frozen=True, slots=True)
class Due:
    """One thing to say about one incident to the recipients of one policy."""

    incident: Incident
    policy: int
    why: str
    """`opened`, `P3 → P1`, `acknowledged`, `still open`, `unacknowledged for 15 min`, `resolved` …"""
    after: Notified
    """What will have been notified."""
    escalates: bool = False

    @property
    def is_last(self) -> bool:
        """Nothing more will be said of the incident."""
        return self.incident.state.over


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
        notified: (incident, policy) → what was said last.
        components: by name, for the sites of an incident.
        now: ms since the epoch.
        zones: site → its time zone, for quiet hours.
    """
    for incident in incidents:
        for place, policy in enumerate(policies):
            if incident.state.open and incident.suppression is not None:
                continue
            if _is_quiet(policy, incident, components, zones, now):
                continue
            before = notified.get((incident.id, place))
            said = (
                _first(policy, place, incident, components, now)
                if before is None
                else _next(policy, incident, before, now, promised=_promised(incident, components))
            )
            if said is not None:
                yield said


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
    return hours.covers(local.weekday(), local.hour, local.minute)


def _first(
    policy: NotificationPolicy, place: int, incident: Incident, components: Mapping[str, Component], now: int
) -> Due | None:
    if not incident.state.open or not _concerns(policy, incident, components):
        return None
    after = Notified(incident.id, place, incident.priority.value, incident.state.value, now)
    return Due(incident, place, "opened", after)


def _promised(incident: Incident, components: Mapping[str, Component]) -> bool:
    """Whether anybody is owed more than its opening and its end: of components with full incidents, or of none."""
    found = [components[name] for name in incident.components if name in components]
    return not found or any(entitlement(each, ServicePart.INCIDENTS).level == FULL for each in found)


def _next(policy: NotificationPolicy, incident: Incident, before: Notified, now: int, *, promised: bool) -> Due | None:
    priority, state = incident.priority.value, incident.state.value
    after = replace(before, priority=priority, state=state, at=now)
    if state != before.state:
        return Due(incident, before.policy, state, after)
    if priority != before.priority:
        return Due(incident, before.policy, f"{before.priority} → {priority}", after)
    if not promised:
        return None
    patience = policy.escalate.get(priority)
    waited = (now - incident.opened_at) / 1000
    if patience and not before.escalated and incident.state is IncidentState.NEW and waited >= patience:
        text = f"unacknowledged for {waited / 60:.0f} min"
        return Due(incident, before.policy, text, replace(after, escalated=True), escalates=True)
    every = policy.updates.get(priority)
    if every and incident.state.open and now - before.at >= every * 1000:
        return Due(incident, before.policy, "still open", after)
    return None


def _concerns(policy: NotificationPolicy, incident: Incident, components: Mapping[str, Component]) -> bool:
    if policy.priorities and incident.priority.value not in policy.priorities:
        return False
    sites = {components[name].site for name in incident.components if name in components}
    return _fits(policy.sites, sites) and _fits(policy.components, incident.components)


def _fits(patterns: Sequence[str], names: Iterable[str]) -> bool:
    return not patterns or any(fnmatchcase(name, pattern) for name in names for pattern in patterns)
