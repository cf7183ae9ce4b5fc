"""A device type that is `like` another: what it says itself comes first, the other's parts follow."""

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import replace
from typing import TypeVar

from cmsp_agent.plugin.api import DeviceType, Kpi, ShownTable, StateRule, SyslogRule, TrapRule
from cmsp_agent.plugin.identity import UNIDENTIFIED, Identity
from cmsp_agent.plugin.rules import AlarmType, trap_key

T = TypeVar("T")


def inherited(kind: DeviceType, base: DeviceType) -> DeviceType:
    """The device type with the parts of the one it is like.

    A part of its own replaces the other's part of the same kind: alarm type, KPI name, notification, mnemonic and
    pattern, state's column and alarm type. The device's own sysObjectID, sysDescr and title are never inherited.
    """
    return replace(
        kind,
        identity=_identity(kind.identity, base.identity),
        functions=kind.functions or base.functions,
        alarms=_merged(kind.alarms, base.alarms, _alarm),
        traps=_merged(kind.traps, base.traps, _trap),
        ignored_traps=(*kind.ignored_traps, *_without_rule(base.ignored_traps, kind.traps)),
        syslog=_merged(kind.syslog, base.syslog, _syslog),
        states=_merged(kind.states, base.states, _state),
        kpis=_merged(kind.kpis, base.kpis, _kpi),
        calls=kind.calls or base.calls,
        call_messages=kind.call_messages or base.call_messages,
        tables=_merged(kind.tables, base.tables, _table),
        cli=kind.cli or base.cli,
        setup=(*kind.setup, *base.setup),
        personal=(*kind.personal, *base.personal),
        normalise=kind.normalise or base.normalise,
    )


def _identity(own: Identity, base: Identity) -> Identity:
    if own == UNIDENTIFIED:
        return base
    return own if own.products else replace(own, products=base.products)


def _merged(own: tuple[T, ...], others: Iterable[T], key: Callable[[T], Hashable]) -> tuple[T, ...]:
    taken = {key(part) for part in own}
    return (*own, *(part for part in others if key(part) not in taken))


def _without_rule(ignored: Iterable[str], rules: Iterable[TrapRule]) -> Iterator[str]:
    """What the other ignores, where this one has no rule for it."""
    ruled = {trap_key(rule.oid) for rule in rules}
    return (oid for oid in ignored if trap_key(oid) not in ruled)


def _alarm(part: AlarmType) -> Hashable:
    return part.type


def _trap(part: TrapRule) -> Hashable:
    return trap_key(part.oid)


def _syslog(part: SyslogRule) -> Hashable:
    return part.mnemonic, part.pattern


def _state(part: StateRule) -> Hashable:
    return part.column, part.type


def _kpi(part: Kpi) -> Hashable:
    return part.name


def _table(part: ShownTable) -> Hashable:
    return part.command
