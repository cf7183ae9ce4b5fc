"""An incident that a person reports: numbered, recorded, kept over a restart, ended only by a person."""

import pytest

from cmsp_agent.model.errors import NotFound
from cmsp_agent.model.incident_facts import ReportedFault
from cmsp_agent.model.incident_state import IncidentState, Trigger
from cmsp_agent.model.priority import Priority, Urgency
from tests.integration.events.test_event_service import Parts, parts, pri

__all__ = ["parts"]


async def test_a_reported_incident_waits_for_a_person(parts: Parts) -> None:
    made = await parts.service.report_incident(ReportedFault("No dial tone", ("gw-1",), Urgency.MAJOR, "reception"))
    assert (made.number, made.reported_by, made.priority) == ("INC-000001", "reception", Priority.P3)
    assert made.extent.people.affected == 60
    await parts.service.use(parts.service._pipeline)
    await parts.service.handle([pri(up=False)])
    await parts.service.handle([pri(up=True)])
    assert parts.service.alarm_state.incidents[made.id].state is IncidentState.NEW
    done = await parts.service.change_incident(made.id, lambda known: known.after(Trigger.RESOLVE, 5, "noc"))
    assert done.state is IncidentState.RESOLVED
    assert made.id not in parts.service.alarm_state.incidents


async def test_one_of_a_component_that_there_is_not_is_refused(parts: Parts) -> None:
    with pytest.raises(NotFound, match="gw-9"):
        await parts.service.report_incident(ReportedFault("x", ("gw-9",), Urgency.LOW, "reception"))
