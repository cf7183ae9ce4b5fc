"""A person ends an alarm that nothing else will: durable, reported, and raised again where the source still says so."""

import pytest

from cmsp_agent.aio.clock import SystemClock
from cmsp_agent.model.errors import NotFound, Refused
from cmsp_agent.model.event import Transition
from cmsp_agent.model.ids import uuid7
from cmsp_agent.model.incident_state import IncidentState
from cmsp_agent.pipeline.acknowledgement import ACKNOWLEDGED
from cmsp_agent.services.events.alarms_by_hand import AlarmDesk
from cmsp_agent.storage.tables import events, incidents
from tests.integration.events.test_event_service import Parts, parts, pri

__all__ = ["parts"]


def desk(parts: Parts) -> AlarmDesk:
    return AlarmDesk(parts.service, SystemClock(), uuid7)


async def test_an_alarm_is_cleared_by_hand_which_restores_nothing(parts: Parts) -> None:
    await parts.service.handle([pri(up=False)])
    [alarm] = parts.service.alarm_state.active.values()
    cleared = await desk(parts).clear(alarm.id, "noc", "the card is out")
    assert (cleared.state, cleared.alarm, cleared.text) == (
        Transition.CLEAR,
        alarm.id,
        "cleared: Serial0/1/0:15: layer 2 down (cleared by noc: the card is out)",
    )
    assert await parts.database.read(events.active) == []
    [incident], _ = await parts.database.read(incidents.page)
    assert (incident.state, incident.restored_at) == (IncidentState.NEW, None)
    assert incident.timeline[-1].by == "noc"
    with pytest.raises(NotFound):
        await desk(parts).clear(alarm.id, "noc", "again")


async def test_it_is_raised_again_under_a_new_id_where_the_source_says_so(parts: Parts) -> None:
    await parts.service.handle([pri(up=False)])
    [first] = parts.service.alarm_state.active.values()
    await desk(parts).clear(first.id, "noc", "a test")
    await parts.service.handle([pri(up=False)])
    [second] = parts.service.alarm_state.active.values()
    assert second.id != first.id
    [incident] = parts.service.alarm_state.incidents.values()
    assert (incident.state, incident.reopened, incident.unproven) == (IncidentState.NEW, 0, None)


async def test_an_acknowledged_alarm_is_so_in_the_database_too(parts: Parts) -> None:
    await parts.service.handle([pri(up=False)])
    [alarm] = parts.service.alarm_state.active.values()
    await desk(parts).acknowledge(alarm.id, "noc-7")
    [kept] = await parts.database.read(events.active)
    assert kept.attributes[ACKNOWLEDGED] == "noc-7"


async def test_an_incident_whose_alarm_is_suppressed_stays_open_and_says_so_also_over_a_restart(parts: Parts) -> None:
    await parts.service.handle([pri(up=False)])
    [alarm] = parts.service.alarm_state.active.values()
    with pytest.raises(Refused, match="30 days"):
        await desk(parts).suppress(alarm.id, "noc", "a known fault", 31 * 86_400)
    await desk(parts).suppress(alarm.id, "noc", "a known fault", 300)
    for _ in range(2):
        [incident] = parts.service.alarm_state.incidents.values()
        assert (incident.state, incident.restored_at) == (IncidentState.NEW, None)
        assert incident.suppression is not None
        assert incident.suppression.by == "noc"
        await parts.service.load()  # as a restart does
    await parts.service.handle([pri(up=True)])
    [incident] = parts.service.alarm_state.incidents.values()
    assert (incident.state, incident.suppression) == (IncidentState.RESTORED, None)
