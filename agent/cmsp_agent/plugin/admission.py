"""Checks each part of a device type alone, so that one bad rule costs that rule only."""

import inspect
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace

from cmsp_agent.plugin import notation, validate, validate_cli, validate_identity
from cmsp_agent.plugin.alarm_use import alarm_use
from cmsp_agent.plugin.api import (
    CAPABILITIES,
    CliPlatform,
    DeviceType,
    StateRule,
    SyslogRule,
    Transition,
    TrapRule,
)
from cmsp_agent.plugin.clashes import Clashes
from cmsp_agent.plugin.identity import Identity
from cmsp_agent.plugin.inherit import inherited
from cmsp_agent.plugin.registry import UNKNOWN, Registry
from cmsp_agent.plugin.rules import AlarmType, trap_key
from cmsp_agent.plugin.sift import emptied, sifted
from cmsp_agent.plugin.source_line import written_at
from cmsp_agent.plugin.support import support
from cmsp_agent.plugin.type_check import misfits, takes

PARTS = (
    "sys_object_ids",
    "not_with",
    "shown_by",
    "found_by",
    "functions",
    "alarms",
    "traps",
    "ignored_traps",
    "syslog",
    "states",
    "kpis",
    "tables",
    "calls",
    "call_messages",
    "setup",
    "personal",
    "proven",
)
"""Fields with many members, each of which is judged alone; the alarms come before what names them."""

RESERVED = ("auto", UNKNOWN.name)

ENTERPRISES = "1.3.6.1.4.1"

Drivers = Callable[[], Iterable[str]]
"""The drivers that `CliPlatform.driver` may name."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """A device type as it is used, and every mistake that was found in it."""

    device_type: DeviceType | None
    """None: nothing of it can be used."""
    mistakes: tuple[str, ...] = ()
    """`file:line: field: what`."""


def admitted(candidate: object, registry: Registry | None = None, drivers: Drivers | None = None) -> Admitted:
    """Judge what a plugin handed over as a device type.

    Args:
        candidate: anything.
        registry: the device types that are there already: one of them it may be `like`, others it must not hide.
        drivers: what is known to read configurations; None: any name is taken.
    """
    if not isinstance(candidate, DeviceType) or type(candidate) is not DeviceType:
        return Admitted(None, tuple(misfits(candidate, DeviceType, "an item")))
    wrong_name = misfits(candidate.name, str, "name") or _name(candidate.name)
    if wrong_name:
        return Admitted(None, tuple(_placed(wrong_name, candidate)))
    mistakes: list[str] = []
    kept = replace(candidate, **dict(_fields(candidate, drivers, mistakes)))  # type: ignore[arg-type]
    types = registry or Registry()
    base = types.named(kept.like) if kept.like else None
    if base is not None:
        kept = inherited(kept, base)
    elif kept.like:
        mistakes += _placed([_no_base(kept)], kept)
    kept = _with_known_alarms(kept, mistakes)
    mistakes += _placed(_at_odds(candidate), kept)
    for alarm, wrong in alarm_use(candidate, kept):
        mistakes += _placed([f"alarms: {wrong}"], alarm, kept)
    mistakes += _placed((*_in_proven(kept), *_in_two_units(kept)), kept)
    fitting, conflicts = types.fitting(kept)
    return Admitted(fitting, (*mistakes, *_placed(conflicts, kept)))


def _no_base(kind: DeviceType) -> str:
    if kind.like == kind.name:
        return f"like: {kind.like!r} is the device type itself: name another, or none"
    return f"like: there is no device type {kind.like!r}"


def _at_odds(kind: DeviceType) -> Iterator[str]:
    """What a device type says of itself that the rest of it makes pointless."""
    if kind.snmp is False and not kind.like:
        for name in ("kpis", "states"):
            if getattr(kind, name):
                yield f"{name}: nothing is asked by SNMP: snmp=False"
    if kind.descr_is_enough and not kind.sys_descr:
        yield "descr_is_enough: there is no sys_descr that would be enough"


def _in_two_units(kind: DeviceType) -> Iterator[str]:
    """Figures that SNMP and a show command have in different units."""
    units = {kpi.name: kpi.unit for kpi in kind.kpis}
    for place, table in enumerate(kind.tables):
        for kpi in table.kpis:
            if units.setdefault(kpi.name, kpi.unit) != kpi.unit:
                yield f"tables[{place}].kpis: {kpi.name!r} is in {units[kpi.name]!r} elsewhere, not in {kpi.unit!r}"


def _in_proven(kind: DeviceType) -> Iterator[str]:
    """Capabilities that are called proven, of which the device type has nothing."""
    there = {row.capability for row in support(kind) if row.label}
    for name in (each for each in kind.proven if each not in there):
        yield f"proven: {name!r}: there is nothing of it in this device type"


def _name(name: str) -> list[str]:
    if name in RESERVED:
        return [f"name: {name!r} is what a component without a known device type is called: another name"]
    return [] if notation.NAME.match(name) else [f"name: not a name ({name!r}): lower case, digits, _ and -"]


def _fields(kind: DeviceType, drivers: Drivers | None, mistakes: list[str]) -> Iterator[tuple[str, object]]:
    """(field, what is kept of it) for each field that can't stay as it is."""
    hints: Mapping[str, typing.Any] = typing.get_type_hints(DeviceType)
    for field in fields(DeviceType):
        value: object = getattr(kind, field.name)
        if field.name in PARTS:
            hint = typing.get_args(hints[field.name])[0]
            yield field.name, tuple(_members(kind, field.name, value, hint, mistakes))
            continue
        kept, faults = sifted(field.name, value)
        for part, texts in faults:
            mistakes += _placed(texts, part, value, kind)
        wrong = misfits(kept, hints[field.name], field.name) or list(_whole(field.name, kept, drivers))
        if wrong:
            mistakes += _placed(wrong, value, kind)
            yield field.name, "" if field.name == "title" else field.default
        elif kept is not value:
            yield field.name, kept


