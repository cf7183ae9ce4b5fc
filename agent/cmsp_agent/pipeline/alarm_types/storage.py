"""The appliance's own databases and their directory."""

from cmsp_agent.model.severity import Severity
from cmsp_agent.pipeline.alarm_types.once import once
from cmsp_agent.plugin.api import AlarmType

ALARM_TYPES: tuple[AlarmType, ...] = (
    AlarmType(
        "storage.low",
        Severity.WARNING,
        "Room on the disk runs low: {object}",
        incident=False,
        responsible="partner",
        recommendation="Delete what is not needed, or give the disk more room; `cmsp-agent status` shows what is left.",
    ),
    once(
        "storage.corrupt",
        Severity.CRITICAL,
        "The database {object} was damaged and is started anew",
        "Check the appliance's disk; keep the file that was set aside.",
    ),
    AlarmType(
        "storage.set_aside",
        Severity.MAJOR,
        "Something of the agent's state was damaged and is set aside: {object}",
        incident=False,
        responsible="partner",
        recommendation="Check the appliance's disk (`dmesg`) and keep what was set aside. The agent goes on with the"
        " rest; a person ends this alarm: `cmsp-agent alarm list`, then `cmsp-agent alarm clear ID --reason TEXT`.",
    ),
    once(
        "storage.row_damaged",
        Severity.MAJOR,
        "A damaged row was set aside: {object}",
        "Check the appliance's disk; all other rows are in use.",
    ),
    once(
        "storage.not_writable",
        Severity.CRITICAL,
        "The state directory can't be written",
        "Check who owns the directory, and whether its file system is full or read-only.",
    ),
    once(
        "storage.lost",
        Severity.MAJOR,
        "Signals could not be stored",
        "Check the appliance's disk: space, and errors in the kernel's log.",
    ),
)
