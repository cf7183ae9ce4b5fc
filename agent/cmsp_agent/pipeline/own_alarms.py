"""Which of the alarms of an incident speak for it. Opens, weighs and restores none."""

from cmsp_agent.model.event import AlarmKey, Event, Source
from cmsp_agent.model.incident import Incident
from cmsp_agent.pipeline.alarm_state import Draft
from cmsp_agent.pipeline.built_in import COMPONENT_DOWN
from cmsp_agent.pipeline.members import standing
from cmsp_agent.pipeline.places import place_of
from cmsp_agent.pipeline.tier_filter import AVAILABILITY


def belongs(draft: Draft, incident: Incident, event: Event) -> bool:
    """Whether the event is one of the incident's already."""
    return event.id in incident.alarms or draft.members.has(incident.id, event.id)


def own_alarms(draft: Draft, incident: Incident) -> list[Event]:
    """The alarms that hold and are still this incident's: one that came with a merger is so while its cause holds."""
    return [alarm for alarm in standing(draft, incident) if _is_own(draft, incident, alarm)]


def is_inhibited(draft: Draft, alarm: Event) -> bool:
    """Nothing new can be known of it: it is inhibited by another, its component is down, or not polled since the start.

    The first is true of what is in reach of the cause, the others are other incidents, or none.
    """
    if alarm.suppressed_by is not None:
        return True
    if alarm.type in AVAILABILITY:
        return False
    if draft.active.get(AlarmKey(alarm.component, COMPONENT_DOWN, "")) is not None:
        return True
    return Source.POLL in alarm.sources and draft.observed.get((alarm.component, alarm.type)) is None


def _is_own(draft: Draft, incident: Incident, alarm: Event) -> bool:
    if alarm.suppressed_by is None:
        return draft.places.get(place_of(alarm)) == incident.id
    return alarm.component in incident.components[:1] or not draft.orphaned(alarm)
