"""Turns signals into events by the device type's rules. Drops nothing that a rule names."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Protocol, assert_never

from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.component import Component
from cmsp_agent.model.event import Event, Source, Transition
from cmsp_agent.model.ids import uuid7
from cmsp_agent.model.interfaces import IF_DESCR, IF_NAME, Interfaces, octets_name
from cmsp_agent.model.labels import labelled
from cmsp_agent.model.severity import Severity
from cmsp_agent.model.signal import AgentSignal, PollSignal, Signal, SyslogSignal, TrapSignal, Value, times
from cmsp_agent.pipeline.built_in import UNKNOWN_SYSLOG, UNKNOWN_TRAP
from cmsp_agent.pipeline.catalogue import Meanings, SyslogMatch
from cmsp_agent.pipeline.entitlement import as_entitled
from cmsp_agent.pipeline.mib import mib_table
from cmsp_agent.pipeline.occurred import occurred
from cmsp_agent.pipeline.privacy import without_secrets
from cmsp_agent.pipeline.stable_words import stable_words
from cmsp_agent.plugin.api import AlarmReport, AlarmType, DeviceType, ObjectFrom, TrapRule
from cmsp_agent.plugin.rules import bits_in_words

IF_ROW, IF_X_ROW = "1.3.6.1.2.1.2.2.1.", "1.3.6.1.2.1.31.1.1.1."
MOST_BINDINGS = 32
"""Bindings that the event of a trap without a rule shows."""
LONGEST_OBJECT = 256
ENDS, BY_A_PERSON = "ends", "by a person"
"""Attribute of an alarm that no message and no poll can end."""
ENDED_BY_A_PERSON = "nothing that the device says ends this alarm: a person does, with `cmsp-agent alarm clear`"
LONGEST_TEXT = 2048
"""Characters of an event's object and text: both come from the device, and thousands of events are remembered."""
SERIOUS = 3
"""Syslog severities up to this (error) are kept even where no rule knows the message."""

_SOURCES = {
    TrapSignal: Source.TRAP,
    SyslogSignal: Source.SYSLOG,
    PollSignal: Source.POLL,
    AgentSignal: Source.AGENT,
}
_FROM_DEVICE = (Source.TRAP, Source.SYSLOG)
_SYSLOG_SEVERITY = (Severity.CRITICAL,) * 3 + (Severity.MAJOR, Severity.MINOR) + (Severity.WARNING,) * 3


class Inventory(Protocol):
    """What is known of the devices themselves."""

    def device_type(self, component: str) -> DeviceType:
        """The device type that the component was configured with or identified as."""
        ...

    def interfaces(self, component: str) -> Interfaces:
        """Its interfaces; none where they are not known yet."""
        ...


