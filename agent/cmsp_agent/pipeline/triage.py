"""From alarms to incidents: one for each fault, its priority following the impact, restored when all has cleared."""

from collections.abc import Callable, Sequence

from cmsp_agent.model.event import Event, Transition
from cmsp_agent.model.ids import uuid7
from cmsp_agent.model.incident import Incident, opened
from cmsp_agent.model.incident_facts import IncidentSummary, ReportedFault
from cmsp_agent.model.incident_state import IncidentState, Trigger
from cmsp_agent.pipeline.acknowledgement import is_suppressed, suppression_of
from cmsp_agent.pipeline.activation import is_finding
from cmsp_agent.pipeline.alarm_state import Draft, FaultPlace
from cmsp_agent.pipeline.correlate import is_last_word
from cmsp_agent.pipeline.impact import Assessor
from cmsp_agent.pipeline.incident_summary import summary
from cmsp_agent.pipeline.lost_together import Losses
from cmsp_agent.pipeline.members import is_full, named, put_off, standing
from cmsp_agent.pipeline.normalise import Normaliser
from cmsp_agent.pipeline.own_alarms import belongs, is_inhibited, own_alarms
from cmsp_agent.pipeline.places import GROUP, incident_at, place_of, standing_at
from cmsp_agent.pipeline.reviews import Reviews
from cmsp_agent.pipeline.rules.timing import Waiting
from cmsp_agent.pipeline.silences import NONE, Silences
from cmsp_agent.pipeline.tier_filter import AVAILABILITY
from cmsp_agent.pipeline.unproven import judge_unproven, note_end, without_alarms

STABILITY = 600_000
"""Milliseconds that a restored incident is watched before it is resolved."""


