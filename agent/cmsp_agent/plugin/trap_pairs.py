"""Which notification of a MIB ends what another one began, by their names: a table of rules as data.

A person checks the table: a program can only compare names.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from cmsp_agent.model.severity import Severity
from cmsp_agent.plugin.mib_file import MibNotification
from cmsp_agent.plugin.trap_table import TrapRow

IF_INDEX = "1.3.6.1.2.1.2.2.1.1"
ENDINGS = {
    "cleared": ("", "alarm", "raised", "set", "detected", "exceeded", "alert"),
    "clear": ("", "alarm", "raise", "raised", "set", "active", "exceeded"),
    "resolved": ("", "active"),
    "recovered": ("", "failed", "failure", "lost", "down"),
    "recovery": ("", "failure", "fault"),
    "restored": ("lost", "failed", "fail", "failure", ""),
    "established": ("lost", "broken"),
    "estab": ("lost",),
    "normal": ("abnormal", "", "alarm", "exceeded", "high", "low", "fail", "failure", "warning", "critical"),
    "ok": ("fail", "failed", "failure", "bad", "notok", "alarm", "error", "warning error", "severe error"),
    "connected": ("disconnected",),
    "up": ("down", "dn", "failure"),
    "passed": ("failed",),
    "reachable": ("unreachable",),
    "available": ("unavailable",),
    "inserted": ("removed",),
    "insertion": ("removal",),
    "end": ("start", "alarm"),
    "ceased": ("", "active", "raised"),
    "cease": ("active", "raise", ""),
    "inactive": ("active",),
    "falling": ("rising",),
    "detected": ("lost",),
    "fixed": ("",),
    "online": ("offline",),
    "closed": ("open", "opened"),
    "turned on": ("turned off",),
    "in service": ("not in service", "out of service"),
    "return threshold": ("exceed threshold",),
    "below threshold": ("above threshold", "over threshold"),
    "entry removed": ("entry added",),
}
"""The words that end a fault's name → the words that stand there while it lasts; empty: none."""
WITHIN = {"established": "lost", "cleared": "raised"}
"""Words anywhere in a name."""
TAILS = ("trap", "notification", "notif", "event", "notice")
LONGEST_ENDING = 2
SEVERITIES = {
    "CRITICAL": Severity.CRITICAL,
    "SEVERE": Severity.MAJOR,
    "MAJOR": Severity.MAJOR,
    "ERROR": Severity.MAJOR,
    "MINOR": Severity.MINOR,
    "WARNING": Severity.WARNING,
    "INFORMATIONAL": Severity.WARNING,
}
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def rows(found: Sequence[MibNotification], prefix: str) -> list[TrapRow]:
    """A row for each notification: `raise` and `clear` for those that one fault begins and ends with, else `info`."""
    ends = _ends([each.name for each in found])
    fault_of = _faults(ends)
    faults: dict[str, list[MibNotification]] = {}
    for each in found:
        faults.setdefault(fault_of.get(each.name, each.name), []).append(each)
    states = {each.name: _state(each.name, ends, fault_of) for each in found}
    by_name = {
        each.name: row for fault, members in faults.items() for each, row in _of_a_fault(fault, members, states, prefix)
    }
    return [by_name[each.name] for each in found]


def _faults(ends: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Notification → the one that its fault is called by: the first of several that one end clears."""
    first = {begun[0] for begun in ends.values()}
    others = {name: begun[0] for begun in ends.values() for name in begun[1:] if name not in first and name not in ends}
    return {**others, **{name: name for name in first}, **{end: begun[0] for end, begun in ends.items()}}


def _state(name: str, ends: Mapping[str, Sequence[str]], fault_of: Mapping[str, str]) -> str:
    if name in ends:
        return "clear"
    return "raise" if name in fault_of else "info"


def _of_a_fault(
    fault: str, members: Sequence[MibNotification], states: Mapping[str, str], prefix: str
) -> Iterator[tuple[MibNotification, TrapRow]]:
    """A fault's notifications; all that raise it have the worst severity of these, for an alarm type has one."""
    severities = [_severity(each, states[each.name]) for each in members if states[each.name] != "clear"]
    worst = min(severities, key=lambda severity: severity.rank)
    kind, origin = f"{prefix}.{'_'.join(words(fault))}", _object(members)
    for each in members:
        state = states[each.name]
        severity = worst if state == "raise" else _severity(each, state)
        yield each, TrapRow(each.oid, each.name, state, kind, severity.name.lower(), origin)


def _severity(each: MibNotification, state: str) -> Severity:
    return SEVERITIES.get(each.severity, Severity.MINOR if state == "raise" else Severity.WARNING)


def _object(of_one_fault: Sequence[MibNotification]) -> str:
    """What each of them carries and names its object by; else an end would never meet its beginning."""
    first, *others = ([*_objects(each)] for each in of_one_fault)
    return next((named for named in first if all(named in other for other in others)), "")


def _objects(each: MibNotification) -> Iterator[str]:
    if IF_INDEX in each.objects:
        yield f"interface {IF_INDEX}"
    yield from (f"instance {oid}" for oid in each.objects if oid in each.columns)


def _ends(names: Iterable[str]) -> dict[str, list[str]]:
    """The names of what ends a fault → those of what began it."""
    by_words = {tuple(words(name)): name for name in names}
    begun = {
        name: [by_words[each] for each in dict.fromkeys(_beginnings(said)) if each in by_words and each != said]
        for said, name in by_words.items()
    }
    return {name: beginnings for name, beginnings in begun.items() if beginnings}


def _beginnings(said: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if said[:2] == ("return", "from"):
        yield said[2:]
        yield ("ups", *said[2:])
    tail = said[-1:] if said[-1].isdigit() or said[-1] in TAILS else ()
    stem = said[: len(said) - len(tail)]
    for size in range(1, LONGEST_ENDING + 1):
        for word in ENDINGS.get(" ".join(stem[-size:]), ()):
            yield (*stem[:-size], *word.split(), *tail)
    for place, word in enumerate(said):
        if word in WITHIN:
            yield (*said[:place], WITHIN[word], *said[place + 1 :])


def words(name: str) -> list[str]:
    """`upsHWFault2` → ups, hw, fault, 2."""
    return [word.lower() for word in _WORD.findall(name)]
