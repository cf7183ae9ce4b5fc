"""Values of `series.db` that can't be read: found slice by slice while it is used, set aside and named as dead rows.

Its names are looked at as it opens: see `tables.dead_rows`.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from cmsp_agent.model.times import rfc3339
from cmsp_agent.storage.rollups import readable
from cmsp_agent.storage.series import DOUBLE
from cmsp_agent.storage.tables.dead_rows import keep

SLICE = 5_000
"""Rows that are looked at in one read."""
LEAST = -(2**63)

Position = tuple[object, ...]
"""After which row to go on; empty: at the first."""


@dataclass(frozen=True, slots=True)
class DamagedValue:
    """A row of values: its table, key, a name for people, and what is wrong with it."""

    table: str
    key: tuple[object, ...]
    name: str
    reason: str


class NextDamaged(Protocol):
    """Finds the damaged rows of a table's next slice."""

    def __call__(self, connection: sqlite3.Connection, after: Position) -> tuple[list[DamagedValue], Position]:
        """What is damaged, and where to go on."""


def find_samples(connection: sqlite3.Connection, after: Position) -> tuple[list[DamagedValue], Position]:
    """The damaged ones of the next samples, and where to go on; nowhere once all were looked at."""
    rows = connection.execute(
        "select component, at, typeof(component) = 'integer' and typeof(at) = 'integer' and typeof(columns) = 'integer'"
        " and typeof(packed) = 'blob' and length(packed) % ? = 0 from samples"
        " where (component, at) > (?, ?) order by component, at limit ?",
        (DOUBLE, *(after or (LEAST, LEAST)), SLICE),
    ).fetchall()
    found = [
        DamagedValue("samples", (component, at), _named(connection, component, at), "it is no row of numbers")
        for component, at, sound in rows
        if not sound
    ]
    return found, tuple(rows[-1][:2]) if len(rows) == SLICE else ()


def find_rollups(connection: sqlite3.Connection, after: Position) -> tuple[list[DamagedValue], Position]:
    """The damaged ones of the next roll-ups, and where to go on; nowhere once all were looked at."""
    rows = connection.execute(
        "select rowid, component, at, columns, packed from rollups where rowid > ? order by rowid limit ?",
        (*(after or (LEAST,)), SLICE),
    ).fetchall()
    found = [
        DamagedValue("rollups", (row,), _named(connection, component, at), "it is no row of numbers")
        for row, component, at, columns, packed in rows
        if not (_numbers(component, at, columns) and readable(packed))
    ]
    return found, (rows[-1][0],) if len(rows) == SLICE else ()


def set_aside(tx: sqlite3.Connection, found: Sequence[DamagedValue], now: int) -> None:
    """Keep what is left of damaged values as dead rows, in place of the rows themselves."""
    for each in found:
        where = "component is ? and at is ?" if each.table == "samples" else "rowid = ?"
        rows = tx.execute(f"select * from {each.table} where {where}", each.key).fetchall()  # noqa: S608 - ours
        if rows:  # else deleted since it was found
            keep(tx, now, each.table, each.name, each.reason, rows[0])
            tx.execute(f"delete from {each.table} where {where}", each.key)  # noqa: S608


def _named(connection: sqlite3.Connection, component: object, at: object) -> str:
    row = connection.execute("select name from component_ids where id is ?", (component,)).fetchone()
    return " ".join(_words(row[0] if row else f"component {component!r:.40}", at))


def _words(name: str, at: object) -> Iterator[str]:
    yield name
    yield rfc3339(at) if isinstance(at, int) and 0 <= at < 2**47 else "without a time"


def _numbers(*values: object) -> bool:
    return all(isinstance(value, int) for value in values)
