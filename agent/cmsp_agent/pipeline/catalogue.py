"""The device types' rules, compiled once for matching. Judges nothing: it only finds what a message means."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from cmsp_agent.model.event import Transition
from cmsp_agent.model.interfaces import canonical
from cmsp_agent.model.severity import Severity
from cmsp_agent.pipeline.built_in import BUILT_IN, THRESHOLD_CROSSED
from cmsp_agent.pipeline.privacy import Mask
from cmsp_agent.plugin.api import AlarmType, DeviceType, SyslogRule, TrapRule
from cmsp_agent.plugin.rules import mnemonic_key, trap_key

LONGEST_TEXT = 1024
"""Characters of a message that patterns may look at."""


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
        self._ended = frozenset(_ended_by_messages(device_type))
        self._ended_by_polls = frozenset(rule.type for rule in device_type.states if rule.clears or rule.bits)
        self._shown_by_snmp = frozenset(rule.type for rule in device_type.states)
        self._ended_by_shows = frozenset(state.type for table in device_type.tables for state in table.states)
        self._figures = frozenset(kpi.name for kpi in device_type.kpis)
        self._traps: dict[str, list[TrapRule]] = {}
        self._ignored = frozenset(trap_key(oid) for oid in device_type.ignored_traps)
        self._syslog: dict[str, list[SyslogMatch]] = {}
        self._families: dict[str, list[SyslogMatch]] = {}
        for trap in device_type.traps:
            self._traps.setdefault(trap_key(trap.oid), []).append(trap)
        for rule in device_type.syslog:
            pattern = re.compile(rule.pattern) if rule.pattern else None
            facility, _, name = rule.mnemonic.rpartition("-")
            known, key = (self._families, facility) if name == "*" else (self._syslog, mnemonic_key(rule.mnemonic))
            known.setdefault(key, []).append(SyslogMatch(rule, pattern))

    def has_end(self, kind: str, *, polled: bool) -> bool:
        """Whether something that the device says or shows can end an alarm of the type."""
        by_code = self.device_type.normalise is not None
        by_show = kind in self._ended_by_shows
        return by_code or by_show or kind in self._ended or (polled and kind in self._ended_by_polls)

    def is_read_by_snmp(self, kind: str, name: str) -> bool:
        """Whether SNMP alone shows the state of an object, or the figure that a threshold is for."""
        if kind == THRESHOLD_CROSSED:
            return name.partition("[")[0] in self._figures
        return kind in self._shown_by_snmp and kind not in self._ended_by_shows

    def traps(self, oid: str) -> Iterable[TrapRule]:
        """The rules for a notification."""
        return self._traps.get(trap_key(oid), ())

    def ignores_trap(self, oid: str) -> bool:
        """Whether nothing is kept of a notification."""
        return trap_key(oid) in self._ignored

    def syslog(self, mnemonic: str) -> Iterable[SyslogMatch]:
        """The rules for a mnemonic: its own, or those of the family that it belongs to."""
        key = mnemonic_key(mnemonic)
        found = self._syslog.get(key)
        if found or not self._families:
            return found or ()
        return self._families.get(mnemonic.rpartition("-")[0]) or self._families.get(key.rpartition("-")[0]) or ()

    def alarm(self, kind: str) -> AlarmType:
        """The alarm type of that name; an undeclared name is a notice."""
        return self.alarms.get(kind) or AlarmType(
            kind, Severity.WARNING, "{component}: " + kind + " {object}", incident=False, transient=True
        )


def _ended_by_messages(device_type: DeviceType) -> Iterator[str]:
    """The alarm types that a trap or a message clears."""
    for trap in device_type.traps:
        if trap.state is Transition.CLEAR or (trap.state is None and (trap.clears or trap.bits)):
            yield trap.type
    for message in device_type.syslog:
        if message.state is Transition.CLEAR or (message.state is None and message.clears):
            yield message.type
