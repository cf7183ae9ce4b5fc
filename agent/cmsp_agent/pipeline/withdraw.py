"""Closes the incidents of which nothing is watched any more. That is no proof of a restoration: none is claimed."""

from collections.abc import Sequence

from cmsp_agent.model.event import Event
from cmsp_agent.model.incident_state import Trigger
from cmsp_agent.pipeline.alarm_state import Draft

CONFIGURATION = "configuration"
"""Who closes them."""


def withdraw(draft: Draft, retired: Sequence[Event]) -> None:
    """Close the open incidents that had an alarm among those retired, and have none that holds."""
    ended = {event.alarm for event in retired}
    for incident in [*draft.incidents.values()]:
        alarms = {*incident.alarms, *draft.members.of(incident.id)}
        if not incident.state.open or incident.waits_for_a_person or ended.isdisjoint(alarms):
            continue
        if all(draft.active.by_id(alarm) is None for alarm in alarms):
            draft.keep(incident.after(Trigger.WITHDRAW, draft.now, CONFIGURATION))
