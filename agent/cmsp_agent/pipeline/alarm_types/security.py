"""Security events, certificates that run out among them: each is a `cmsp.security.v1` record too."""

from cmsp_agent.model.severity import Severity
from cmsp_agent.pipeline.alarm_types.once import once
from cmsp_agent.plugin.api import AlarmType

ALARM_TYPES: tuple[AlarmType, ...] = (
    AlarmType(
        "certificate.expires",
        Severity.MAJOR,
        "A certificate runs out: {object}",
        incident=False,
        recommendation="Put a new one into the named file, and reload. Where the appliance got it by enrolling, "
        "read why it is not renewed with `GET /v1/outcomes`, and enrol again: `cmsp-agent enrol --token …`.",
    ),
    once(
        "security.certificate_refused",
        Severity.WARNING,
        "A certificate was refused",
        "Find out who tries to connect; give it a certificate of the accepted authority, or keep it out.",
    ),
    once(
        "security.call_refused",
        Severity.WARNING,
        "Calls were refused",
        "Look into the audit log for who called; give the caller the role that it needs, or keep it out.",
    ),
    once(
        "security.trap_refused",
        Severity.WARNING,
        "Traps with another community or user were refused",
        "Compare the device's settings with the file; else find out who sends in its name.",
    ),
    once(
        "security.host_key_new",
        Severity.INDETERMINATE,
        "An SSH host key was seen for the first time",
        "Compare it with the device's own: `cmsp-agent component host-key`.",
    ),
    once(
        "security.host_key_changed",
        Severity.MAJOR,
        "A device shows another SSH host key",
        "If it was exchanged, forget the old key: `cmsp-agent component host-key`. Else somebody stands between.",
    ),
    once(
        "security.credentials_changed",
        Severity.INDETERMINATE,
        "Credentials were changed",
        "Nothing, where it was meant; else look into the audit log for who did it.",
    ),
)
ALSO = frozenset(
    {
        "certificate.refused",
        "configuration.refused",
        "configuration.rolled_back",
        "snmp.engine.boots_reset",
        "snmp.engine.changed",
        "snmp.engine.duplicate",
    }
)
"""Types of other domains that bear on security."""
SECURITY_TYPES = ALSO | {alarm.type for alarm in ALARM_TYPES}