class Triage:
    """The last stage: opens, joins, merges, reassesses and restores incidents. What each may do is the model's rule.

    The number is given when it is written.
    """

    def __init__(
        self,
        normaliser: Normaliser,
        reviews: Reviews,
        assessor: Assessor,
        losses: Losses,
        waiting: Waiting,
        silences: Silences = NONE,
        stability: int = STABILITY,
        new_id: Callable[[int], str] = uuid7,
    ) -> None:
        self._normaliser = normaliser
        self._reviews = reviews
        self._assessor = assessor
        self._losses = losses
        self._silences = silences
        self._waiting = waiting
        self._stability = stability
        self._new_id = new_id

    def __call__(self, draft: Draft, events: Sequence[Event]) -> Sequence[Event]:
        for event in events:
            self._assessor.forget(draft, event)
            self._losses.forget(draft, event)
            draft.concerned.add(event.component)
            incident = incident_at(draft, event) or self._losses.storm_of(draft, event)
            if incident is not None and event.state is Transition.CLEAR and event.alarm:
                draft.members.leave(incident.id, event.alarm)
                note_end(draft, incident, event)
            if self._matters(draft, event) and not self._held_back(draft, event):
                self._assign(draft, incident, event)
                self._gather(draft, self._losses.lost_with(draft, event))
            if incident is not None and (known := draft.incidents.get(incident.id)) is not None:
                self._settle(draft, known)
        return events

    def renamed(self, draft: Draft, before: Event, now: Event) -> None:
        """An alarm's object is called otherwise: its incident goes with it, or is one with that of the object."""
        incident = incident_at(draft, before)
        if incident is None:
            return
        there = standing_at(draft, now)
        if now.state is not Transition.RAISE:
            note_end(draft, incident, now)
            self._settle(draft, incident)
        elif there is None or there.id == incident.id:
            draft.places.put(place_of(now), incident.id)
            self._settle(draft, incident)
        elif incident.state.open and there.state.open:
            older, other = sorted((incident, there), key=lambda one: (one.opened_at, one.id))
            draft.places.put(place_of(now), older.id)
            self._move(draft, other, older, [now])
            self._settle(draft, draft.incidents.get(older.id) or older)

    def review(self, draft: Draft) -> None:
        """Weigh anew, once for a whole batch, the open incidents that what became known can weigh in."""
        for incident in self._reviews.due(draft):
            known = draft.incidents.get(incident.id) or incident
            if not put_off(draft, known, max(draft.members.count(known.id), known.extent.components.affected)):
                self._weigh(draft, known)

    def weigh_put_off(self, draft: Draft) -> None:
        """Weigh the large incidents of which too little changed to weigh them at once."""
        for incident_id in [*draft.unweighed.keys()]:
            draft.unweighed.drop(incident_id)
            incident = draft.incidents.get(incident_id)
            if incident is not None:
                self._weigh(draft, incident)

    def review_all(self, draft: Draft) -> None:
        """Weigh every open incident anew and find the places of all: after a start or a reload."""
        self._reviews.start(draft)
        for incident in draft.incidents.values():
            if incident.reported_by is None:
                draft.places.put(_began_at(incident), incident.id)
            draft.members.join(incident.id, (each for each in incident.alarms if draft.active.by_id(each)))
            for alarm in standing(draft, incident):
                if alarm.suppressed_by is None:
                    draft.places.put(place_of(alarm), incident.id)
        crowded = {name: one for one in draft.incidents.values() if is_full(one) for name in one.components}
        for event in [*draft.active.values()]:
            if self._matters(draft, event) and not self._held_back(draft, event):
                known = incident_at(draft, event) or crowded.get(event.component)
                if known is not None:
                    draft.places.put(place_of(event), known.id)
                self._assign(draft, known, event)
        for incident in [*draft.incidents.values()]:
            draft.unweighed.drop(incident.id)
            self._weigh(draft, incident)

    def report(self, draft: Draft, report: ReportedFault) -> Incident:
        """Open an incident that a person reports: it stays until a person resolves or closes it."""
        said = IncidentSummary(report.urgency, self._assessor.reach(report.components), report.title)
        incident = opened(self._new_id(draft.now), said, report.components, (), draft.now, reported_by=report.by)
        draft.keep(incident)
        return incident

    def resolve_due(self, draft: Draft) -> None:
        """Resolve what has stayed restored for the stability period, close what ended without evidence as long ago."""
        judge_unproven(draft, self._stability)
        for incident in [*draft.incidents.values()]:
            if incident.stayed_well(draft.now, self._stability):
                draft.keep(incident.after(Trigger.RESOLVE, draft.now))

    def _matters(self, draft: Draft, event: Event) -> bool:
        alarm = self._normaliser.alarm(event.component, event.type)
        if not alarm.incident or event.suppressed_by is not None or is_finding(event):
            return False
        if self._assessor.weighs_so_already(draft, event):
            return False
        return alarm.transient or draft.active.get(event.key) is not None

    def held_back_no_more(self, draft: Draft) -> list[Event]:
        """The alarms that still hold and have nothing to wait for any more: they are to be judged again."""
        due = []
        for key in [*draft.held_back.keys()]:
            alarm = draft.active.by_id(draft.held_back.get(key) or "")
            if alarm is None or not self._reason_to_wait(draft, alarm):
                draft.held_back.drop(key)
                due += [] if alarm is None else [alarm]
        return due

    def _held_back(self, draft: Draft, event: Event) -> bool:
        """Whether the event opens no incident yet, because something silences it or a rule makes it wait."""
        if not self._reason_to_wait(draft, event):
            return False
        if event.state is Transition.RAISE:
            draft.held_back.put(event.key, event.id)
        return True

    def _reason_to_wait(self, draft: Draft, event: Event) -> str:
        if is_suppressed(event, draft.now):
            return "suppressed"
        return self._silences.of(event, draft.now) or self._waiting.waits(draft, event)

    def _assign(self, draft: Draft, incident: Incident | None, event: Event) -> None:
        if incident is not None and incident.stayed_well(draft.now, self._stability):
            draft.keep(incident.after(Trigger.RESOLVE, draft.now))
            incident = None
        if incident is None:
            self._open(draft, event)
        elif incident.state is IncidentState.RESTORED or not belongs(draft, incident, event):
            if incident.state is IncidentState.RESTORED:
                incident = incident.after(Trigger.RELAPSE, draft.now)
            draft.places.put(place_of(event), incident.id)
            self._join(draft, incident, [event], [event.component], passing=event.state is Transition.INFO)

    @staticmethod
    def _join(
        draft: Draft, incident: Incident, events: Sequence[Event], names: Sequence[str], *, passing: bool = False
    ) -> None:
        """Events become the incident's: it names a few, and counts them all."""
        ids = [event.id for event in events]
        draft.members.join(incident.id, ids)
        components = (*incident.components, *(each for each in names if each and each not in incident.components))
        draft.keep(incident.joined(named(draft, incident, ids), components, passing=passing))

    def _open(self, draft: Draft, event: Event) -> None:
        components = tuple(filter(None, [event.component]))
        passing = event.state is Transition.INFO
        found = self._found(draft, [event])
        incident = opened(
            self._new_id(draft.now),
            found,
            components,
            (event.id,),
            event.received_at,
            passing=passing,
            where=place_of(event).where,
        )
        draft.places.put(place_of(event), incident.id)
        draft.members.join(incident.id, [event.id])
        draft.keep(incident)

    def _found(self, draft: Draft, alarms: Sequence[Event]) -> IncidentSummary:
        return summary(draft, alarms, self._assessor, self._normaliser)

    def _gather(self, draft: Draft, names: Sequence[str]) -> None:
        """Make one incident of those of components that were lost together: the oldest goes on with all of them."""
        alarms = [alarm for name in names for alarm in draft.active.of(name) if self._matters(draft, alarm)]
        found = {one.id: one for alarm in alarms if (one := incident_at(draft, alarm)) is not None}
        together = sorted(
            (one for one in found.values() if one.state.open and one.reported_by is None),
            key=lambda one: (one.opened_at, one.id),
        )
        for other in together[1:]:
            into = draft.incidents.get(together[0].id) or together[0]
            # an alarm that once came with a merger may stand for itself again, in an incident of its own
            own = own_alarms(draft, other)
            self._move(draft, other, into, own)
            for alarm in own:
                draft.places.put(place_of(alarm), into.id)

    def _settle(self, draft: Draft, incident: Incident) -> None:
        """Weigh the incident by its alarms that stand for themselves; without any it is restored.

        A fault that another one merely hides is not over: its incident stays as it is until it can be seen again, or
        is merged into that of its cause where both are one.
        """
        if not put_off(draft, incident, draft.members.count(incident.id)):
            self._weigh(draft, incident)

    def _weigh(self, draft: Draft, incident: Incident) -> None:
        if not incident.state.open:
            return
        own = own_alarms(draft, incident)
        held = [alarm for alarm in own if not is_suppressed(alarm, draft.now)]
        incident = incident.quieted(suppression_of(own, draft.now), draft.now)
        incident = incident.left(None) if own else incident
        if held and all(is_inhibited(draft, alarm) for alarm in held):
            draft.keep(incident)
            if all(alarm.type in AVAILABILITY or is_last_word(draft, alarm) for alarm in held):
                self._merge(draft, incident, held)
            return
        alone = [alarm for alarm in held if alarm.suppressed_by is None]
        if alone:
            draft.keep(incident.reassessed(self._found(draft, alone), draft.now))
        elif incident.suppression or incident.waits_for_a_person:
            draft.keep(incident)
        else:
            draft.keep(without_alarms(draft, incident))

    def _merge(self, draft: Draft, incident: Incident, held: Sequence[Event]) -> None:
        """Its components are lost with their cause: it goes on as part of the cause's incident.

        A last word is not taken along: it is judged again once its component answers.
        """
        causes = (draft.active.by_id(alarm.suppressed_by or "") for alarm in held)
        known = (incident_at(draft, cause) for cause in causes if cause is not None)
        into = next((found for found in known if found is not None and found.id != incident.id), None)
        if into is None or not into.state.open:
            return
        self._move(draft, incident, into, [alarm for alarm in held if alarm.type in AVAILABILITY])

    def _move(self, draft: Draft, incident: Incident, into: Incident, held: Sequence[Event]) -> None:
        """Merge an incident into another, which takes its components and the alarms that hold."""
        self._join(draft, into, held, incident.components)
        draft.keep(incident.after(Trigger.MERGE, draft.now, into=into.id))


def _began_at(incident: Incident) -> FaultPlace:
    if incident.where.startswith(GROUP):
        return FaultPlace("", incident.where)
    return FaultPlace(incident.components[0] if incident.components else "", incident.where)
