"""Kinds of faults that no rule raises, or that nothing ends: named, and used as they are."""

from collections import Counter
from collections.abc import Iterator

from cmsp_agent.plugin.api import DeviceType, StateRule, SyslogRule, Transition, TrapRule
from cmsp_agent.plugin.rules import AlarmType

ReadingRule = TrapRule | SyslogRule | StateRule
RULES = ("traps", "syslog", "states")


def alarm_use(written: DeviceType, kept: DeviceType) -> Iterator[tuple[AlarmType, str]]:
    """Each kind of fault that nothing reports or nothing ends, and what is wrong; none where code may do so.

    Args:
        written: the device type as its plugin handed it over.
        kept: what can be used of it, with what it has from another.
    """
    if kept.normalise is not None:
        return
    own = {alarm.type for alarm in _items(written.alarms) if isinstance(alarm, AlarmType)}
    named, shown = _named(written), Counter(state.type for table in kept.tables for state in table.states)
    rules: dict[str, list[ReadingRule]] = {}
    for rule in _rules(kept):
        rules.setdefault(rule.type, []).append(rule)
    for alarm in (each for each in kept.alarms if each.type in own):
        of_it, decided = rules.get(alarm.type, []), shown[alarm.type]
        if len(of_it) + decided < named[alarm.type]:
            continue  # a rule of it is reported
        if wrong := _wrong(alarm, of_it, decided=bool(decided)):
            yield alarm, wrong


def _wrong(alarm: AlarmType, rules: list[ReadingRule], *, decided: bool) -> str:
    if not rules and not decided:
        return f"no rule reports {alarm.type!r}"
    if decided or alarm.transient:
        return ""
    if all(_only(rule, Transition.CLEAR) for rule in rules):
        return f"rules clear {alarm.type!r}, and none raises it"
    raised = any(_may(rule, Transition.RAISE) for rule in rules)
    if raised and not any(_may(rule, Transition.CLEAR) for rule in rules):
        return f"nothing clears {alarm.type!r}: a rule that does, or transient=True"
    return ""


def _rules(kind: DeviceType) -> Iterator[ReadingRule]:
    for name in RULES:
        yield from getattr(kind, name)


def _named(written: DeviceType) -> Counter[str]:
    """Alarm type → how many rules of the device type as written name it."""
    parts = [part for each in (*RULES, "tables") for part in _items(getattr(written, each))]
    states = [state for part in parts for state in _items(getattr(part, "states", ()))]
    names = (getattr(each, "type", "") for each in (*parts, *states))
    return Counter(name for name in names if isinstance(name, str))


def _items(value: object) -> tuple[object, ...]:
    return tuple(value) if isinstance(value, tuple | list) else ()


def _only(rule: ReadingRule, what: Transition) -> bool:
    other = Transition.RAISE if what is Transition.CLEAR else Transition.CLEAR
    return _may(rule, what) and not _may(rule, other)


def _may(rule: ReadingRule, what: Transition) -> bool:
    state = getattr(rule, "state", None)
    if state is not None:
        return bool(state is what)
    values = rule.raises if what is Transition.RAISE else rule.clears
    return bool(values) or bool(getattr(rule, "bits", 0))
