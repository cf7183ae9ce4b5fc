"""The sinks that plugins bring: where records go beside the head-end."""

from cmsp_agent.model.severity import Severity
from cmsp_agent.plugin.api import AlarmType

ALARM_TYPES: tuple[AlarmType, ...] = (
    AlarmType(
        "sink.failing",
        Severity.MINOR,
        "A sink takes no records: {object}",
        incident=False,
        recommendation="Read the reason in `cmsp-agent status`; the head-end gets everything meanwhile.",
    ),
)
