"""What commands print: tables and facts within the terminal's width, unfolded for a pipe or a file; JSON.

Text from devices is printed as text: no markup, no control characters, so that it can't steer the terminal.
"""

import json
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO, Any, TextIO

from rich.cells import cell_len
from rich.console import Console
from rich.style import Style
from rich.text import Text

from cmsp_agent.cli.column_widths import Need, widths
from cmsp_agent.cli.table_lines import BETWEEN, Paint, fact_lines, table_lines

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_STYLES = {
    "up": "green",
    "down": "bold red",
    "management-lost": "yellow",
    "degraded": "yellow",
    "unreachable": "yellow",
    "critical": "bold red",
    "major": "red",
    "minor": "yellow",
    "warning": "yellow",
    "cleared": "green",
    "P1": "bold red",
    "P2": "red",
    "done": "green",
    "failed": "bold red",
    "stored": "green",
}


EMPTY: tuple[object, ...] = (None, "", [], {}, ())
"""What is said by leaving it out."""
UNFOLDED = 1_000_000
"""Cells to a line where no terminal shows it: `| grep` and `| awk` see each row whole."""


@dataclass(frozen=True, slots=True)
class TableColumn:
    """One column: its heading; whole: never folded while others can be (an id is there to be copied)."""

    heading: str
    whole: bool = False
    right: bool = False


class _Terminal(Console):
    def on_broken_pipe(self) -> None:
        """Whoever read us has seen enough (`| head`): that is no failure of the command."""
        with suppress(SystemExit):
            super().on_broken_pipe()  # the interpreter must not try to flush again
        raise SystemExit(0)


class Output:
    """Where a command prints to."""

    def __init__(self, stream: TextIO | None = None, errors: TextIO | None = None, width: int | None = None) -> None:
        self.console = _Terminal(file=stream, width=width, highlight=False, soft_wrap=False)
        self.errors = Console(file=errors or sys.stderr, width=width, highlight=False)
        piped = stream is None and not sys.stdout.isatty() and "COLUMNS" not in os.environ
        self._room = UNFOLDED if piped else self.console.width

    def json(self, document: Mapping[str, Any]) -> None:
        """Print a document for programs."""
        self.data(f"{json.dumps(document, indent=2, ensure_ascii=False)}\n")

    def json_rows(self, rows: Sequence[object], **more: object) -> None:
        """Print a list for programs: always under `items`, as the API does."""
        self.json({"items": rows, **more})

    def json_line(self, document: Any) -> None:
        """Print a document on one line, for endless output."""
        self.data(f"{json.dumps(document, ensure_ascii=False, separators=(',', ':'))}\n")

    def line(self, text: str, style: str = "") -> None:
        """Print text as it is, at any width; coloured where the terminal can."""
        self.console.print(Text(clean(text, keep_lines=True), style), soft_wrap=True)

    def data(self, text: str) -> None:
        """Print lines of cells for a file: tabs stay tabs."""
        with self.file() as file:
            file.write(clean(text, keep_lines=True))

    @contextmanager
    def file(self) -> Iterator[IO[str]]:
        """Where to write what is to stay as it is, to the last octet."""
        try:
            yield self.console.file
            self.console.file.flush()
        except BrokenPipeError:
            self.console.on_broken_pipe()

    def complain(self, text: str) -> None:
        """Print text to standard error."""
        self.errors.print(Text(clean(text, keep_lines=True)), soft_wrap=True)

    def table(self, columns: Sequence[TableColumn], rows: Iterable[Sequence[object]], nothing: str) -> None:
        """Print rows as a table, or one sentence where there are none."""
        cells = [[shown(cell) for cell in row] for row in rows]
        if not cells:
            self.line(nothing)
            return
        needs = [_need(column, [row[at] for row in cells]) for at, column in enumerate(columns)]
        room = widths(needs, self._room - len(BETWEEN) * (len(columns) - 1))
        headings, right = [column.heading for column in columns], [column.right for column in columns]
        with self.file() as file:
            file.writelines(f"{line}\n" for line in table_lines(headings, cells, room, right, self._painter()))

    def _painter(self) -> Paint:
        if self.console.color_system is None or self.console.no_color:
            return lambda _, line: line
        styles = {word: Style.parse(style) for word, style in _STYLES.items()}
        return lambda text, line: styles[text].render(line) if text in styles else line

    def facts(self, facts: Mapping[str, object]) -> None:
        """Print named values, one a line; empty ones are left out."""
        named = [(name, shown(value)) for name, value in facts.items() if value not in EMPTY]
        with self.file() as file:
            file.writelines(f"{line}\n" for line in fact_lines(named, self._room, self._painter()))


def _need(column: TableColumn, cells: Sequence[str]) -> Need:
    """What a column needs for its heading and its cells."""
    lines = {line for cell in {column.heading, *cells} for line in cell.splitlines() or ("",)}
    longest = max(map(cell_len, lines))
    word = longest if column.whole else max(map(cell_len, {word for line in lines for word in line.split()}), default=0)
    return Need(longest, word, foldable=not column.whole)


def styled(value: object) -> Text:
    """A cell: text only, in the colour of what it says."""
    text = shown(value)
    return Text(text, style=_STYLES.get(text, ""))


def shown(value: object) -> str:
    """A value for people."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(shown(item) for item in value) or "-"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {shown(item)}" for key, item in value.items()) or "-"
    if isinstance(value, float):
        return f"{value:g}"
    return clean(str(value))


def clean(text: str, *, keep_lines: bool = False) -> str:
    """Text without control characters."""
    text = _CONTROL.sub("�", text.replace("\r\n", "\n"))
    return text if keep_lines else text.replace("\n", " ").replace("\t", " ")


def minute(value: object) -> str:
    """An RFC 3339 time in UTC to the minute: `2026-11-23 08:00`."""
    text = moment(value)
    return text[:16] if len(text) == len("2026-11-23 08:00:00") else text


def summary(result: object) -> str:
    """What a job's result says, without what is empty."""
    if not isinstance(result, Mapping):
        return ""
    return ", ".join(f"{key.replace('_', ' ')} {shown(value)}" for key, value in result.items() if value not in EMPTY)


def moment(value: object) -> str:
    """An RFC 3339 time in UTC without its milliseconds: `2026-11-23 08:00:00`."""
    text = str(value) if value else "-"
    return f"{text[:10]} {text[11:19]}" if re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", text) else text


def moment_utc(value: object) -> str:
    """A time with its zone, for where no heading says it: `2026-11-23 08:00:00 UTC`; as it is where it is no time."""
    text = moment(value)
    return text if text in ("-", value) else f"{text} UTC"


def span(seconds: object) -> str:
    """A duration for people: `3d 4h`, `12m 5s`."""
    if not isinstance(seconds, int | float) or isinstance(seconds, bool):
        return shown(seconds)
    if 0 < seconds < 10:
        return f"{seconds:.3g}s"
    left = int(seconds)
    parts = []
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts[:2]) or "0s"


def size(octets: int) -> str:
    """An amount of data for people: `3.2 GiB`."""
    amount = float(octets)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if amount < 1024:
            return f"{amount:.3g} {unit}"
        amount /= 1024
    return f"{amount:.3g} TiB"


def items(document: Any) -> list[dict[str, Any]]:
    """The rows of a list document; none where it is something else."""
    found = document.get("items") if isinstance(document, dict) else document
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []
