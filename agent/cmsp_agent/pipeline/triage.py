"""From alarms to incidents: one for each fault, its priority following the impact, restored when all has cleared."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from cmsp_agent.model.event import Event, Key, Transition
from cmsp_agent.model.ids import uuid7
from cmsp_agent.model.incident import Incident, IncidentState
from cmsp_agent.pipeline.catalogue import COMPONENT_DOWN
from cmsp_agent.pipeline.impact import Assessor
from cmsp_agent.pipeline.normalise import Normaliser, title
from cmsp_agent.pipeline.situation import Draft

_PORT = re.compile(r"\d+(?:/\d+)+")


def place(name: str) -> str:
    """Where on the device an object sits: `Serial0/1/0:15` and `E1 0/1/0` are both at `0/1/0`."""
    found = _PORT.search(name)
    return found.group() if found else name


class Triage:
    """The last stage: opens, joins, reassesses and restores incidents. The number is given when it is written."""

    def __init__(self, normaliser: Normaliser, assessor: Assessor, new_id: Callable[[int], str] = uuid7) -> None:
        self._normaliser = normaliser
        self._assessor = assessor
        self._new_id = new_id

    def __call__(self, draft: Draft, events: Sequence[Event]) -> Sequence[Event]:
        for event in events:
            if self._matters(draft, event):
                self._assign(draft, event)
        if events:
            self._reassess_all(draft)
        return events

    def _matters(self, draft: Draft, event: Event) -> bool:
        alarm = self._normaliser.alarm(event.component, event.type)
        if not alarm.incident or event.suppressed_by is not None:
            return False
        return alarm.transient or draft.active.get(event.key) is not None

    def _assign(self, draft: Draft, event: Event) -> None:
        incident = self._same_fault(draft, event)
        if incident is None:
            self._open(draft, event)
        elif event.id not in incident.alarms:
            joined = replace(incident, alarms=(*incident.alarms, event.id), version=incident.version + 1)
            _keep(draft, self._titled(draft, joined))

    def _same_fault(self, draft: Draft, event: Event) -> Incident | None:
        """The open incident of the same port, or of the same component where the fault has no place on it."""
        for incident in draft.incidents.values():
            if event.id in incident.alarms:
                return incident
            for alarm in self._alarms(draft, incident):
                if alarm.component == event.component and place(alarm.object) == place(event.object):
                    return incident
        return None

    def _open(self, draft: Draft, event: Event) -> None:
        alarm = self._normaliser.alarm(event.component, event.type)
        assessment = self._assessor.assess(draft, [event])
        incident = Incident(
            id=self._new_id(draft.now),
            number="",
            state=IncidentState.NEW,
            urgency=assessment.urgency,
            extent=assessment.extent,
            title=title(alarm, event.component, event.object),
            components=tuple(filter(None, [event.component])),
            alarms=(event.id,),
            opened_at=event.received_at,
            responsible=alarm.responsible,
            recommendation=alarm.recommendation.replace("{component}", event.component),
        )
        _keep(draft, incident)

    def _titled(self, draft: Draft, incident: Incident) -> Incident:
        """The incident named after the cause among its alarms: a cable before the layer 2 that it takes along."""
        ranked = [(self._normaliser.alarm(e.component, e.type), e) for e in self._alarms(draft, incident)]
        if not ranked:
            return incident
        alarm, event = min(ranked, key=lambda pair: pair[0].cause)
        return replace(
            incident,
            title=title(alarm, event.component, event.object),
            responsible=alarm.responsible,
            recommendation=alarm.recommendation.replace("{component}", event.component),
        )

    def _reassess_all(self, draft: Draft) -> None:
        for incident in [*draft.incidents.values()]:
            standing = [alarm for alarm in self._alarms(draft, incident) if alarm.suppressed_by is None]
            if standing and all(_eclipsed(draft, alarm) for alarm in standing):
                continue
            if standing:
                assessment = self._assessor.assess(draft, standing)
                changed = incident.reassessed(assessment.urgency, assessment.extent, ())
                if changed is not incident:
                    _keep(draft, changed)
            elif not self._waits_for_a_person(draft, incident):
                restored = incident.restored(draft.now)
                draft.incidents.drop(incident.id)
                draft.facts.incidents[incident.id] = restored

    def _alarms(self, draft: Draft, incident: Incident) -> list[Event]:
        ids = frozenset(incident.alarms)
        return [event for event in draft.active.values() if event.id in ids]

    def _waits_for_a_person(self, draft: Draft, incident: Incident) -> bool:
        """Opened by something that nothing clears, or by a person: only a person closes it."""
        return incident.reported_by is not None or self._passing(draft, incident.alarms)

    def _passing(self, draft: Draft, alarms: Iterable[str]) -> bool:
        ids = frozenset(alarms)
        return any(event.id in ids and event.state is Transition.INFO for event in draft.ended.values())


def _eclipsed(draft: Draft, alarm: Event) -> bool:
    """The component went down since: that is another incident, and nothing new can be known of this one until then."""
    return alarm.type != COMPONENT_DOWN and draft.active.get(Key(alarm.component, COMPONENT_DOWN, "")) is not None


def _keep(draft: Draft, incident: Incident) -> None:
    draft.incidents.put(incident.id, incident)
    draft.facts.incidents[incident.id] = incident