class Normaliser:
    """Turns signals into events by the rules of each component's device type."""

    def __init__(
        self,
        components: Mapping[str, Component],
        inventory: Inventory,
        counters: Counters,
        new_id: Callable[[int], str] = uuid7,
    ) -> None:
        self._components = components
        self._inventory = inventory
        self._counters = counters
        self._new_id = new_id
        self._meanings: dict[int, Meanings] = {}

    def __call__(self, signal: TrapSignal | SyslogSignal | AgentSignal) -> Iterator[Event]:
        """The events that the signal means; none where it means nothing, which is counted."""
        if signal.component and signal.component not in self._components:
            self._counters.add("normalise.unknown_component")
            return
        reported = False
        for report in self._reports(signal):
            reported = True
            yield self.event(signal, report)
        if not reported:
            self._counters.add("normalise.no_rule", times(signal), key=_label(signal))

    def meaningful(self, signals: Iterable[Signal]) -> list[Signal]:
        """The signals without the syslog messages that no rule can give a meaning, for any text; those are counted."""
        return [signal for signal in signals if not isinstance(signal, SyslogSignal) or not self._ignores(signal)]

    def _ignores(self, signal: SyslogSignal) -> bool:
        if signal.severity <= SERIOUS or signal.component not in self._components:
            return False
        meanings = self.meanings(signal.component)
        if meanings.device_type.normalise is not None or meanings.syslog(signal.mnemonic):
            return False
        self._counters.add("normalise.no_rule", times(signal), key=signal.mnemonic)
        return True

    def alarm(self, component: str, kind: str) -> AlarmType:
        """The alarm type as the component's device type declares it, and as its order and its tier have it."""
        known, alarm = self._components.get(component), self.meanings(component).alarm(kind)
        return alarm if known is None else as_entitled(alarm, known)

    def meanings(self, component: str) -> Meanings:
        """The compiled rules for a component, made once for each device type."""
        device_type = self._inventory.device_type(component)
        known = self._meanings.get(id(device_type))
        if known is None or known.device_type is not device_type:
            known = self._meanings[id(device_type)] = Meanings(device_type)
        return known

    def _reports(self, signal: TrapSignal | SyslogSignal | AgentSignal) -> Iterable[AlarmReport]:
        meanings = self.meanings(signal.component)
        code = meanings.device_type.normalise
        if code is not None and (reports := code(signal)) is not None:
            return reports
        match signal:
            case TrapSignal():
                return () if meanings.ignores_trap(signal.trap_oid) else self._from_trap(signal, meanings)
            case SyslogSignal():
                return _from_syslog(signal, meanings)
            case AgentSignal():
                return [_from_agent(signal)]
        assert_never(signal)

    def _from_trap(self, signal: TrapSignal, meanings: Meanings) -> Iterator[AlarmReport]:
        reported = nameless = False
        for rule in meanings.traps(signal.trap_oid):
            state, detail = (rule.state, "") if rule.state else _switch(rule, signal.varbinds)
            name = self._object(signal, rule.object)
            # a trap about an interface that it does not name is an event: as an alarm it would be every port's
            if not name and rule.object.take == "interface":
                nameless = True
            elif state is not None:
                reported = True
                yield AlarmReport(rule.type, name, state, rule.text, detail=detail)
        if not reported:
            yield _by_name(signal, "names no interface that is known" if nameless else "")

    def _object(self, signal: TrapSignal, origin: ObjectFrom) -> str:
        if origin.take == "constant":
            return origin.constant
        for oid, value in signal.varbinds:
            if oid == origin.oid or oid.startswith(origin.oid + "."):
                instance = oid[len(origin.oid) + 1 :]
                if origin.take == "value":
                    also = f" {_bound(signal, origin.also)}" if origin.also else ""
                    return labelled(octets_name(value), instance) + also.rstrip()
                if origin.take == "instance":
                    return instance
                return self._interface(signal, instance, value)
        if origin.take == "interface":  # ifIndex is left out: any other column of the interface names its row
            rows = (oid.rpartition(".")[2] for oid, _ in signal.varbinds if oid.startswith((IF_ROW, IF_X_ROW)))
            return next((self._interface(signal, row, "") for row in rows), "")
        return ""

    def _interface(self, signal: TrapSignal, instance: str, value: Value) -> str:
        index = int(instance) if instance.isdigit() and instance != "0" else value  # some write ifIndex.0 = 2
        known = self._inventory.interfaces(signal.component)
        return known.named(index if isinstance(index, int) else None, _bound(signal, IF_NAME), _bound(signal, IF_DESCR))

    def event(self, signal: Signal, report: AlarmReport) -> Event:
        """The event that an alarm report makes, with what the configuration and the alarm type add to it."""
        alarm = self.alarm(signal.component, report.type)
        component = self._components.get(signal.component)
        state = Transition.INFO if alarm.transient else report.state
        occurred_at, clock, its_time = occurred(signal)
        # what the agent itself says carries no secret, and names what helps: `cmsp-agent secret set NAME`
        stored = str if isinstance(signal, AgentSignal) else without_secrets
        attributes = {name: stored(value) for name, value in (report.attributes or {}).items()}
        source = _SOURCES[type(signal)]
        name = stored(report.object)[:LONGEST_OBJECT]
        ended = "cleared: " * (state is Transition.CLEAR)
        detail = f": {report.detail}" if report.detail else ""
        text = stored(report.text)[:LONGEST_TEXT] or ended + title(alarm, signal.component, name) + detail
        if state is Transition.RAISE and source in _FROM_DEVICE and not self.has_end(signal.component, report.type):
            text, attributes = f"{text} ({ENDED_BY_A_PERSON})", {**attributes, ENDS: BY_A_PERSON}
        return Event(
            id=self._new_id(signal.received_at),
            component=signal.component,
            site=component.site if component else "",
            object=name,
            type=report.type,
            severity=Severity.CLEARED if state is Transition.CLEAR else report.severity or alarm.severity,
            state=state,
            occurred_at=occurred_at,
            received_at=signal.received_at,
            clock=clock,
            sources=(source,),
            text=text,
            count=times(signal),
            confirmed=source in (Source.POLL, Source.AGENT),
            attributes=attributes | its_time,
        )

    def has_end(self, component: str, kind: str) -> bool:
        """Whether something that the component says or shows can end an alarm of the type."""
        return component not in self._components or self.meanings(component).has_end(
            kind, polled=self.is_polled(component)
        )

    def is_polled(self, component: str) -> bool:
        """Whether SNMP asks a component."""
        known = self._components.get(component)
        return known is not None and known.credentials.snmp is not None

    def masked_object(self, event: Event) -> str:
        """What the event is about, as it may leave the site."""
        return self.meanings(event.component).mask.object_of(event.object, event.text)

    def outward(self, event: Event) -> Event:
        """The event as it may leave the site."""
        return self.meanings(event.component).mask(event)


