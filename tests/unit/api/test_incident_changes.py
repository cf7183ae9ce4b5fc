"""What people may make of an incident."""

from dataclasses import replace

import pytest

from cmsp_agent.api.routes.incidents import editing
from cmsp_agent.api.schemas.incidents import IncidentChange
from cmsp_agent.model.errors import Conflict
from cmsp_agent.model.incident import Incident
from cmsp_agent.model.incident_state import IncidentState
from cmsp_agent.model.priority import Extent, Share, Urgency

NOTHING = Share(0, 0)
INCIDENT = Incident(
    "1", "INC-000001", IncidentState.NEW, Urgency.LOW, Extent(NOTHING, NOTHING, NOTHING), "fault", (), (), 0
)
close = editing(IncidentChange(state="closed"), "*", "noc", 0)


def test_an_incident_whose_fault_is_still_there_can_not_be_closed() -> None:
    with pytest.raises(Conflict):
        close(INCIDENT)


@pytest.mark.parametrize(
    "waiting", [replace(INCIDENT, passing=True), replace(INCIDENT, reported_by="alice")], ids=["passing", "reported"]
)
def test_one_that_nothing_clears_is_closed_by_a_person(waiting: Incident) -> None:
    assert close(waiting).state is IncidentState.CLOSED
