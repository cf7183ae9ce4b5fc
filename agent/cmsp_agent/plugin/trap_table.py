"""Rules for traps as a table of text, one notification on a line: `cmsp-agent plugin traps` writes it."""

from collections.abc import Iterable
from typing import NamedTuple

from cmsp_agent.model.event import Transition
from cmsp_agent.model.severity import Severity
from cmsp_agent.plugin.rules import AlarmType, ObjectFrom, TrapRule
from cmsp_agent.plugin.source_line import written_here

HEADER = "oid\tname\tstate\ttype\tseverity\tobject"
STATES = {"raise": Transition.RAISE, "clear": Transition.CLEAR, "info": Transition.INFO}


class TrapRow(NamedTuple):
    """A line of the table."""

    oid: str
    name: str
    """The notification's, which becomes the event's text."""
    state: str
    """`raise`, `clear` or `info`."""
    type: str
    severity: str
    object: str = ""
    """Empty, or how the object is named: `instance OID`, `value OID`, `interface OID`."""


def written(rows: Iterable[TrapRow]) -> str:
    """The table as text, with its header."""
    return "".join(f"{line}\n" for line in (HEADER, *("\t".join(row) for row in rows)))


def read_traps(text: str) -> tuple[tuple[AlarmType, ...], tuple[TrapRule, ...]]:
    """The alarm types and rules of a table. Titles are made of the type's name.

    Raises:
        ValueError: a line that isn't one of the table; the message has its number.
    """
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line and line != HEADER]
    rows = [_row(number, line) for number, line in lines]
    alarms = {row.type: _alarm(row) for row in reversed(rows) if row.state != "clear"}
    rules = (_rule(row, number) for row, (number, _) in zip(rows, lines, strict=True))
    return tuple(reversed(alarms.values())), tuple(rules)


def _row(number: int, line: str) -> TrapRow:
    cells = line.split("\t")
    if not 5 <= len(cells) <= 6:
        raise ValueError(f"line {number}: {len(cells)} cells where 5 or 6 belong")
    row = TrapRow(*cells)
    if row.state not in STATES or row.severity.upper() not in Severity.__members__:
        raise ValueError(f"line {number}: state {row.state!r}, severity {row.severity!r}")
    return row


def _alarm(row: TrapRow) -> AlarmType:
    passing = row.state == "info"
    words = row.type.replace(".", " ").replace("_", " ")
    title = "{component}: " + words + " {object}"
    return AlarmType(row.type, Severity[row.severity.upper()], title, incident=not passing, transient=passing)


def _rule(row: TrapRow, number: int) -> TrapRule:
    take, _, oid = row.object.partition(" ")
    origin = ObjectFrom(oid, take) if oid else ObjectFrom()
    where = f"{written_here()}, line {number} of the table"
    return TrapRule(row.oid, row.type, STATES[row.state], object=origin, text=row.name, where=where)