def title(alarm: AlarmType, component: str, name: str) -> str:
    """The alarm type's title with the names filled in; a number alone is said of what it is: `fan 1`."""
    if name.isdecimal() and "{component}: {object} " in alarm.title:
        name = f"{alarm.type.rpartition('.')[2]} {name}"
    return alarm.title.replace("{component}", component or "appliance").replace("{object}", name).strip()


def _label(signal: TrapSignal | SyslogSignal | AgentSignal) -> str:
    match signal:
        case TrapSignal():
            return signal.trap_oid
        case SyslogSignal():
            return signal.mnemonic
        case AgentSignal():
            return signal.type
    assert_never(signal)


def _by_name(signal: TrapSignal, why: str = "") -> AlarmReport:
    """A trap to which no rule gives a meaning, and why: its name and what it carries, readable."""
    table = mib_table()
    name = table.notification(signal.trap_oid) or signal.trap_oid
    bindings = dict(table.binding(oid, value) for oid, value in signal.varbinds[:MOST_BINDINGS])
    carried = ", ".join(f"{label}={value}" for label, value in bindings.items())
    text = ": ".join(part for part in (name, why, carried) if part)
    return AlarmReport(UNKNOWN_TRAP, name, Transition.INFO, text, attributes={"trap": signal.trap_oid, **bindings})


def _bound(signal: TrapSignal, column: str) -> str:
    return next((octets_name(value) for oid, value in signal.varbinds if oid.startswith(column + ".")), "")


def _switch(rule: TrapRule, varbinds: Iterable[tuple[str, Value]]) -> tuple[Transition | None, str]:
    for oid, value in varbinds:
        if oid == rule.by or oid.startswith(rule.by + "."):
            return (rule.judge(value), bits_in_words(value, rule.words)) if isinstance(value, int) else (None, "")
    return None, ""


def _from_syslog(signal: SyslogSignal, meanings: Meanings) -> Iterator[AlarmReport]:
    reported = False
    for match in meanings.syslog(signal.mnemonic):
        report = _read(signal, match)
        if report is not None:
            reported = True
            yield report
    if not reported and signal.severity <= SERIOUS:
        severity = _SYSLOG_SEVERITY[signal.severity]
        name = f"{signal.mnemonic} {stable_words(signal.text[:LONGEST_TEXT])}".strip()
        yield AlarmReport(UNKNOWN_SYSLOG, name, Transition.INFO, signal.text, severity)


def _read(signal: SyslogSignal, match: SyslogMatch) -> AlarmReport | None:
    found = match.read(signal.text)
    if found is None:
        return None
    name, word = found
    state = match.rule.state
    if state is None:
        state = (
            Transition.RAISE if word in match.rule.raises else Transition.CLEAR if word in match.rule.clears else None
        )
    return AlarmReport(match.rule.type, name, state, signal.text, match.rule.severity) if state else None


def _from_agent(signal: AgentSignal) -> AlarmReport:
    state = Transition.INFO if signal.transient else Transition.RAISE if signal.raised else Transition.CLEAR
    return AlarmReport(signal.type, signal.object, state, signal.text, attributes=signal.attributes)
