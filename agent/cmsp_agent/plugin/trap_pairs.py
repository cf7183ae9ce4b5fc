"""Which notification of a MIB ends what another one began, by their names: a table of rules as data.

A person checks the table: a program can only compare names.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

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
    "normal": ("abnormal", "", "alarm", "exceeded", "high", "fail"),
    "ok": ("fail", "failed", "failure", "bad", "notok", "alarm", "error", "warning error", "severe error"),
    "connected": ("disconnected",),
    "up": ("down", "dn", "failure"),
    "passed": ("failed",),
    "reachable": ("unreachable",),
    "available": ("unavailable",),
    "inserted": ("removed",),
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
    """A row for each notification: `raise` and `clear` for pairs, else `info`."""
    ends = dict(_pairs(each.name for each in found))
    faults: dict[str, list[MibNotification]] = {}
    for each in found:
        faults.setdefault(ends.get(each.name, each.name), []).append(each)
    begins = frozenset(ends.values())
    return [
        _row(each, prefix, ends.get(each.name, ""), each.name in begins, faults[ends.get(each.name, each.name)])
        for each in found
    ]


def _row(
    each: MibNotification, prefix: str, begun_by: str, begins: bool, of_one_fault: Sequence[MibNotification]
) -> TrapRow:
    state = "clear" if begun_by else "raise" if begins else "info"
    fallback = Severity.MINOR if begins else Severity.WARNING
    severity = SEVERITIES.get(each.severity, fallback)
    kind = f"{prefix}.{'_'.join(words(begun_by or each.name))}"
    return TrapRow(each.oid, each.name, state, kind, severity.name.lower(), _object(of_one_fault))


def _object(of_one_fault: Sequence[MibNotification]) -> str:
    """What each of them carries and names its object by; else an end would never meet its beginning."""
    first, *others = ([*_objects(each)] for each in of_one_fault)
    return next((named for named in first if all(named in other for other in others)), "")


def _objects(each: MibNotification) -> Iterator[str]:
    if IF_INDEX in each.objects:
        yield f"interface {IF_INDEX}"
    yield from (f"instance {oid}" for oid in each.objects if oid in each.columns)


def _pairs(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """(the one that ends a fault, the one that began it)."""
    by_words = {tuple(words(name)): name for name in names}
    for said, name in by_words.items():
        for begun in _beginnings(said):
            if begun in by_words and begun != said:
                yield name, by_words[begun]
                break


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
