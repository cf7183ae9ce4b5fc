"""The configuration file, and what it asks for that the agent can not do."""

from cmsp_agent.model.severity import Severity
from cmsp_agent.pipeline.alarm_types.once import once
from cmsp_agent.plugin.api import AlarmType

DEVICE_TYPE_MISSING = "device_type.missing"

ALARM_TYPES: tuple[AlarmType, ...] = (
    once(
        "configuration.refused",
        Severity.MAJOR,
        "The configuration file was refused; the one before stays in force",
        "Run `cmsp-agent config check`, mend the file, and reload.",
    ),
    once(
        "configuration.rolled_back",
        Severity.MAJOR,
        "A configuration was taken back; the one before is in force again",
        "Read why with `cmsp-agent config history`, and apply it again when the reason is gone.",
    ),
    AlarmType(
        "configuration.not_kept",
        Severity.MINOR,
        "The history of the configuration can't be kept",
        incident=False,
        responsible="partner",
        recommendation="Let the agent write the folder `revisions` beside its file: its owner, room on the disk, a file"
        " system that is not read-only. It is tried again every minute.",
    ),
    AlarmType(
        DEVICE_TYPE_MISSING,
        Severity.MINOR,
        "{component} runs without its device type {object}",
        incident=False,
        responsible="partner",
        recommendation="Run `cmsp-agent plugin list`, which says why; mend the plugin and restart the agent.",
    ),
    AlarmType(
        "secret.unusable",
        Severity.MAJOR,
        "A secret that the file names can't be used: {object}",
        incident=False,
        responsible="partner",
        recommendation="Do what the text says. A secret that is lost: `cmsp-agent secret set NAME`, then reload. What"
        " needs it waits.",
    ),
    AlarmType(
        "configuration.differs",
        Severity.WARNING,
        "The file and the running agent differ: {object}",
        incident=False,
        responsible="partner",
        recommendation="Run `cmsp-agent config check`, mend the file, and reload or restart the agent.",
    ),
)
