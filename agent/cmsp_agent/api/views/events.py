"""An event as the API shows it."""

from cmsp_agent.api.views.view import View
from cmsp_agent.model.event import Event
from cmsp_agent.storage.outbox.records import event_record


def event_view(event: Event) -> View:
    """The data of `cmsp.event.v1`, and the event's id."""
    data = event_record(event).data
    return {"id": event.id, **data, "sources": list(data["sources"])}
