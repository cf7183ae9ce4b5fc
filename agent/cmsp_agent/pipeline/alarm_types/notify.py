"""Notifications to interested parties."""

from cmsp_agent.model.severity import Severity
from cmsp_agent.plugin.api import AlarmType

ALARM_TYPES: tuple[AlarmType, ...] = (
    AlarmType(
        "notification.failed",
        Severity.MAJOR,
        "Nobody can be notified by mail",
        incident=False,
        responsible="partner",
        recommendation="Check `smtp` in the file, and whether the mail server takes mails from the appliance.",
    ),
    AlarmType(
        "notification.refused",
        Severity.MINOR,
        "A recipient of notifications is refused for good",
        incident=False,
        responsible="partner",
        recommendation="Correct the address in `contacts` or `notify`, or have the mail server take it.",
    ),
)
