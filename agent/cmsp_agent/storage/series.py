"""KPI samples: one row per component and time, its values packed as doubles, the KPI names kept once per set.

Names of a component change seldom (an interface more, say), so nearly all rows share a few sets of columns. A value
that was not measured is NaN and is left out of answers.
"""

import logging
import math
import sqlite3
from array import array
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cmsp_agent.aio.clock import Clock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.aio.threads import SYSTEM_THREADS, Threads
from cmsp_agent.storage.encoding import decoded, encode
from cmsp_agent.storage.sqlite.database import Database, Replaced, nobody_to_tell
from cmsp_agent.storage.tables.dead_rows import sift_series
from cmsp_agent.storage.tables.schema import SERIES

log = logging.getLogger(__name__)

MOST_POINTS = 30_000
"""Points of all KPIs together in one answer: making JSON of them holds the event loop for a quarter of a second."""

LAST = 2**63 - 1
"""No time is later."""
DOUBLE = 8
"""Octets of a packed value."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The KPIs of one component at one time (ms since the epoch)."""

    at: int
    component: str
    values: Mapping[str, float]


@dataclass(slots=True)
class Columns:
    """Ids of components and of column sets, remembered by the appender; valid for one database file."""

    components: dict[str, int] = field(default_factory=dict)
    sets: dict[tuple[str, ...], int] = field(default_factory=dict)


Point = tuple[int, float]
"""(ms since the epoch, value)."""


async def open_series(
    path: Path,
    *,
    clock: Clock,
    counters: Counters,
    on_replaced: Replaced = nobody_to_tell,
    threads: Threads = SYSTEM_THREADS,
) -> Database:
    """Open `series.db`: its last second may be lost at a power cut, which costs a few samples.

    Raises:
        StorageError: another process has it, or it can't be opened or written.
    """
    return await Database.open(
        path,
        SERIES,
        clock=clock,
        counters=counters,
        synchronous="NORMAL",
        initialise=lambda tx, _: sift_series(tx, clock.now()),
        on_replaced=on_replaced,
        threads=threads,
    )


def append(tx: sqlite3.Connection, samples: Iterable[Sample], columns: Columns) -> None:
    """Add samples; one of the same component and millisecond replaces the former.

    Args:
        tx: a connection inside a work of `Database.write`.
        samples: what was measured.
        columns: the caller's memory of ids; start a new one for a new or replaced file.
    """
    rows = [
        (
            sample.at,
            _component(tx, sample.component, columns),
            column_set(tx, tuple(sample.values), columns),
            array("d", sample.values.values()).tobytes(),
        )
        for sample in samples
    ]
    tx.executemany("insert or replace into samples(at, component, columns, packed) values(?, ?, ?, ?)", rows)


def _component(tx: sqlite3.Connection, name: str, columns: Columns) -> int:
    known = columns.components.get(name)
    if known is None:
        found = tx.execute("select id from component_ids where name = ?", (name,)).fetchone()
        known = columns.components[name] = int(found[0]) if found else _added(tx, "component_ids(name)", name)
    return known


def _added(tx: sqlite3.Connection, column: str, value: object) -> int:
    """The id of a new row."""
    return int(tx.execute(f"insert into {column} values(?) returning id", (value,)).fetchone()[0])


def column_set(tx: sqlite3.Connection, names: tuple[str, ...], columns: Columns) -> int:
    """The id of a set of KPI names, which is made where it is new."""
    known = columns.sets.get(names)
    if known is None:
        packed = encode(names)
        found = tx.execute("select id from column_sets where names = ?", (packed,)).fetchone()
        known = columns.sets[names] = int(found[0]) if found else _added(tx, "column_sets(names)", packed)
    return known


def query(
    connection: sqlite3.Connection, component: str, start: int, end: int, kpis: Sequence[str] = ()
) -> dict[str, list[Point]]:
    """The samples of a component from `start` to `end` (ms, both included), in the order of time.

    Args:
        connection: any connection.
        component: its name.
        start: first time.
        end: last time.
        kpis: the KPIs wanted (`if.in.octets`: all its series), or single series; empty: all.

    Returns:
        KPI → its points; a KPI without a point is absent. Where there are more than MOST_POINTS, they are thinned out
        evenly over the time.
    """
    wanted = frozenset(kpis)
    sets: dict[int, list[str]] = {}
    series: dict[str, list[Point]] = {}
    for at, columns, packed in _rows(connection, component, start, end):
        if columns not in sets:
            sets[columns] = column_names(connection, columns)
        for name, value in zip(sets[columns], unpacked(packed), strict=False):
            if not math.isnan(value) and is_wanted(name, wanted):
                series.setdefault(name, []).append((at, value))
    return series


def is_wanted(series: str, wanted: Collection[str]) -> bool:
    """Whether a series, or the KPI that it is of, is among those that are wanted."""
    return not wanted or series in wanted or series.partition("[")[0] in wanted


def latest(connection: sqlite3.Connection, component: str) -> Sample | None:
    """The last sample of a component."""
    row = connection.execute(
        "select at, columns, packed from samples where component = (select id from component_ids where name = ?)"
        " and at <= ? order by at desc limit 1",  # a time that is damaged and no number stands after all that are
        (component, LAST),
    ).fetchone()
    if row is None:
        return None
    values = zip(column_names(connection, row[1]), unpacked(row[2]), strict=False)
    return Sample(row[0], component, {name: value for name, value in values if not math.isnan(value)})


def forget_before(tx: sqlite3.Connection, before: int, limit: int = 20_000) -> int:
    """Delete up to `limit` samples older than a time (ms); return how many went. Call again until it is 0."""
    gone = 0
    for (component,) in tx.execute("select id from component_ids").fetchall():
        gone += tx.execute(
            "delete from samples where component = ?1 and at in"
            " (select at from samples where component = ?1 and at < ?2 order by at limit ?3)",
            (component, before, limit - gone),
        ).rowcount
        if gone >= limit:
            break
    return gone


def _rows(connection: sqlite3.Connection, component: str, start: int, end: int) -> Iterable[tuple[int, int, bytes]]:
    """Every n-th row, the last one among them, so that all their values are MOST_POINTS at most."""
    asked = (component, start, end)
    count, octets = connection.execute(
        "select count(*), coalesce(max(length(packed)), 0) from samples"
        " where component = (select id from component_ids where name = ?) and at between ? and ?",
        asked,
    ).fetchone()
    step = max(1, math.ceil(count * (octets // DOUBLE) / MOST_POINTS))
    return connection.execute(
        "select at, columns, packed from"
        " (select at, columns, packed, row_number() over (order by at) as place from samples"
        " where component = (select id from component_ids where name = ?) and at between ? and ?)"
        " where (place - ?) % ? = 0 order by at",
        (*asked, count, step),
    )


def column_names(connection: sqlite3.Connection, columns: int) -> list[str]:
    """The KPI names of a set."""
    rows = connection.execute("select names from column_sets where id = ?", (columns,)).fetchall()
    return next(iter(decoded(rows, list[str])), [])


def unpacked(packed: object) -> "array[float]":
    """The values of a row; none of one that is damaged, which costs itself only."""
    values: array[float] = array("d")
    if isinstance(packed, bytes) and len(packed) % DOUBLE == 0:
        values.frombytes(packed)
    else:
        log.error("a stored row can't be read", extra={"kind": "samples", "reason": "it is no row of numbers"})
    return values
