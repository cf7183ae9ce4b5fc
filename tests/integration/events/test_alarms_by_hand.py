"""A person ends an alarm that nothing else will: durable, told, and raised again where the source still says so."""

import pytest

from cmsp_agent.model.errors import NotFound
from cmsp_agent.model.event import Transition
from cmsp_agent.model.incident_state import IncidentState
from cmsp_agent.storage.tables import events, incidents
from tests.integration.events.test_event_service import Parts, parts, pri

__all__ = ["parts"]


async def test_an_alarm_is_cleared_by_hand_and_its_incident_restored(parts: Parts) -> None:
    await parts.service.handle([pri(up=False)])
    [alarm] = parts.service.alarm_state.active.values()
    cleared = await parts.service.clear_alarm(alarm.id, "cleared by noc: the card is out")
    assert (cleared.state, cleared.alarm, cleared.text) == (
        Transition.CLEAR,
        alarm.id,
        "cleared by noc: the card is out",
    )
    assert await parts.database.read(events.active) == []
    [incident], _ = await parts.database.read(incidents.page)
    assert incident.state is IncidentState.RESTORED
    with pytest.raises(NotFound):
        await parts.service.clear_alarm(alarm.id, "again")


async def test_it_is_raised_again_under_a_new_id_where_the_source_says_so(parts: Parts) -> None:
    await parts.service.handle([pri(up=False)])
    [first] = parts.service.alarm_state.active.values()
    await parts.service.clear_alarm(first.id, "cleared by noc: a test")
    await parts.service.handle([pri(up=False)])
    [second] = parts.service.alarm_state.active.values()
    assert second.id != first.id
    [incident] = parts.service.alarm_state.incidents.values()
    assert (incident.state, incident.reopened) == (IncidentState.NEW, 1)
