"""Short ways to write what most of a gateway's messages are."""

from cmsp_agent.plugin.api import AlarmType, Severity, SyslogRule, Transition

CRITICAL, MAJOR, MINOR, WARNING = Severity.CRITICAL, Severity.MAJOR, Severity.MINOR, Severity.WARNING


def note(kind: str, severity: Severity, title: str) -> AlarmType:
    """Reported once; opens no incident."""
    return AlarmType(kind, severity, title, incident=False, transient=True)


def once(mnemonic: str, kind: str, pattern: str = "") -> SyslogRule:
    """A message in passing."""
    return SyslogRule(mnemonic, kind, pattern, state=Transition.INFO)
