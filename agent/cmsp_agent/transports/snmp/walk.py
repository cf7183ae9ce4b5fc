"""Reading table columns side by side: what to ask next, and what an answer adds. Pure: `session` does the asking.

An answer to GETNEXT or GETBULK over k columns holds row after row, each with one binding per column, and may be cut
anywhere. Columns end on their own: sparse tables are normal.
"""

from collections.abc import Container, Sequence
from typing import cast

from cmsp_agent.model.signal import Unreadable, Value
from cmsp_agent.transports.snmp.ber import DecodeError, oid_arcs, oid_text
from cmsp_agent.transports.snmp.indexes import NO_INDEX, ColumnIndexes, IndexCache
from cmsp_agent.transports.snmp.pdu import Pdu
from cmsp_agent.transports.snmp.values import NO_NAME, HeldValue, Missing


class WalkedColumn:
    """One column on its way."""

    __slots__ = ("alone", "cursor", "done", "failed", "indexes", "misplaced", "name", "odd", "plain", "rows")

    def __init__(self, name: bytes, indexes: ColumnIndexes) -> None:
        self.name = name
        self.indexes = indexes
        self.cursor = name
        self.rows: dict[str, HeldValue] = {}
        self.done = False
        self.alone = False
        """Whether it is asked in requests of its own."""
        self.plain = False
        """Whether it is read by GETNEXT: the device answered GETBULK with an error."""
        self.failed = ""
        """Why the device does not give it."""
        self.misplaced: int | None = None
        """How many rows it had when something else came in its place: does it give more when it is asked alone?"""
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
        if not names:
            return True
        page = self.indexes.page(names)
        indexes = page.indexes
        if len(indexes) < len(names):
            self.done = True
        if not indexes:
            return True
        rows = self.rows
        before = len(rows)
        for place, index in enumerate(indexes):
            rows[index] = values[place]
        added = len(rows) - before
        in_order = added == len(indexes) and (page.last > self.cursor or _after(page.last, self.cursor))
        if not added:
            self.done = True
        self.cursor = page.last
        return in_order

    def _cut(self, names: list[bytes], values: list[HeldValue]) -> tuple[list[bytes], list[HeldValue]]:
        """What comes before the first binding that is outside the column or has no value: there the column ends."""
        self.indexes.learn(names)
        for count, (name, value) in enumerate(zip(names, values, strict=True)):
            if self.indexes.known[name] is None or isinstance(value, Missing):
                self.done = True
                self.failed = "" if name else NO_NAME
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
        for index, value in self.rows.items():
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
        self.one_by_one = False
        """Whether the agent answers one name at a time only."""
        self.cut = False
        self._limit = limit
        self._stop_at_disorder = stop_at_disorder
        self._furthest: WalkedColumn | None = None
        self._ends_behind = True
        """What the device said of no column but the one furthest on contradicts that it has nothing behind it."""

    def ask_alone(self, columns: Container[bytes]) -> None:
        """Ask these columns in requests of their own."""
        for column in self.columns:
            column.alone = column.name in columns

    def is_plain(self) -> bool:
        """Whether all went by the book, so that there is nothing to note."""
        if self.cut or self.disorder or self.one_by_one:
            return False
        return not any(column.failed or column.odd or column.indexes.odd for column in self.columns)

    def longest(self) -> int:
        """How many rows the longest column has so far."""
        return max([len(column.rows) for column in self.columns], default=0)

    def active(self) -> list[WalkedColumn]:
        """The columns that have not come to their end."""
        return [column for column in self.columns if not column.done]

    def next_columns(self, width: int) -> list[WalkedColumn]:
        """The columns to ask for next, all in one request; none at the end. Those apart come last, each alone."""
        active = self.active()
        together = [column for column in active if not column.alone and not column.plain]
        return together[: width or len(together)] or active[:1]

    def past_the_end(self, asked: list[WalkedColumn]) -> list[WalkedColumn]:
        """The columns of which SNMPv1 may mean that there is no such name, where its index does not say which.

        Nothing comes behind the end of all that the device has: it is the column furthest on. Where that one had an
        answer after all, it may be any.
        """
        if not self._ends_behind:
            return asked
        furthest = asked[0]
        for column in asked[1:]:
            if _after(column.cursor, furthest.cursor):
                furthest = column
        self._furthest = furthest
        return [furthest]

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
        if self._furthest is not None and self._furthest in asked:
            self._ends_behind = False
        _, _, _, _, names, values, holes, _ = answer
        if width > 1 and self._is_misplaced(asked, names, values):
            return
        for place, column in enumerate(asked):
            if not column.take(names[place::width], values[place::width], holes):
                self.disorder = True
                column.done = column.done or self._stop_at_disorder
            if len(column.rows) >= self._limit and not column.done:
                column.done = self.cut = True
            if column.misplaced is not None and len(column.rows) > column.misplaced:
                self.one_by_one = True

    def _is_misplaced(self, asked: list[WalkedColumn], names: list[bytes], values: list[HeldValue]) -> bool:
        """Whether a name comes before the column in whose place it stands, which no walk can do.

        Some agents answer the first names of a request only, or one name after the other. Then nothing of the answer is
        taken, and each column is asked alone.
        """
        found = False
        for column, name, value in zip(asked, names, values, strict=False):
            if name < column.name and not isinstance(value, Missing) and not _after(name, column.name):
                column.misplaced = len(column.rows)
                found = True
        if found:
            for column in asked:
                column.alone = True
        return found
