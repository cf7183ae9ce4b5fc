"""Roll-ups of KPI samples: least, mean and most of five minutes, made of samples, and of an hour, made of those.

A component is rolled up some steps at a time, in the transaction that also notes how far that went: after a power cut
it goes on from there, and what is rolled up twice replaces itself.
"""

import math
import sqlite3
from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from cmsp_agent.storage.compression import compress, decompress
from cmsp_agent.storage.series import DOUBLE, MOST_POINTS, Columns, column_names, column_set, is_wanted, unpacked

FIVE_MINUTES, HOUR = 300_000, 3_600_000
"""The steps, ms."""
MOST_STEPS = 24
"""Steps of a component that one transaction rolls up: the writer is held for some milliseconds."""
LARGEST_ROW = 8 * 2**20
PARTS = 4
"""Arrays in a row: least, mean, most, count."""


class Summary(NamedTuple):
    """What a KPI was over a step."""

    least: float
    mean: float
    most: float
    samples: float
    """How many there were."""


class RolledSpan(NamedTuple):
    """A summary, and when its step began (ms)."""

    at: int
    least: float
    mean: float
    most: float


@dataclass(frozen=True, slots=True)
class RollUpQuery:
    """Which roll-ups are asked for: a step's, from `start` to `end` (ms, both included); no KPI named: all."""

    step: int
    start: int
    end: int
    kpis: Collection[str] = ()


Summaries = Mapping[str, Summary]


