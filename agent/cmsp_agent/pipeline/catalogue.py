"""The device types' rules, compiled once for matching. Judges nothing: it only finds what a message means."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cmsp_agent.model.interfaces import canonical
from cmsp_agent.model.severity import Severity
from cmsp_agent.pipeline.mib import trap_key
from cmsp_agent.pipeline.privacy import Mask
from cmsp_agent.plugin.api import AlarmType, DeviceType, SyslogRule, TrapRule

LONGEST_TEXT = 1024
"""Characters of a message that patterns may look at."""

COMPONENT_DOWN = "component.down"
MANAGEMENT_LOST = "management.lost"
COMPONENT_DEGRADED = "component.degraded"
COMPONENT_UNRESOLVED = "component.unresolved"
APPLIANCE_ISOLATED = "appliance.isolated"
UNKNOWN_TRAP = "trap.unknown"
UNKNOWN_SYSLOG = "syslog.unknown"

BUILT_IN = (
    AlarmType(
        COMPONENT_DOWN,
        Severity.CRITICAL,
        "{component} is down",
        impairs=frozenset("*"),
        cause=0,
        recommendation="Check power and cabling at the site, then the path to it.",
    ),
    AlarmType(
        MANAGEMENT_LOST,
        Severity.MAJOR,
        "{component} answers, but not to SNMP",
        cause=5,
        recommendation="Check the SNMP credentials and access lists; run `cmsp-agent component show {component}`.",
    ),
    AlarmType(
        COMPONENT_DEGRADED,
        Severity.MINOR,
        "{component} answers, but not all that is asked",
        cause=8,
        recommendation="Run `cmsp-agent component poll {component}`, which says what fails; check its credentials.",
    ),
    AlarmType(
        COMPONENT_UNRESOLVED,
        Severity.MAJOR,
        "The host name of {component} leads nowhere",
        cause=4,
        recommendation="Check the name in the configuration and the appliance's name servers, or write the address.",
    ),
    AlarmType(
        APPLIANCE_ISOLATED,
        Severity.CRITICAL,
        "The appliance has lost its link or its next hop",
        cause=0,
        responsible="partner",
        recommendation="Check the appliance's cable and the switch port or router that it is connected to.",
    ),
    AlarmType(UNKNOWN_TRAP, Severity.INDETERMINATE, "{component}: trap {object}", incident=False, transient=True),
    AlarmType(UNKNOWN_SYSLOG, Severity.INDETERMINATE, "{component}: {object}", incident=False, transient=True),
    AlarmType("backup.failed", Severity.MINOR, "No backup of {component}", responsible="partner"),
    AlarmType("headend.lost", Severity.MAJOR, "The head-end does not answer", incident=False),
    AlarmType("headend.refused", Severity.MAJOR, "The head-end refuses the appliance", incident=False),
    AlarmType("agent.notice", Severity.WARNING, "{object}", incident=False, transient=True),
)
"""What every device can suffer, and the appliance itself. Agent signals of other types are notices."""


def mnemonic_key(mnemonic: str) -> str:
    """`LINK-3-UPDOWN` → `LINK-*-UPDOWN`: the severity in a mnemonic differs between releases."""
    facility, _, rest = mnemonic.partition("-")
    parts = [facility, *rest.split("-")]
    if len(parts) >= 3 and len(parts[-2]) == 1:
        parts[-2] = "*"
    return "-".join(parts)


@dataclass(frozen=True, slots=True)
class SyslogMatch:
    """A compiled syslog rule."""

    rule: SyslogRule
    pattern: re.Pattern[str] | None

    def read(self, text: str) -> tuple[str, str] | None:
        """(object, state word) found in the text, or None where the rule does not fit."""
        if self.pattern is None:
            return "", ""
        found = self.pattern.search(text[:LONGEST_TEXT])
        if found is None:
            return None
        groups = found.groupdict(default="")
        name = groups.get("object", "")
        return canonical(name) if self.rule.interface else name, groups.get("state", "").strip().lower()


class Meanings:
    """One device type's rules by what they match."""

    def __init__(self, device_type: DeviceType) -> None:
        self.device_type = device_type
        self.mask = Mask(device_type)
        self.alarms: Mapping[str, AlarmType] = {alarm.type: alarm for alarm in (*BUILT_IN, *device_type.alarms)}
        self._traps: dict[str, list[TrapRule]] = {}
        self._syslog: dict[str, list[SyslogMatch]] = {}
        for trap in device_type.traps:
            self._traps.setdefault(trap_key(trap.oid), []).append(trap)
        for rule in device_type.syslog:
            pattern = re.compile(rule.pattern) if rule.pattern else None
            self._syslog.setdefault(mnemonic_key(rule.mnemonic), []).append(SyslogMatch(rule, pattern))

    def traps(self, oid: str) -> Iterable[TrapRule]:
        """The rules for a notification."""
        return self._traps.get(trap_key(oid), ())

    def syslog(self, mnemonic: str) -> Iterable[SyslogMatch]:
        """The rules for a mnemonic."""
        return self._syslog.get(mnemonic_key(mnemonic), ()) if mnemonic else ()

    def alarm(self, kind: str) -> AlarmType:
        """The alarm type of that name; a name nobody declared is a notice."""
        return self.alarms.get(kind) or AlarmType(
            kind, Severity.WARNING, "{component}: " + kind + " {object}", incident=False, transient=True
        )
