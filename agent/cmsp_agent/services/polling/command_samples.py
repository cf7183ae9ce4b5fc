"""Makes figures and states of what show commands print. Pure but for the memory of what was seen before."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from cmsp_agent.model.interfaces import canonical
from cmsp_agent.model.signal import ObservedState
from cmsp_agent.plugin.api import Cells, ShownKpi, ShownState, ShownTable, matches, named
from cmsp_agent.plugin.templates import rows
from cmsp_agent.services.polling.values import number
from cmsp_agent.transports.ssh.terminal_noise import without_noise

REFUSED = re.compile(
    r"^\s*(?:ERROR:\s*)?(?:"
    r"%\s*(?:invalid|incomplete|ambiguous|unknown|unrecognized|permission|access|authorization|this command)\b"
    r"|(?:command )?authorization (?:failed|denied)\b|this command is not authorized\b|permission denied\b)",
    re.IGNORECASE | re.MULTILINE,
)
"""How a command line says that it has no such command, or not for us."""
PAGER = re.compile(r"^ *-+ ?more ?-+ *(?:\x08(?:[\x08 ]*\x08)?|\r *\r|\x1b\[K)?", re.IGNORECASE | re.MULTILINE)
"""What a pager left before a row."""


class NotSupportedHere(ValueError):
    """The device has no such command, or what it prints is no such table."""


@dataclass(slots=True)
class ShownReading:
    """What one reading of all tables brought."""

    samples: dict[str, float] = field(default_factory=dict)
    states: dict[tuple[str, str], ObservedState] = field(default_factory=dict)
    there: dict[str, dict[str, None]] = field(default_factory=dict)
    unused: dict[str, set[str]] = field(default_factory=dict)
    """Alarm type → what is bad and was never seen well."""


class ShownReader:
    """Reads tables; remembers what was seen well, and how often in a row a fault was seen."""

    def __init__(self, seen_well: Iterable[tuple[str, str]] = ()) -> None:
        self.seen_well = set(seen_well)
        self._in_a_row: dict[tuple[str, str], int] = {}

    def read(self, table: ShownTable, output: str, into: ShownReading, left_out: Collection[str] = ()) -> None:
        """Add what a command's output means.

        Args:
            table: the command.
            output: what the device printed.
            into: takes it.
            left_out: names of KPIs and types of faults that are known by better means.

        Raises:
            NotSupportedHere: there is no such command, or nothing of it is such a table.
        """
        if REFUSED.search(output):
            raise NotSupportedHere(f"{table.command}: refused")
        output, _ = without_noise(PAGER.sub("", output.replace("\r\n", "\n")))
        found = rows(table.template, output)
        if not found and not (table.header and _has(table.header, output)):
            raise NotSupportedHere(f"{table.command}: no table in what is printed")
        for kpi in table.kpis:
            if kpi.name not in left_out:
                into.samples.update(figures(kpi, found))
        for state in table.states:
            if state.type not in left_out:
                self._judge(state, found, into)

    def _judge(self, rule: ShownState, found: Sequence[Cells], into: ShownReading) -> None:
        there = into.there.setdefault(rule.type, {})
        rows_of: Counter[str] = Counter()
        for cells in found:
            name = canonical(named(rule.row, cells))
            rows_of[name] += 1
            if rule.each_row and rows_of[name] > 1:
                name = f"{name} ({rows_of[name]})"
            there[name] = None
            holds = self._holds(rule, cells, name)
            known = into.states.get((rule.type, name))
            if holds is None and self._in_a_row.get((rule.type, name), 0) >= rule.readings:
                into.unused.setdefault(rule.type, set()).add(name)
            if holds is not None and (known is None or holds):
                into.states[rule.type, name] = ObservedState(rule.type, name, holds)

    def _holds(self, rule: ShownState, cells: Cells, name: str) -> bool | None:
        key = (rule.type, name)
        bad = matches(cells, rule.raises)
        if bad and rule.only_if is not None and not matches(cells, rule.only_if):
            bad = False
        elif not bad and not matches(cells, rule.clears):
            return None
        self._in_a_row[key] = self._in_a_row.get(key, 0) + 1 if bad else 0
        if not bad:
            if rule.once_clear:
                self.seen_well.add(key)
            return False
        if self._in_a_row[key] < rule.readings or (rule.once_clear and key not in self.seen_well):
            return None
        return True


def figures(kpi: ShownKpi, found: Sequence[Cells]) -> Mapping[str, float]:
    """KPI or `KPI[row]` → its figure; what has no number is absent."""
    chosen = [cells for cells in found if all(matches(cells, each) for each in kpi.where)]
    if kpi.row:
        named_rows: dict[str, list[Cells]] = {}
        for cells in chosen:
            named_rows.setdefault(canonical(named(kpi.row, cells)), []).append(cells)
        return {f"{kpi.name}[{name}]": figure for name, some in named_rows.items() for figure in _figure(kpi, some)}
    whole = list(_figure(kpi, chosen))
    return {kpi.name: whole[0]} if whole else {}


def _figure(kpi: ShownKpi, chosen: Sequence[Cells]) -> Iterator[float]:
    """The sum over rows, or nothing where no row has a number."""
    if not kpi.column:
        yield float(len(chosen))
        return
    numbers = [value for cells in chosen if (value := _number(cells, kpi.column)) is not None]
    if not kpi.share_of:
        if numbers:
            yield float(sum(numbers))
        return
    whole = sum(value for cells in chosen if (value := _number(cells, kpi.share_of)) is not None)
    if numbers and whole > 0:
        yield 100.0 * sum(numbers) / whole


def _number(cells: Cells, column: str) -> float | None:
    return number(cells[column].encode("utf-8", "replace"))


def _has(header: str, output: str) -> bool:
    return any(matches({"": line}, ("", header)) for line in output.splitlines())
