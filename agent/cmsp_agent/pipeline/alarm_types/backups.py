"""Backups."""

from cmsp_agent.model.severity import Severity
from cmsp_agent.plugin.api import AlarmType

ALARM_TYPES: tuple[AlarmType, ...] = (
    AlarmType(
        "backup.failed",
        Severity.MINOR,
        "No backup of {component}",
        responsible="partner",
        recommendation="Run `cmsp-agent backup run {component}`, which says what fails.",
    ),
)
