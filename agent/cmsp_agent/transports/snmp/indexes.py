"""Row indexes of table columns, remembered: the same tables are read at each poll, of many devices alike.

Knows nothing of walks: `walk` asks which rows the names in an answer are.
"""

from collections.abc import Sequence
from typing import NamedTuple

from cmsp_agent.transports.snmp.ber import DecodeError, oid_plain, oid_text

MOST_INDEXES_KEPT = 200_000
NO_INDEX = "?"
"""Begins the row of a name that is no OID; its octets follow, in hex. No device's index begins so."""


class IndexPage(NamedTuple):
    """The names of one column in one answer, and what they say."""

    names: Sequence[bytes]
    """As they came: content octets."""
    indexes: list[str]
    """Row indexes, dotted, of the names up to the first one outside the column."""
    last: bytes
    """The last name inside the column, without padding; empty where there is none."""


class ColumnIndexes:
    """The rows of one column; `IndexCache` bounds what is kept.

    Names → row index, or None for a name outside the column. Whole pages are kept beside it: a page that came before
    is known again by comparing its names, which costs less than to look each of them up.
    """

    __slots__ = ("_cache", "_column", "_pages", "_skip", "known", "odd")

    def __init__(self, column: bytes, cache: "IndexCache") -> None:
        self.known: dict[bytes, str | None] = {}
        self.odd = False
        """Whether a name that is no OID was ever among them."""
        self._pages: dict[tuple[bytes, bytes], IndexPage] = {}
        self._column = column
        self._skip = len(oid_text(column)) + 1
        self._cache = cache

    def page(self, names: list[bytes]) -> IndexPage:
        """What these names, one at least, say."""
        ends = (names[0], names[-1])
        page = self._pages.get(ends)
        if page is not None and page.names == names:
            return page
        self.learn(names)
        indexes: list[str] = []
        for name in names:
            index = self.known[name]
            if index is None:
                break
            indexes.append(index)
        page = IndexPage(names, indexes, oid_plain(names[len(indexes) - 1]) if indexes else b"")
        if ends in self._pages or not self._cache.is_full(len(names)):
            self._pages[ends] = page
        return page

    def learn(self, names: Sequence[bytes]) -> None:
        """Make sure that all these names are known."""
        new = [name for name in names if name not in self.known]
        if self._cache.is_full(len(new)):
            self._cache.clear()
            new = list(names)
        for name in new:
            plain = oid_plain(name)
            inside = plain.startswith(self._column) and len(plain) > len(self._column)
            self.known[name] = self._index(plain) if inside else None

    def forget(self) -> None:
        """Start afresh."""
        self.known.clear()
        self._pages.clear()

    def _index(self, name: bytes) -> str:
        try:
            return oid_text(name)[self._skip :]
        except DecodeError:
            self.odd = True
            return f"{NO_INDEX}{name.hex()}"


class IndexCache:
    """The indexes of all columns ever read, shared by all devices.

    It starts afresh when it is full, so that a device which makes up rows without end costs time but no memory.
    """

    def __init__(self) -> None:
        self._columns: dict[bytes, ColumnIndexes] = {}
        self._kept = 0

    def of(self, column: bytes) -> ColumnIndexes:
        """The indexes of one column, by its content octets."""
        known = self._columns.get(column)
        if known is None:
            if self.is_full(1):
                self.clear()
            known = self._columns[column] = ColumnIndexes(column, self)
        return known

    def is_full(self, more: int) -> bool:
        """Count so many more; whether that is too many."""
        self._kept += more
        return self._kept > MOST_INDEXES_KEPT

    def clear(self) -> None:
        """Forget all."""
        for column in self._columns.values():
            column.forget()
        self._columns.clear()
        self._kept = 0
