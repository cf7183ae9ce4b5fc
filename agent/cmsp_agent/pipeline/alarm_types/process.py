"""The process itself: its clock, and what has no type of its own."""

from cmsp_agent.model.severity import Severity
from cmsp_agent.pipeline.alarm_types.once import once
from cmsp_agent.plugin.api import AlarmType

ALARM_TYPES: tuple[AlarmType, ...] = (
    AlarmType(
        "clock.distrusted",
        Severity.WARNING,
        "The appliance's clock is far from the last known time",
        incident=False,
        recommendation="Check NTP, or say that the time is right with `cmsp-agent clock confirm`.",
    ),
    once(
        "clock.stepped",
        Severity.WARNING,
        "The appliance's clock was set while the agent ran",
        "Check NTP where it happens again; times of events before and after it don't compare.",
    ),
    AlarmType(
        "agent.losing",
        Severity.WARNING,
        "The agent loses something: {object}",
        incident=False,
        recommendation="Look for the reason in the agent's log (`journalctl -u cmsp-agent`); what is lost is gone.",
    ),
    AlarmType("agent.notice", Severity.WARNING, "{object}", incident=False, transient=True),
)
