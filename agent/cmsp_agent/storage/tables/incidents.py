"""Incidents as they stand, and their numbers. Transitions are the model's; each change goes through the outbox."""

import sqlite3
from itertools import islice

from cmsp_agent.model.incident import Incident
from cmsp_agent.storage.encoding import DocumentInvalid, decode, decoded, encode
from cmsp_agent.storage.sqlite import meta

ROUND = 1000
"""Numbers that are left out at least where some may have been given that are not known any more."""
MOST_LOST = 10_000_000
AWAITED = "incidents.awaited"


def next_number(tx: sqlite3.Connection) -> str:
    """The number that the next new incident gets: `INC-000042`. Use it in the same work as `save`."""
    return number(max(_last(tx), meta.get_int(tx, AWAITED)) + 1)


def await_earlier(tx: sqlite3.Connection, floor: int) -> bool:
    """In a wholly new database: give numbers above `floor` until it is known whether an earlier life gave any.

    Returns:
        Whether that is not known yet.
    """
    if meta.get(tx, AWAITED) is None:
        meta.put(tx, AWAITED, 0 if _last(tx) else floor)
    return meta.get_int(tx, AWAITED) > 0


def settle_earlier(tx: sqlite3.Connection, *, lived: bool) -> None:
    """It is known whether there was an earlier life, whose numbers are not known: none of them is given again."""
    floor = meta.get_int(tx, AWAITED)
    meta.put(tx, AWAITED, 0)
    if floor and lived:
        leave_room(tx, floor, 0)


def leave_room(tx: sqlite3.Connection, last: int, lost: int) -> None:
    """Give no number below a round one beyond `last` and the `lost` ones, which another life of ours may have given."""
    floor = max(last, _last(tx)) + min(lost, MOST_LOST)
    tx.execute("delete from sqlite_sequence where name = 'incidents'")
    seq = (floor // ROUND + 2) * ROUND - 1
    tx.execute("insert into sqlite_sequence(name, seq) values('incidents', ?)", (seq,))


def _last(connection: sqlite3.Connection) -> int:
    """The highest number ever given, as far as the database knows."""
    row = connection.execute("select seq from sqlite_sequence where name = 'incidents'").fetchone()
    highest = connection.execute("select max(number) from incidents").fetchone()[0] or 0
    return max(int(highest), 0 if row is None or not isinstance(row[0], int) else row[0])


def number(count: int) -> str:
    """`42` → `INC-000042`."""
    return f"INC-{count:06d}"


def save(tx: sqlite3.Connection, incident: Incident) -> None:
    """Insert or replace the incident, known by its id; its number must come from `next_number`."""
    row = (int(not incident.state.over), incident.priority.value, encode(incident), incident.id)
    changed = tx.execute("update incidents set open = ?, priority = ?, body = ? where id = ?", row)
    if changed.rowcount == 0:
        count = int(incident.number.removeprefix("INC-"))
        tx.execute(
            "insert into incidents(open, priority, body, id, number, opened_at) values(?, ?, ?, ?, ?, ?)",
            (*row, count, incident.opened_at),
        )


def find(connection: sqlite3.Connection, name: str) -> Incident | None:
    """One incident by its id or its number."""
    row = connection.execute("select body from incidents where id = ? or number = ?", (name, _count(name))).fetchone()
    return None if row is None else decode(row[0], Incident)


def _count(name: str) -> int:
    digits = name.upper().removeprefix("INC-")
    return int(digits) if digits.isdecimal() and len(digits) < 16 else -1


def unfinished(connection: sqlite3.Connection) -> list[Incident]:
    """Incidents that are not over, the oldest first: open ones, and restored ones that are watched."""
    rows = connection.execute("select body from incidents where open = 1 order by number")
    return decoded(rows, Incident)


def since(connection: sqlite3.Connection, moment: int) -> list[Incident]:
    """Incidents that were opened at or after a time (ms), or are not over."""
    rows = connection.execute("select body from incidents where opened_at >= ? or open = 1", (moment,))
    return decoded(rows, Incident)


def page(connection: sqlite3.Connection, before: int = 0, limit: int = 50) -> tuple[list[Incident], int]:
    """Incidents, the newest first, whose number is below `before` (0: from the newest), and the cursor that follows.

    Returns:
        The incidents, and the `before` of the next page; 0 where there is none.
    """
    rows = connection.execute(
        "select number, body from incidents where number < ? order by number desc limit ?",
        (before or 1 << 62, limit),
    ).fetchall()
    following = rows[-1][0] if len(rows) == limit else 0
    return decoded(((body,) for _, body in rows), Incident), following


def forget_before(tx: sqlite3.Connection, before: int, limit: int = 1000) -> int:
    """Delete up to `limit` incidents that were over before a time (ms); return how many went."""
    # one that was over before was opened before: few others of that age are left
    rows = tx.execute("select number, body from incidents where open = 0 and opened_at < ? order by number", (before,))
    old = [*islice(((found,) for found, body in rows if _over_at(body) < before), limit)]
    tx.executemany("delete from incidents where number = ?", old)
    return len(old)


def _over_at(body: object) -> int:
    """When an incident came to its end; one that can't be read is over. A merged one ended with its last change."""
    try:
        incident = decode(body, Incident)
    except DocumentInvalid:
        return 0
    ended = max(at or 0 for at in (incident.restored_at, incident.resolved_at, incident.closed_at))
    return ended or max((step.at for step in incident.timeline), default=0)
