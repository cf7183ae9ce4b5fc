"""Notifications of the call manager (CISCO-CCM-MIB). A gateway that failed is cleared by the poll of its row."""

from cmsp_agent.plugin.api import AlarmType, ObjectFrom, Severity, SyslogRule, Transition, TrapRule

CCM = "1.3.6.1.4.1.9.9.156"
DETAILS = f"{CCM}.1.10"
GATEWAY = ObjectFrom(f"{CCM}.1.3.1.1.2", "value")
LAYER2_STATUS = f"{DETAILS}.10"
RAISE, INFO = Transition.RAISE, Transition.INFO
CRITICAL, MAJOR, MINOR = Severity.CRITICAL, Severity.MAJOR, Severity.MINOR


def _note(kind: str, severity: Severity, title: str) -> AlarmType:
    return AlarmType(kind, severity, title, incident=False, transient=True)


ALARMS = (
    AlarmType(
        "ccm.gateway.layer2.down",
        CRITICAL,
        "{component}: the D-channel of gateway {object} is down",
        responsible="carrier",
        recommendation="Look at the gateway's own PRI, then report the D-channel to the carrier.",
    ),
    _note("ccm.failed", CRITICAL, "{component}: a call manager process has failed"),
    _note("ccm.phones.failed", MINOR, "{component}: phones could not register"),
    _note("ccm.phones.changed", MINOR, "{component}: phones have changed their state"),
    _note("ccm.media.exhausted", MAJOR, "{component}: media resource list {object} has nothing left"),
    _note("ccm.routes.exhausted", MAJOR, "{component}: route list {object} has nothing left"),
    _note("ccm.malicious_call", MAJOR, "{component}: a person reports a malicious call"),
    _note("ccm.quality_report", MINOR, "{component}: a person reports poor quality"),
    _note("ccm.alert", MAJOR, "{component}: alert {object}"),
    _note("ccm.tls.failed", MAJOR, "{component}: TLS with {object} has failed"),
)

TRAPS = (
    TrapRule(f"{CCM}.2.0.1", "ccm.failed", INFO),
    TrapRule(f"{CCM}.2.0.2", "ccm.phones.failed", INFO),
    TrapRule(f"{CCM}.2.0.3", "ccm.phones.changed", INFO),
    TrapRule(f"{CCM}.2.0.4", "ccm.gateway.unregistered", RAISE, object=GATEWAY),
    TrapRule(f"{CCM}.2.0.11", "ccm.gateway.unregistered", RAISE, object=GATEWAY),
    TrapRule(f"{CCM}.2.0.5", "ccm.media.exhausted", INFO, object=ObjectFrom(f"{DETAILS}.7", "value")),
    TrapRule(f"{CCM}.2.0.6", "ccm.routes.exhausted", INFO, object=ObjectFrom(f"{DETAILS}.8", "value")),
    TrapRule(  # up(2), down(3)
        f"{CCM}.2.0.7",
        "ccm.gateway.layer2.down",
        by=LAYER2_STATUS,
        raises=frozenset({3}),
        clears=frozenset({2}),
        object=GATEWAY,
    ),
    TrapRule(f"{CCM}.2.0.8", "ccm.malicious_call", INFO),
    TrapRule(f"{CCM}.2.0.9", "ccm.quality_report", INFO),
    TrapRule(f"{CCM}.2.0.10", "ccm.tls.failed", INFO, object=ObjectFrom(f"{DETAILS}.23", "value")),
)

SYSLOG = (SyslogRule("UC_RTMT-2-RTMT_ALERT", "ccm.alert", r"\[AlertName=(?P<object>[^\]]+)\]", state=INFO),)
"""Alerts of the call manager's own watch (RTMT) come by syslog alone."""
