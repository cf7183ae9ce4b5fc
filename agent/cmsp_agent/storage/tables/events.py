"""The event log and the active alarms. A row is what the pipeline made; nothing is decided here."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import cast

from cmsp_agent.model.event import Event, Transition
from cmsp_agent.model.severity import Severity
from cmsp_agent.storage.encoding import decoded, encode

PAGE = 100
BESIDE_BODY = 250
"""Bytes of a row beside its body: its columns and what the indexes hold of it."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What a reader asks for; an empty field asks for all."""

    component: str = ""
    type: str = ""
    severity: Severity | None = None
    """This severity and worse."""
    active: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Events in the order of their arrival, and the cursor that asks for what follows."""

    events: tuple[Event, ...]
    next: int


ALL = Filter()

_INSERT = "insert into events(id, component, type, severity, active, received_at, body) values(?, ?, ?, ?, ?, ?, ?)"


def _row(event: Event) -> tuple[str, str, str, int, int, int, bytes]:
    active = int(event.state is Transition.RAISE)
    return event.id, event.component, event.type, event.severity.rank, active, event.received_at, encode(event)


def insert(tx: sqlite3.Connection, event: Event) -> int:
    """Add an event and return its row, the cursor of `page`. A clear ends the alarm that it names."""
    if event.alarm is not None:
        clear(tx, event.alarm)
    row = tx.execute(_INSERT, _row(event)).lastrowid
    assert row is not None
    return row


def insert_all(tx: sqlite3.Connection, events: Sequence[Event]) -> None:
    """Add many, in order. An alarm that is raised and cleared among them is active no more."""
    tx.executemany(_INSERT, [_row(event) for event in events])
    for event in events:
        if event.alarm is not None:
            clear(tx, event.alarm)


def update(tx: sqlite3.Connection, event: Event) -> bool:
    """Replace what is kept of an event (its count, its sources); False where it is not in the log any more."""
    changed = tx.execute(
        "update events set severity = ?, body = ? where id = ?", (event.severity.rank, encode(event), event.id)
    )
    return changed.rowcount > 0


def clear(tx: sqlite3.Connection, alarm: str) -> None:
    """The alarm with this id is active no more."""
    tx.execute("update events set active = 0 where id = ? and active = 1", (alarm,))


def active(connection: sqlite3.Connection) -> list[Event]:
    """All active alarms, the oldest first."""
    return _events(connection.execute("select body from events where active = 1 order by row"))


def is_active(connection: sqlite3.Connection, alarm: str) -> bool:
    """Whether the alarm with this id holds."""
    return connection.execute("select 1 from events where id = ? and active = 1", (alarm,)).fetchone() is not None


def find(connection: sqlite3.Connection, event_id: str) -> Event | None:
    """One event by its id."""
    return next(iter(_events(connection.execute("select body from events where id = ?", (event_id,)))), None)


def of(connection: sqlite3.Connection, names: Sequence[str]) -> list[Event]:
    """The events of these ids that are kept still, the oldest first."""
    marks = ", ".join("?" * len(names))
    return _events(connection.execute(f"select body from events where id in ({marks}) order by row", names))  # noqa: S608


def page(connection: sqlite3.Connection, after: int = 0, wanted: Filter = ALL, limit: int = PAGE) -> Page:
    """The events after a cursor, the oldest first; `next` is `after` again where nothing follows."""
    rows = _select(connection, wanted, after, "row", limit)
    return Page(tuple(_events((body,) for _, body in rows)), rows[-1][0] if rows else after)


def latest(connection: sqlite3.Connection, wanted: Filter = ALL, limit: int = PAGE) -> Page:
    """The last events, in the order of their arrival; `next` follows the last of the whole log."""
    rows = _select(connection, wanted, 0, "row desc", limit)
    end = connection.execute("select coalesce(max(row), 0) from events").fetchone()[0]
    return Page(tuple(_events((body,) for _, body in reversed(rows))), end)


def end(connection: sqlite3.Connection) -> int:
    """The cursor of the last event that was ever stored; 0 where there was none."""
    found = connection.execute("select seq from sqlite_sequence where name = 'events'").fetchone()
    return int(found[0]) if found else 0


def _select(
    connection: sqlite3.Connection, wanted: Filter, after: int, order: str, limit: int
) -> list[tuple[int, bytes]]:
    conditions, parameters = ["row > ?"], cast("list[int | str]", [after])
    if wanted.component:
        conditions.append("component = ?")
        parameters.append(wanted.component)
    if wanted.type:
        conditions.append("type = ?")
        parameters.append(wanted.type)
    if wanted.severity is not None:
        conditions.append("severity <= ?")
        parameters.append(wanted.severity.rank)
    # Rows are found in a narrow index that is in the order of arrival. One by component would find them sooner, but
    # each commit of a storm from 500 components would write 500 of its pages.
    index = "events_active" if wanted.active else "events_in_short"
    where = " and ".join([*conditions, "active = 1"] if wanted.active else conditions)
    found = f"select row from events indexed by {index} where {where} order by {order} limit ?"  # noqa: S608
    statement = f"select row, body from events where row in ({found}) order by {order}"  # noqa: S608
    return connection.execute(statement, (*parameters, limit)).fetchall()


def bodies(connection: sqlite3.Connection, after: int, since: int, limit: int) -> tuple[list[bytes], int]:
    """Events after a cursor and received since a time, as they are stored, and the cursor of what follows."""
    rows = connection.execute(
        "select row, received_at, body from events where row > ? order by row limit ?", (after, limit)
    ).fetchall()
    found = [body for _, received_at, body in rows if isinstance(body, bytes) and received_at >= since]
    return found, rows[-1][0] if rows else after


def forget_before(tx: sqlite3.Connection, before: int, now: int, limit: int = 5000) -> int:
    """Delete up to `limit` events received before a time (ms since the epoch) that are not active; return how many.

    One that seems to come from the time after now, for the clock was wrong, is as old as what arrived next.
    """
    old: list[tuple[int]] = []
    undated: list[tuple[int]] = []
    # rows are in the order of arrival: the scan ends at the first that is young enough
    for row, received_at, alarm in tx.execute("select row, received_at, active from events order by row"):
        if before <= received_at <= now or len(old) >= limit or len(undated) >= limit:
            break
        found = [] if alarm else [(row,)]
        if received_at > now:
            undated += found
        else:
            old += undated + found
            undated = []
    tx.executemany("delete from events where row = ?", old)
    return len(old)


def size(connection: sqlite3.Connection) -> tuple[int, int]:
    """How many events there are, and about how many bytes they take with their indexes."""
    (count,) = connection.execute("select count(*) from events indexed by events_in_short").fetchone()
    sampled = "select avg(length(body)) from (select body from events order by row {} limit 500)"
    means = [connection.execute(sampled.format(order)).fetchone()[0] or 0 for order in ("", "desc")]
    return count, int(count * (max(means) + BESIDE_BODY))


def forget_oldest(tx: sqlite3.Connection, limit: int) -> int:
    """Delete the oldest events that are not active, up to `limit`; return how many."""
    oldest = "select row from events where active = 0 order by row limit ?"
    return tx.execute(f"delete from events where row in ({oldest})", (limit,)).rowcount  # noqa: S608


def _events(rows: Iterable[tuple[bytes]]) -> list[Event]:
    return decoded(rows, Event)
