"""An incident as the API shows it."""

from cmsp_agent.api.views.view import View
from cmsp_agent.model.incident import Incident
from cmsp_agent.model.times import optional_time, rfc3339
from cmsp_agent.storage.outbox.records import incident_record

NOTES_SHOWN = 10
"""The latest, with the incident; all that are kept come in pages."""

ALARMS_SHOWN = 50
"""The latest that joined, likewise: a storm's incident has thousands."""


def incident_view(incident: Incident) -> View:
    """The data of `cmsp.incident.v1`, of its alarms the latest, and what people add to it."""
    data = incident_record(incident, incident.id, incident.opened_at).data
    return {
        **data,
        "components": list(incident.components),
        "alarms": list(incident.alarms[-ALARMS_SHOWN:]),
        "alarms_in_all": len(incident.alarms),
        "arithmetic": incident.arithmetic,
        "confirmed": incident.confirmed,
        "assignee": incident.assignee,
        "notes": list(incident.notes[-NOTES_SHOWN:]),
        "notes_in_all": len(incident.notes),
        "notes_dropped": incident.notes_dropped,
        "resolved_at": optional_time(incident.resolved_at),
        "closed_at": optional_time(incident.closed_at),
        "reopened": incident.reopened,
        "timeline": [{"at": rfc3339(each.at), "what": each.what, "by": each.by or None} for each in incident.timeline],
        "version": incident.version,
    }
