"""Read the site's own walk format and answer GET and GETNEXT from it. Knows nothing about packets.

One object per line, ``OID TYPE VALUE``; or a table, with one row per line below it::

    1.3.6.1.2.1.1.5.0      text   gw-1
    1.3.6.1.2.1.1.3.0      ticks  uptime
    table 1.3.6.1.2.1.2.2.1   2:text  8:int
        1       GigabitEthernet0/0/0  1
        10..12  Serial0/1/0:{n}       1

``uptime`` is the time since the device started, ``A+R/s`` a counter that started at A and rises by R a second, ``-`` in
a row no object at all. An index ``10..12`` stands for three rows; ``{n}`` is the row's number among them, from 0.
"""

from __future__ import annotations

import bisect
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from string import Template

type_tags: Mapping[str, int] = {
    "int": 0x02,
    "text": 0x04,
    "hex": 0x04,
    "oid": 0x06,
    "ip": 0x40,
    "counter": 0x41,
    "gauge": 0x42,
    "ticks": 0x43,
    "counter64": 0x46,
}
"""BER tag of each type name (RFC 2578 section 7.1)."""

_RISING = re.compile(r"(\d+)\+(\d+(?:\.\d+)?)/s")
_RANGE = re.compile(r"(.*?)(\d+)\.\.(\d+)")
_WRAP = {0x41: 2**32, 0x43: 2**32, 0x46: 2**64}


class WalkError(ValueError):
    """A walk file that can't be read; the text names the file and the line."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A value as SNMP carries it: its BER tag, and int, bytes, or a dotted string (OID, IPv4 address)."""

    tag: int
    value: int | bytes | str


@dataclass(frozen=True, slots=True)
class Rising:
    """A number that grows with the device's uptime."""

    tag: int
    start: int
    per_second: float

    def at(self, uptime: float) -> Typed:
        """The value `uptime` seconds after the device started, wrapped as its type wraps."""
        return Typed(self.tag, (self.start + int(self.per_second * uptime)) % _WRAP.get(self.tag, 2**32))


Cell = Typed | Rising
Oid = tuple[int, ...]


def parse_oid(text: str) -> Oid:
    """Turn dotted text, with or without a leading dot, into a tuple."""
    return tuple(int(part) for part in text.strip(".").split("."))


def dotted(oid: Oid) -> str:
    """Turn a tuple into dotted text without a leading dot."""
    return ".".join(map(str, oid))


def parse_value(kind: str, text: str) -> Cell:
    """Read one value of the walk format.

    Raises:
        WalkError: the type is unknown or the text is no value of it.
    """
    try:
        tag = type_tags[kind]
    except KeyError:
        raise WalkError(f"unknown type {kind!r}") from None
    if text == "uptime":
        return Rising(tag, 0, 100.0)
    if rising := _RISING.fullmatch(text):
        return Rising(tag, int(rising[1]), float(rising[2]))
    if kind == "text":
        return Typed(tag, text.encode())
    if kind == "hex":
        return Typed(tag, bytes.fromhex(text))
    if kind in ("oid", "ip"):
        return Typed(tag, dotted(parse_oid(text)))
    try:
        return Typed(tag, int(text))
    except ValueError:
        raise WalkError(f"not a number: {text!r}") from None


@dataclass(slots=True)
class Walk:
    """The objects of one device, in the order that GETNEXT needs."""

    cells: dict[Oid, Cell] = field(default_factory=dict)
    _order: list[Oid] = field(default_factory=list)

    def set(self, oid: str, cell: Cell) -> None:
        """Add an object or replace its value."""
        key = parse_oid(oid)
        if key not in self.cells:
            bisect.insort(self._order, key)
        self.cells[key] = cell

    def drop(self, below: str) -> None:
        """Take away an object and all below it."""
        base = parse_oid(below)
        self._order = [oid for oid in self._order if oid[: len(base)] != base]
        self.cells = {oid: self.cells[oid] for oid in self._order}

    def get(self, oid: Oid, uptime: float) -> Typed | None:
        """The object's value now, or None if the device has no such instance."""
        cell = self.cells.get(oid)
        return cell.at(uptime) if isinstance(cell, Rising) else cell

    def next(self, oid: Oid, uptime: float) -> tuple[Oid, Typed] | None:
        """The first object after `oid` in lexicographic order with its value, or None at the end of the view."""
        position = bisect.bisect_right(self._order, oid)
        if position == len(self._order):
            return None
        key = self._order[position]
        value = self.get(key, uptime)
        assert value is not None
        return key, value

    def __len__(self) -> int:
        """How many objects there are."""
        return len(self.cells)


@dataclass(frozen=True, slots=True)
class _Table:
    base: str
    columns: tuple[tuple[str, str], ...]

    @classmethod
    def parse(cls, words: list[str]) -> _Table:
        columns = tuple((number, kind) for number, _, kind in (word.partition(":") for word in words[2:]))
        return cls(words[1], columns)

    def row(self, words: list[str]) -> Iterator[tuple[str, Cell]]:
        if len(words) != len(self.columns) + 1:
            raise WalkError(f"{len(self.columns)} columns, {len(words) - 1} values")
        for ordinal, index in enumerate(_indexes(words[0])):
            for (number, kind), text in zip(self.columns, words[1:], strict=True):
                if text != "-":
                    yield f"{self.base}.{number}.{index}", parse_value(kind, text.replace("{n}", str(ordinal)))


def _indexes(text: str) -> Iterator[str]:
    if match := _RANGE.fullmatch(text):
        yield from (f"{match[1]}{number}" for number in range(int(match[2]), int(match[3]) + 1))
    else:
        yield text


def parse_walk(text: str, name: str = "walk", into: Walk | None = None) -> Walk:
    """Read a whole walk.

    Args:
        text: the file's content.
        name: what to call the file in errors.
        into: a walk to add to, instead of a new one.

    Raises:
        WalkError: a line is no object, no table and no row of one.
    """
    walk = Walk() if into is None else into
    table: _Table | None = None
    for number, line in enumerate(text.splitlines(), 1):
        words = shlex.split(line, comments=True)
        if not words:
            continue
        try:
            if line[0].isspace():
                if table is None:
                    raise WalkError("a row without a table")
                for oid, cell in table.row(words):
                    walk.set(oid, cell)
            elif words[0] == "table":
                table = _Table.parse(words)
            else:
                oid, kind, value = words
                walk.set(oid, parse_value(kind, value))
        except ValueError as error:
            raise WalkError(f"{name}:{number}: {error}") from error
    return walk


def load_walk(folder: Path, names: Sequence[str], values: Mapping[str, str]) -> Walk:
    """Read walk files into one walk; a line ``include NAME`` reads another file of the folder, ``$value`` is filled in.

    Raises:
        WalkError: see `parse_walk`; or a value that the files ask for is missing.
    """
    walk = Walk()
    for name in names:
        for part, text in _with_includes(folder, name):
            try:
                filled = Template(text).substitute(values)
            except (KeyError, ValueError) as error:
                raise WalkError(f"{part}: {error}") from error
            parse_walk(filled, part, into=walk)
    return walk


def _with_includes(folder: Path, name: str) -> Iterator[tuple[str, str]]:
    lines = (folder / name).read_text(encoding="utf-8").splitlines()
    for line in lines:
        if line.startswith("include "):
            yield from _with_includes(folder, line.split()[1])
    yield name, "\n".join("" if line.startswith("include ") else line for line in lines)