def roll_up(tx: sqlite3.Connection, component: str, step: int, until: int) -> bool:
    """Roll up the next steps of a component.

    Args:
        tx: a connection inside a work of `Database.write`.
        component: its name.
        step: FIVE_MINUTES or HOUR.
        until: what is later is not complete yet (ms); hours end where the five minutes end.

    Returns:
        Whether there is more to do.
    """
    row = tx.execute("select id from component_ids where name = ?", (component,)).fetchone()
    if row is None:
        return False
    number = int(row[0])
    end = (until if step == FIVE_MINUTES else _rolled(tx, number, FIVE_MINUTES)) // step * step
    rolled = _rolled(tx, number, step)
    if rolled == end:
        return False
    begun = min(rolled, end)  # the clock may have been set back since
    first = _first(tx, number, step, begun, end)
    start = end if first is None else first // step * step
    stop = min(end, start + MOST_STEPS * step)
    columns, names = Columns(), _Names(tx)
    source = _samples(tx, number, start, stop, names) if step == FIVE_MINUTES else _rows(tx, number, start, stop, names)
    for at, rows in groupby(source, key=lambda row: row[0] // step * step):
        summaries = merged(summary for _, summary in rows)
        tx.execute(
            "insert or replace into rollups(step, component, at, columns, packed) values(?, ?, ?, ?, ?)",
            (step, number, at, column_set(tx, tuple(summaries), columns), _packed(summaries)),
        )
    tx.execute("insert or replace into rolled(step, component, until) values(?, ?, ?)", (step, number, stop))
    return stop < end


def merged(rows: Iterable[Summaries]) -> dict[str, Summary]:
    """The summary of summaries: means weigh as much as they have samples."""
    together = list(rows)
    if len(together) == 1:  # a device that is polled every five minutes
        return dict(together[0])
    least: dict[str, float] = {}
    most: dict[str, float] = {}
    total: dict[str, float] = {}
    count: dict[str, float] = {}
    for row in together:
        for name, (low, mean, high, many) in row.items():
            if name in count:
                least[name], most[name] = min(least[name], low), max(most[name], high)
                total[name] += mean * many
                count[name] += many
            else:
                least[name], most[name], total[name], count[name] = low, high, mean * many, many
    return {
        # a mean of equal values is that value, whatever the arithmetic of floats makes of it
        name: Summary(least[name], min(max(total[name] / many, least[name]), most[name]), most[name], many)
        for name, many in count.items()
    }


def query(connection: sqlite3.Connection, component: str, wanted: RollUpQuery) -> dict[str, list[RolledSpan]]:
    """The roll-ups of a component, in the order of time.

    Returns:
        KPI → its spans; a KPI without one is absent. More than MOST_POINTS are merged into longer steps.
    """
    row = connection.execute("select id from component_ids where name = ?", (component,)).fetchone()
    if row is None:
        return {}
    names, chosen = _Names(connection), frozenset(wanted.kpis)
    step = _step_of_answer(connection, int(row[0]), wanted, names)
    source = _rows(connection, int(row[0]), wanted.start, wanted.end + 1, names, chosen, wanted.step)
    series: dict[str, list[RolledSpan]] = {}
    for at, rows in groupby(source, key=lambda row: row[0] // step * step):
        for name, summary in merged(summaries for _, summaries in rows).items():
            series.setdefault(name, []).append(RolledSpan(at, *summary[:3]))
    return series


def components(connection: sqlite3.Connection) -> list[str]:
    """All components of which there are samples."""
    return [str(name) for (name,) in connection.execute("select name from component_ids order by id")]


def forget_before(tx: sqlite3.Connection, step: int, before: int, limit: int = 20_000) -> int:
    """Delete up to `limit` roll-ups of a step older than a time (ms); return how many went. Call until it is 0."""
    gone = 0
    for (component,) in tx.execute("select id from component_ids").fetchall():
        gone += tx.execute(
            "delete from rollups where step = ?1 and component = ?2 and at in"
            " (select at from rollups where step = ?1 and component = ?2 and at < ?3 order by at limit ?4)",
            (step, component, before, limit - gone),
        ).rowcount
        if gone >= limit:
            break
    return gone


class _Names:
    """Column sets by their ids, each read once."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._known: dict[int, list[str]] = {}

    def __call__(self, columns: int) -> list[str]:
        if columns not in self._known:
            self._known[columns] = column_names(self._connection, columns)
        return self._known[columns]


def _rolled(tx: sqlite3.Connection, component: int, step: int) -> int:
    row = tx.execute("select until from rolled where step = ? and component = ?", (step, component)).fetchone()
    return row[0] if row is not None and isinstance(row[0], int) else 0  # what is rolled up twice replaces itself


def _first(tx: sqlite3.Connection, component: int, step: int, start: int, end: int) -> int | None:
    """When the first row that is to be rolled up was; None: there is none."""
    if step == FIVE_MINUTES:
        found = tx.execute(
            "select min(at) from samples where component = ? and at >= ? and at < ?", (component, start, end)
        )
    else:
        found = tx.execute(
            "select min(at) from rollups where step = ? and component = ? and at >= ? and at < ?",
            (FIVE_MINUTES, component, start, end),
        )
    first = found.fetchone()[0]
    return None if first is None else int(first)


def _samples(
    tx: sqlite3.Connection, component: int, start: int, end: int, names: _Names
) -> Iterator[tuple[int, Summaries]]:
    rows = tx.execute(
        "select at, columns, packed from samples where component = ? and at >= ? and at < ? order by at",
        (component, start, end),
    )
    for at, columns, packed in rows:
        figures = zip(names(columns), unpacked(packed), strict=False)
        yield at, {name: Summary(value, value, value, 1.0) for name, value in figures if not math.isnan(value)}


def _rows(
    connection: sqlite3.Connection,
    component: int,
    start: int,
    end: int,
    names: _Names,
    chosen: Collection[str] = (),
    step: int = FIVE_MINUTES,
) -> Iterator[tuple[int, Summaries]]:
    rows = connection.execute(
        "select at, columns, packed from rollups where step = ? and component = ? and at >= ? and at < ? order by at",
        (step, component, start, end),
    )
    for at, columns, packed in rows:
        figures = _figures(packed)
        many = len(figures) // PARTS
        parts = (figures[place * many : (place + 1) * many] for place in range(PARTS))
        rolled = zip(names(columns), *parts, strict=False)
        yield at, {name: Summary(*figure) for name, *figure in rolled if is_wanted(name, chosen)}


def readable(packed: object) -> bool:
    """Whether a stored row is one of figures."""
    try:
        return isinstance(packed, bytes) and len(decompress(packed, LARGEST_ROW)) % (DOUBLE * PARTS) == 0
    except ValueError:
        return False


def _figures(packed: object) -> "array[float]":
    """The figures of a row; none of one that is damaged, which costs itself only."""
    try:
        return unpacked(decompress(packed, LARGEST_ROW) if isinstance(packed, bytes) else packed)
    except ValueError:
        return unpacked(None)


def _packed(summaries: Summaries) -> bytes:
    """All least, then all means and so on: what did not change over the step repeats itself, and costs little."""
    figures = array("d")
    for part in zip(*summaries.values(), strict=True):
        figures.extend(part)
    return compress(figures.tobytes())


def _step_of_answer(connection: sqlite3.Connection, component: int, wanted: RollUpQuery, names: _Names) -> int:
    """The step, or so many of them that the answer has MOST_POINTS at most."""
    found = connection.execute(
        "select columns, count(*) from rollups where step = ? and component = ? and at between ? and ?"
        " group by columns",
        (wanted.step, component, wanted.start, wanted.end),
    ).fetchall()
    points = sum(count * sum(is_wanted(name, wanted.kpis) for name in names(columns)) for columns, count in found)
    times: int = max(1, math.ceil(points / MOST_POINTS))
    return wanted.step * times
