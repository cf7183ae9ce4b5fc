"""Emergency numbers. A site that lost its call paths by the functions of its components has an incident for it."""

from cmsp_agent.model.severity import Severity
from cmsp_agent.plugin.api import AlarmType

EMERGENCY_LOST = "emergency.lost"
EMERGENCY_CALL, EMERGENCY_CALL_ENDED = "emergency.call", "emergency.call.ended"

ALARM_TYPES: tuple[AlarmType, ...] = (
    AlarmType(
        EMERGENCY_LOST,
        Severity.CRITICAL,
        "No call path to the emergency number {object}",
        cause=90,
        responsible="carrier",
        recommendation="Run `cmsp-agent emergency list`, which names each call path and what is wrong with it; tell the"
        " people of the site which telephone they are to use. Where none is to be had: `sites.NAME.emergency: []`.",
    ),
    AlarmType(
        EMERGENCY_CALL,
        Severity.WARNING,
        "{component}: emergency call to {object}",
        incident=False,
        transient=True,
        recommendation="The emergency responder did not see this call, as the site was cut off from it: tell those who"
        " are on duty at the site.",
    ),
    AlarmType(
        EMERGENCY_CALL_ENDED,
        Severity.WARNING,
        "{component}: the emergency call to {object} is over",
        incident=False,
        transient=True,
        recommendation="`cmsp-agent emergency calls` lists who called, by which port and for how long.",
    ),
)
