"""A call to an emergency number as it is shown."""

from typing import Any

from cmsp_agent.model.calls import EmergencyCall, cause_in_words
from cmsp_agent.model.times import rfc3339


def emergency_call_view(call: EmergencyCall) -> dict[str, Any]:
    """The record; what is not known yet is null."""
    return {
        "id": call.id,
        "component": call.component,
        "site": call.site,
        "number": call.number,
        "at": rfc3339(call.at),
        "port": call.port or None,
        "seconds": call.seconds,
        "cause": None if call.cause is None else cause_in_words(call.cause),
        "caller": call.caller or None,
        "sources": list(call.sources),
    }
