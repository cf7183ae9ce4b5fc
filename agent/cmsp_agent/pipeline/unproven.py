"""Incidents whose last alarm ended without a sign that the fault is over: a person ended it, or its port is gone.

Such an incident is not restored. It stays open until a poll shows, or a message says, that the fault is over, or
closes after a while.
"""

from cmsp_agent.model.event import Event, Transition
from cmsp_agent.model.incident import Incident
from cmsp_agent.model.incident_facts import UnprovenEnd
from cmsp_agent.model.incident_state import Trigger
from cmsp_agent.pipeline.alarm_state import Draft
from cmsp_agent.pipeline.places import incident_at
from cmsp_agent.pipeline.tier_filter import AVAILABILITY

ENDED_BY = "ended without evidence by"
"""Attribute of a clear that does not prove that the fault is over: who or what made it."""
THE_DEVICE = "the device, which shows it no more"


def note_end(draft: Draft, incident: Incident, event: Event) -> None:
    """Remember whether the last end of an alarm of the incident proves anything."""
    if event.state is not Transition.CLEAR:
        return
    by = event.attributes.get(ENDED_BY)
    if by is None:
        draft.unproven.pop(incident.id, None)
    else:
        draft.unproven[incident.id] = UnprovenEnd(by, draft.now, event.key)


def without_alarms(draft: Draft, incident: Incident) -> Incident:
    """What becomes of an incident of which no alarm holds any more."""
    end = draft.unproven.get(incident.id) or incident.unproven
    return incident.after(Trigger.RESTORE, draft.now) if end is None else incident.left(end)


def take_evidence(draft: Draft, clear: Event) -> None:
    """A device says that a fault is over whose alarm ended without a sign of it: its incident is restored."""
    incident = incident_at(draft, clear)
    if incident is not None and incident.state.open and incident.unproven and incident.unproven.alarm == clear.key:
        draft.keep(incident.left(None).after(Trigger.RESTORE, draft.now))


def judge_unproven(draft: Draft, patience: int) -> None:
    """Restore what a poll has shown well since; close what nobody has reported for so long (ms)."""
    for incident in [*draft.incidents.values()]:
        end = incident.unproven
        if end is None or not incident.state.open:
            continue
        if _seen_well(draft, end):
            draft.keep(incident.left(None).after(Trigger.RESTORE, draft.now))
        elif draft.now - end.at >= patience:
            draft.keep(incident.after(Trigger.WITHDRAW, draft.now, end.by))


def _seen_well(draft: Draft, end: UnprovenEnd) -> bool:
    name, kind, part = end.alarm
    polls = draft.unanswered.get(name)
    if polls is None or not polls.answers or polls.polled_at <= end.at:
        return False
    if kind in AVAILABILITY:
        return not (polls.snmp or polls.troubled)
    return (draft.observed.get((name, kind)) or {}).get(part) is False