def _members(kind: DeviceType, name: str, value: object, hint: object, mistakes: list[str]) -> Iterator[object]:
    if not isinstance(value, tuple | list):
        mistakes += _placed(misfits(value, tuple[hint, ...], name), kind)  # type: ignore[valid-type]
        return
    clashes = Clashes()
    for place, member in enumerate(value):
        path = f"{name}[{place}]"
        kept, faults = sifted(path, member)
        for part, texts in faults:
            mistakes += _placed(texts, part, member, kind)
        if emptied(kept, member):
            continue
        wrong = misfits(kept, hint, path) or _member(path, kept) or clashes.with_earlier(path, kept)
        if wrong:
            mistakes += _placed(wrong, member, kind)
        else:
            yield kept


def _member(path: str, member: object) -> list[str]:
    if isinstance(member, str) and path.startswith("proven"):
        return list(notation.one_of(path, member, CAPABILITIES))
    if isinstance(member, str) and path.startswith("functions"):
        return list(notation.function(path, member))
    if isinstance(member, str):
        return list(notation.oid(path, member)) or list(_every_maker(path, member))
    return validate.wrong_with(path, member)


def _every_maker(path: str, prefix: str) -> Iterator[str]:
    if path.startswith("sys_object_ids") and f"{ENTERPRISES}.".startswith(f"{prefix}."):
        yield f"{path}: {prefix!r} is the beginning of every maker's: add the maker's number"


def _whole(name: str, value: object, drivers: Drivers | None) -> Iterator[str]:
    if name == "sys_descr" and value:
        yield from notation.distinct_pattern(name, str(value))
    elif name == "title" and not str(value).strip():
        yield "title: empty: people read it"
    elif isinstance(value, Identity):
        yield from validate_identity.identity(value)
    elif isinstance(value, CliPlatform):
        yield from validate_cli.cli(value)
        if drivers is not None and value.fetch is None and value.driver not in drivers():
            yield f"cli.driver: no driver {value.driver!r}; there are {', '.join(sorted(drivers()))}"
    elif name == "normalise" and value is not None:
        yield from _code(typing.cast("Callable[..., object]", value))


def _code(code: Callable[..., object]) -> Iterator[str]:
    if inspect.iscoroutinefunction(code):
        yield "normalise: a plain function, not `async def`"
        return
    if not takes(code, 1):
        yield "normalise: a function of one signal"


def _with_known_alarms(kind: DeviceType, mistakes: list[str]) -> DeviceType:
    """The device type without the rules that name an alarm type which it does not have."""
    known = {alarm.type: alarm for alarm in kind.alarms}
    ignored = frozenset(map(trap_key, kind.ignored_traps))
    kept: dict[str, object] = {}
    tables = []
    for place, table in enumerate(kind.tables):
        for state in table.states:
            if state.type not in known:
                mistakes += _placed([f"tables[{place}].states: {state.type!r} is not among the alarms"], table)
        tables.append(replace(table, states=tuple(state for state in table.states if state.type in known)))
    kept["tables"] = tuple(tables)
    for name in ("traps", "syslog", "states"):
        rules: list[TrapRule | SyslogRule | StateRule] = []
        for place, rule in enumerate(getattr(kind, name)):
            if why := _in_vain(rule, known.get(rule.type), ignored):
                mistakes += _placed([f"{name}[{place}].{why}"], rule)
            else:
                rules.append(rule)
        kept[name] = tuple(rules)
    return replace(kind, **kept)  # type: ignore[arg-type]


def _in_vain(rule: TrapRule | SyslogRule | StateRule, alarm: AlarmType | None, ignored: frozenset[str]) -> str:
    """Why a rule would never do anything beside the rest of its device type; empty: it may."""
    if alarm is None:
        return f"type: {rule.type!r} is not among the alarms"
    if isinstance(rule, StateRule):
        kept_by_nobody = f"type: {rule.type!r} is transient: no alarm is kept that holds while the value does"
        return kept_by_nobody if alarm.transient else ""
    if alarm.transient and rule.state is Transition.CLEAR:
        return f"state: {rule.type!r} is transient: no alarm is kept that it could clear"
    if isinstance(rule, TrapRule) and trap_key(rule.oid) in ignored:
        return f"oid: {rule.oid!r} is among the ignored_traps"
    return ""


def _placed(texts: Iterable[str], *parts: object) -> list[str]:
    """Mistakes with the line of the innermost part that keeps one, the innermost first; as they are where none does."""
    where = next(filter(None, map(written_at, parts)), "")
    return [f"{where}: {text}" if where else text for text in texts]
