"""Facts to store."""

from typing import Any

from cmsp_agent.model.event import Event, Source, Transition
from cmsp_agent.model.incident import Incident
from cmsp_agent.model.incident_state import IncidentState
from cmsp_agent.model.priority import Extent, Share, Urgency
from cmsp_agent.model.severity import Severity

NOW = 1_767_225_600_123


def an_event(number: int = 1, **changes: Any) -> Event:
    values: dict[str, Any] = {
        "id": f"0193-{number}",
        "component": "gw-paris-1",
        "site": "paris",
        "object": "Serial0/1/0:15",
        "type": "isdn.layer2.down",
        "severity": Severity.CRITICAL,
        "state": Transition.RAISE,
        "occurred_at": NOW,
        "received_at": NOW + 100,
        "clock": "synchronised",
        "sources": (Source.TRAP, Source.SYSLOG),
        "text": "Layer 2 down",
        "count": 3,
        "confirmed": True,
    }
    return Event(**{**values, **changes})


def an_incident(number: str = "INC-000001", **changes: Any) -> Incident:
    values: dict[str, Any] = {
        "id": f"0193-{number}",
        "number": number,
        "state": IncidentState.NEW,
        "urgency": Urgency.MAJOR,
        "extent": Extent(Share(60, 400), Share(0, 4), Share(1, 8)),
        "title": "PRI down",
        "components": ("gw-paris-1",),
        "alarms": ("0193-1",),
        "opened_at": NOW,
        "responsible": "carrier",
        "recommendation": "call the carrier",
    }
    return Incident(**{**values, **changes})
