"""KPIs and faults that only the command line shows: parts of `plugin.api`, which is where plugins import them from.

A *table* is a show command and the TextFSM template that makes rows of its output: that of ntc-templates where there
is one, else the plugin's own.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from cmsp_agent.plugin.rules import Limit
from cmsp_agent.plugin.source_line import written_here

Cells = Mapping[str, str]
"""A row: column of the template → text, as the device wrote it."""
Where = tuple[str, str]
"""(column, pattern): the pattern is searched in the cell, without regard to case."""
_COLUMN = re.compile(r"\{(\w+)(?::[^{}]*)?\}")


def matches(cells: Cells, where: Where) -> bool:
    """Whether a row is one of those."""
    return re.search(where[1], cells.get(where[0], ""), re.IGNORECASE) is not None


def named(pieces: tuple[str, ...], cells: Cells) -> str:
    """The name of a row: the pieces, filled in, without those of which every cell is empty.

    `{COLUMN:.0}` asks for a column and shows nothing of it: a word for rows that have the cell.
    """
    return " ".join(piece.format_map(cells) for piece in pieces if any(cells[name] for name in columns_of(piece)))


def columns_of(piece: str) -> list[str]:
    """The columns that a piece of a name asks for."""
    return _COLUMN.findall(piece)


@dataclass(frozen=True, slots=True)
class ShownKpi:
    """A figure of a table: a column's number, or without a column how many rows there are."""

    name: str
    unit: str
    column: str = ""
    row: tuple[str, ...] = ()
    """What names a row (`"{INTERFACE}"`); none: one figure for the table, which is the sum of its rows."""
    where: tuple[Where, ...] = ()
    """Only rows that match all of these."""
    share_of: str = ""
    """A column: the figure is percent of its number; of rows that are one figure, the sums are compared."""
    limit: Limit | None = None
    where_written: str = field(default_factory=written_here, kw_only=True, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ShownState:
    """A fault that a row shows. A row that matches neither says nothing."""

    type: str
    row: tuple[str, ...]
    raises: Where
    clears: Where
    only_if: Where | None = None
    """In other rows the fault does not hold (what somebody shut down is none)."""
    readings: int = 1
    """Readings in a row that must show it: more than one where a device shows it in passing."""
    once_clear: bool = False
    """Only what was seen without the fault can raise it."""
    each_row: bool = False
    """Rows of one name are faults of their own, the second with `(2)`; else one bad row among them is enough."""
    where_written: str = field(default_factory=written_here, kw_only=True, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ShownTable:
    """A show command, and what its rows mean."""

    command: str
    template: str
    """The text of a TextFSM template, or the name of one of ntc-templates (`cisco_ios_show_isdn_status`)."""
    header: str = ""
    """A pattern that every output has, one without rows too; without it the device does not support the command."""
    kpis: tuple[ShownKpi, ...] = ()
    states: tuple[ShownState, ...] = ()
    where: str = field(default_factory=written_here, kw_only=True, compare=False, repr=False)

    @property
    def columns(self) -> Iterator[str]:
        """The columns that its parts ask for."""
        for kpi in self.kpis:
            yield from (name for name in (kpi.column, kpi.share_of) if name)
            yield from (column for piece in kpi.row for column in columns_of(piece))
            yield from (column for column, _ in kpi.where)
        for state in self.states:
            yield from (column for piece in state.row for column in columns_of(piece))
            yield from (
                column for column, _ in (state.raises, state.clears, *([state.only_if] if state.only_if else []))
            )
