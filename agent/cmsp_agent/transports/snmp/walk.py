"""Reading table columns side by side: what to ask next, and what an answer adds. Pure: `session` does the asking.

An answer to GETNEXT or GETBULK over k columns holds row after row, each with one binding per column, and may be cut
anywhere. Columns end on their own: sparse tables are normal.
"""

from collections.abc import Sequence

from cmsp_agent.transports.snmp.ber import DecodeError, oid_arcs, oid_text
from cmsp_agent.transports.snmp.pdu import Pdu
from cmsp_agent.transports.snmp.varbinds import Missing, Value

MOST_INDEXES_KEPT = 200_000


class ColumnIndexes(dict[bytes, str | None]):
    """Names → row index in dotted form, or None for a name outside the column. Fills itself; `IndexCache` bounds it.

    One lookup in C answers two questions of the hot path: does the name belong to the column, and what is its index.
    """

    def __init__(self, column: bytes, cache: "IndexCache") -> None:
        super().__init__()
        self._column = column
        self._skip = len(oid_text(column)) + 1
        self._cache = cache

    def __missing__(self, name: bytes) -> str | None:
        text = oid_text(name)
        inside = name.startswith(self._column) and len(name) > len(self._column)
        index = text[self._skip :] if inside else None
        self._cache.grow()
        self[name] = index
        return index


class IndexCache:
    """The indexes of all columns ever read, shared by all devices; starts afresh when it is full."""

    def __init__(self) -> None:
        self._columns: dict[bytes, ColumnIndexes] = {}
        self._kept = 0

    def of(self, column: bytes) -> ColumnIndexes:
        """The indexes of one column, by its content octets."""
        known = self._columns.get(column)
        if known is None:
            known = self._columns[column] = ColumnIndexes(column, self)
            self.grow()
        return known

    def grow(self) -> None:
        """One more is kept; a device that makes up rows without end costs time but no memory."""
        self._kept += 1
        if self._kept >= MOST_INDEXES_KEPT:
            for column in self._columns.values():
                column.clear()
            self._columns.clear()
            self._kept = 0


class Column:
    """One column on its way."""

    __slots__ = ("cursor", "done", "indexes", "name", "rows")

    def __init__(self, name: bytes, indexes: ColumnIndexes) -> None:
        self.name = name
        self.indexes = indexes
        self.cursor = name
        self.rows: dict[str, Value] = {}
        self.done = False

    def take(self, names: list[bytes], values: list[Value | Missing], holes: bool) -> bool:
        """Add the column's share of an answer; whether all its rows were new and came after those before.

        A device may return rows out of order within an answer: that harms nothing as long as each is new. What must be
        found is that it goes in circles: a row seen before, or no step forward from the cursor.
        """
        # Ten columns of six rows come with each answer, so this is done with C's loops: one look-up for each row.
        indexes = [*map(self.indexes.__getitem__, names)]
        if holes or None in indexes:
            count = _inside(indexes, values)
            self.done = count < len(names)
            names, indexes, values = names[:count], indexes[:count], values[:count]
        if not names:
            return True
        rows = self.rows
        before = len(rows)
        rows.update(zip(indexes, values))  # type: ignore[arg-type]  # noqa: B905 (None and Missing were cut off)
        added = len(rows) - before
        last = names[-1]
        in_order = added == len(names) and (last > self.cursor or _after(last, self.cursor))
        if not added:
            self.done = True
        self.cursor = last
        return in_order


def _inside(indexes: list[str | None], values: list[Value | Missing]) -> int:
    """How many bindings come before the first that is outside the column or has no value."""
    for count, (index, value) in enumerate(zip(indexes, values, strict=True)):
        if index is None or isinstance(value, Missing):
            return count
    return len(indexes)


def _after(name: bytes, cursor: bytes) -> bool:
    """Whether `name` comes after `cursor` in a walk, where comparing octets says no.

    Octets compare like sub-identifiers while these are below 16384. Where octets say yes wrongly, a row that comes
    again shows the circle soon.
    """
    return oid_arcs(oid_text(name)) > oid_arcs(oid_text(cursor))


class TableWalk:
    """Several columns read side by side.

    Args:
        columns: content octets of the column OIDs.
        cache: shared.
        limit: rows of a column after which no more are asked for.
        stop_at_disorder: end a column at the first row out of order.
    """

    def __init__(self, columns: Sequence[bytes], cache: IndexCache, limit: int, stop_at_disorder: bool) -> None:
        self.columns = [Column(column, cache.of(column)) for column in columns]
        self.disorder = False
        self.cut = False
        self._limit = limit
        self._stop_at_disorder = stop_at_disorder

    def active(self) -> list[Column]:
        """The columns that have not come to their end."""
        return [column for column in self.columns if not column.done]

    def take(self, asked: list[Column], answer: Pdu) -> None:
        """Add an answer to a request for the cursors of `asked`.

        Raises:
            DecodeError: no bindings, or a name that is no OID.
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
