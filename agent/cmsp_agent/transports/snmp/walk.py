"""Reading table columns side by side: what to ask next, and what an answer adds. Pure: `session` does the asking.

An answer to GETNEXT or GETBULK over k columns holds row after row, each with one binding per column, and may be cut
anywhere. Columns end on their own: sparse tables are normal.
"""

from collections.abc import Sequence
from typing import cast

from cmsp_agent.model.signal import Unreadable, Value
from cmsp_agent.transports.snmp.ber import DecodeError, oid_arcs, oid_plain, oid_text
from cmsp_agent.transports.snmp.pdu import Pdu
from cmsp_agent.transports.snmp.values import HeldValue, Missing

MOST_INDEXES_KEPT = 200_000
NO_INDEX = "?"
"""Begins the row of a name that is no OID; its octets follow, in hex. No device's index begins so."""


class ColumnIndexes:
    """Names → row index in dotted form, or None for a name outside the column; `IndexCache` bounds it.

    One look-up answers two questions of the hot path: does the name belong to the column, and what is its index.
    """

    __slots__ = ("_cache", "_column", "_skip", "known", "odd")

    def __init__(self, column: bytes, cache: "IndexCache") -> None:
        self.known: dict[bytes, str | None] = {}
        self.odd = False
        """Whether a name that is no OID was ever among them."""
        self._column = column
        self._skip = len(oid_text(column)) + 1
        self._cache = cache

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
            column.known.clear()
        self._columns.clear()
        self._kept = 0


class WalkedColumn:
    """One column on its way."""

    __slots__ = ("alone", "cursor", "done", "failed", "indexes", "name", "odd", "plain", "rows")

    def __init__(self, name: bytes, indexes: ColumnIndexes) -> None:
        self.name = name
        self.indexes = indexes
        self.cursor = name
        self.rows: dict[str | None, HeldValue] = {}
        self.done = False
        self.alone = False
        """Whether it is asked in requests of its own."""
        self.plain = False
        """Whether it is read by GETNEXT: the device answered GETBULK with an error."""
        self.failed = ""
        """Why the device does not give it."""
        self.odd = False
        """Whether rows may hold what can't be decoded."""

    def take(self, names: list[bytes], values: list[HeldValue], holes: bool) -> bool:
        """Add the column's share of an answer; whether all its rows were new and came after those before.

        A device may return rows out of order within an answer: that harms nothing as long as each is new. What must be
        found is that it goes in circles: a row seen before, or no step forward from the cursor.
        """
        if holes:
            self.odd = True
            names, values = self._cut(names, values)
        before = len(self.rows)
        try:
            self._add(names, values)
        except KeyError:  # names never seen before: on first contact only
            self.indexes.learn(names)
            self._add(names, values)
        if None in self.rows:
            del self.rows[None]
            names = self._until_the_end(names, values, len(self.rows) - before)
        if not names:
            return True
        added = len(self.rows) - before
        last = oid_plain(names[-1])
        in_order = added == len(names) and (last > self.cursor or _after(last, self.cursor))
        if not added:
            self.done = True
        self.cursor = last
        return in_order

    def _add(self, names: list[bytes], values: list[HeldValue]) -> None:
        # The hot loop of a walk. Names outside the column go to the row None, which costs no check for each row.
        rows = self.rows
        index_of = self.indexes.known
        for place, name in enumerate(names):
            rows[index_of[name]] = values[place]

    def _until_the_end(self, names: list[bytes], values: list[HeldValue], added: int) -> list[bytes]:
        """The names inside the column: the first `added` ones, unless rows came twice or out of order."""
        known = self.indexes.known
        if known[names[added]] is None and (added == 0 or known[names[added - 1]] is not None):
            self.done = True
            return names[:added]
        return self._cut(names, values)[0]

    def _cut(self, names: list[bytes], values: list[HeldValue]) -> tuple[list[bytes], list[HeldValue]]:
        """What comes before the first binding that is outside the column or has no value: there the column ends."""
        self.indexes.learn(names)
        for count, (name, value) in enumerate(zip(names, values, strict=True)):
            if self.indexes.known[name] is None or isinstance(value, Missing):
                self.done = True
                return names[:count], values[:count]
        return names, values

    def readable(self) -> dict[str, Value]:
        """The rows by index, without those that can't be decoded."""
        for index in self.unreadable():
            del self.rows[index]
        return cast("dict[str, Value]", self.rows)

    def unreadable(self) -> dict[str, Unreadable]:
        """The rows whose value, or name, can't be decoded."""
        if not self.odd and not self.indexes.odd:
            return {}
        found: dict[str, Unreadable] = {}
        for index, value in cast("dict[str, HeldValue]", self.rows).items():
            if index.startswith(NO_INDEX):
                found[index] = Unreadable("name that is no OID", bytes.fromhex(index[len(NO_INDEX) :]))
            elif isinstance(value, Unreadable):
                found[index] = value
        return found


def _after(name: bytes, cursor: bytes) -> bool:
    """Whether `name` comes after `cursor` in a walk, where comparing octets says no.

    Octets compare like sub-identifiers while these are below 16384. Where octets say yes wrongly, a row that comes
    again shows the circle soon.
    """
    try:
        return oid_arcs(oid_text(name)) > oid_arcs(oid_text(cursor))
    except DecodeError:  # whether it is a circle, the rows will show
        return True


class TableWalk:
    """Several columns read side by side.

    Args:
        columns: content octets of the column OIDs.
        cache: shared.
        limit: rows of a column after which no more are asked for.
        stop_at_disorder: end a column at the first row out of order.
    """

    def __init__(self, columns: Sequence[bytes], cache: IndexCache, limit: int, stop_at_disorder: bool) -> None:
        self.columns = [WalkedColumn(column, cache.of(column)) for column in columns]
        self.disorder = False
        self.cut = False
        self._limit = limit
        self._stop_at_disorder = stop_at_disorder

    def active(self) -> list[WalkedColumn]:
        """The columns that have not come to their end."""
        return [column for column in self.columns if not column.done]

    def next_columns(self, width: int) -> list[WalkedColumn]:
        """The columns to ask for next, all in one request; none at the end. Those apart come last, each alone."""
        active = self.active()
        together = [column for column in active if not column.alone and not column.plain]
        return together[: width or len(together)] or active[:1]

    def tables(self) -> list[dict[str, Value]]:
        """The rows read so far, for each column in the order given."""
        return [column.readable() for column in self.columns]

    def take(self, asked: list[WalkedColumn], answer: Pdu) -> None:
        """Add an answer to a request for the cursors of `asked`.

        Raises:
            DecodeError: no bindings.
        """
        if not answer.names:
            raise DecodeError("an answer without bindings")
        width = len(asked)
        _, _, _, _, names, values, holes, _ = answer
        for place, column in enumerate(asked):
            if not column.take(names[place::width], values[place::width], holes):
                self.disorder = True
                column.done = column.done or self._stop_at_disorder
            if len(column.rows) >= self._limit and not column.done:
                column.done = self.cut = True
