"""What an Oracle SBC reports by traps: session agents, gateways, hardware, licence, certificates. Data only.

Sources: APSYSMGMT-MIB, APLICENSE-MIB, APSECURITY-MIB.
"""

from cmsp_agent.plugin.api import AlarmType, ObjectFrom, Severity, Transition, TrapRule

SYSTEM, OBJECTS = "1.3.6.1.4.1.9148.3.2.6.0", "1.3.6.1.4.1.9148.3.2.5"
LICENCE, SECURITY = "1.3.6.1.4.1.9148.3.5.3.0", "1.3.6.1.4.1.9148.3.9.3.6.0"
RECORD = ObjectFrom("1.3.6.1.4.1.9148.3.9.1.10.1.3", "value")
GROUP = "1.3.6.1.4.1.9148.3.2.3.0"
MONITORED = ObjectFrom("1.3.6.1.4.1.9148.3.2.2.1", "value")
"""The figure that crossed its threshold, by its OID."""
RAISE, CLEAR, INFO = Transition.RAISE, Transition.CLEAR, Transition.INFO
MAJOR, MINOR = Severity.MAJOR, Severity.MINOR


def _named(number: int) -> ObjectFrom:
    return ObjectFrom(f"{OBJECTS}.{number}", "value")


def _note(kind: str, severity: Severity, title: str) -> AlarmType:
    return AlarmType(kind, severity, title, incident=False, transient=True)


ALARMS = (
    AlarmType("gateway.unreachable", MAJOR, "{component}: gateway {object} does not answer", cause=45),
    AlarmType("threshold.crossed", MINOR, "{component}: figure {object} is over its threshold", incident=False),
    AlarmType("ntp.lost", MINOR, "{component}: NTP server {object} does not answer", incident=False),
    AlarmType("licence.full", MAJOR, "{component}: the licence's sessions are nearly all in use"),
    AlarmType("call.quality", MINOR, "{component}: quality of calls is below its threshold", responsible="carrier"),
    _note("ha.switched_over", MAJOR, "{component}: the units have changed their roles"),
    _note("sip.registration.failed", MAJOR, "{component}: registration at {object} has failed"),
    _note("config.not_saved", MAJOR, "{component}: its configuration could not be saved"),
    _note("task.suspended", Severity.CRITICAL, "{component}: task {object} is suspended"),
    _note("login.failed", MINOR, "{component}: a login failed from {object}"),
    _note("certificate.expired", MAJOR, "{component}: certificate {object} has expired"),
    _note("certificate.expires", MINOR, "{component}: certificate {object} expires soon"),
)

TRAPS = (
    TrapRule(  # apSysMgmtSAStatus: inservice(0), outofservice(1) of older MIBs; of newer ones as in the statistics
        f"{SYSTEM}.15",
        "sip.trunk.down",
        by=f"{OBJECTS}.18",
        raises=frozenset({1, 5, 6}),
        clears=frozenset({0, 2, 3}),
        object=_named(16),
    ),
    TrapRule(f"{SYSTEM}.10", "gateway.unreachable", RAISE, object=_named(11)),
    TrapRule(f"{SYSTEM}.21", "gateway.unreachable", CLEAR, object=_named(11)),
    TrapRule(f"{SYSTEM}.30", "ntp.lost", RAISE, object=_named(31)),
    TrapRule(f"{SYSTEM}.31", "ntp.lost", CLEAR, object=_named(31)),
    TrapRule(f"{SYSTEM}.37", "call.quality", RAISE),
    TrapRule(f"{SYSTEM}.38", "call.quality", CLEAR),
    TrapRule(f"{SYSTEM}.72", "threshold.crossed", RAISE, object=_named(65)),
    TrapRule(f"{SYSTEM}.73", "threshold.crossed", CLEAR, object=_named(65)),
    TrapRule(f"{GROUP}.1", "threshold.crossed", RAISE, object=MONITORED),
    TrapRule(f"{GROUP}.2", "threshold.crossed", CLEAR, object=MONITORED),
    TrapRule(f"{LICENCE}.1", "licence.full", RAISE),
    TrapRule(f"{LICENCE}.2", "licence.full", CLEAR),
    TrapRule(f"{SYSTEM}.5", "ha.switched_over", INFO),
    TrapRule(f"{SYSTEM}.39", "sip.registration.failed", INFO, object=_named(35)),
    TrapRule(f"{SYSTEM}.13", "config.not_saved", INFO),
    TrapRule(f"{SYSTEM}.4", "task.suspended", INFO, object=_named(6)),
    TrapRule(f"{SYSTEM}.16", "login.failed", INFO, object=_named(22)),
    TrapRule(f"{SYSTEM}.1", "env.power", INFO, object=_named(1)),
    TrapRule(f"{SYSTEM}.3", "env.fan", INFO, object=_named(4)),
    TrapRule(f"{SYSTEM}.2", "env.temperature", INFO),
    TrapRule(f"{SECURITY}.1", "certificate.expired", INFO, object=RECORD),
    TrapRule(f"{SECURITY}.2", "certificate.expires", INFO, object=RECORD),
)
