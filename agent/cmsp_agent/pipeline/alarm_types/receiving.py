"""Receiving: the ports, messages that are lost, and messages that no rule knows."""

from cmsp_agent.model.severity import Severity
from cmsp_agent.pipeline.alarm_types.once import once
from cmsp_agent.plugin.api import AlarmType

UNKNOWN_TRAP = "trap.unknown"
UNKNOWN_SYSLOG = "syslog.unknown"

ALARM_TYPES: tuple[AlarmType, ...] = (
    AlarmType(UNKNOWN_TRAP, Severity.INDETERMINATE, "{component}: trap {object}", incident=False, transient=True),
    AlarmType(UNKNOWN_SYSLOG, Severity.INDETERMINATE, "{component}: {object}", incident=False, transient=True),
    AlarmType(
        "listen.failed",
        Severity.MAJOR,
        "The agent can't listen: {object}",
        incident=False,
        responsible="partner",
        recommendation="End the program that holds the port, put the address on this machine, or write another under"
        " `listen` or `api`; it is tried again.",
    ),
    once(
        "listen.closed",
        Severity.WARNING,
        "A socket that the file does not ask for was closed: {object}",
        "Nothing, where the file is right; else name the port under `listen` and restart the agent.",
    ),
    AlarmType(
        "messages.lost",
        Severity.MINOR,
        "Messages are lost: {object}",
        incident=False,
        responsible="partner",
        recommendation="Read which counter grows; make the device send less, or over TCP, or mend its TLS certificate.",
    ),
)
