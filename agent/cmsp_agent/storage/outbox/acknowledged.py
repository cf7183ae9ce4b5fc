"""Records that the head-end has made durable: marked by one number at once, deleted later and many at a time.

Deleting rows one by one writes each page of the table again; emptying a table only gives its pages back. So a backlog
that drains is marked, and the table is emptied when next to nothing waits in it.
"""

import sqlite3

from cmsp_agent.storage.outbox.numbering import FORGOTTEN, SINK, forgotten
from cmsp_agent.storage.sqlite import meta

FEW = 1000
"""Rows that wait at most, where the table is emptied and they are put back."""
SHARE = 4
"""How many marked rows there must be for each that is put back."""
STEP = 20_000
"""Rows that are deleted in one commit where more are marked than may be."""


def mark(tx: sqlite3.Connection, row: int) -> None:
    """Everything up to this row is forgotten, whether it is still in the table or not."""
    if row > forgotten(tx):
        meta.put(tx, FORGOTTEN, row)
    # a gap is the oldest row that waits where it reaches below what is durable: one step, no scan
    tx.execute(
        "update outbox set first = ?1 + 1 where first <= ?1"
        " and row = (select row from outbox where row > ?1 order by row limit 1)",
        (row,),
    )


def recall(tx: sqlite3.Connection, row: int) -> None:
    """The head-end expects this row though it had it: what is marked and still there waits again."""
    meta.put(tx, FORGOTTEN, row - 1)


def sweep(tx: sqlite3.Connection, row: int, last: int, most: int) -> int:
    """Delete what is marked, if that is cheap now or more than `most` rows are; return how many rows went.

    Args:
        tx: a connection inside a work of `Database.write`.
        row: everything up to here is marked.
        last: the highest row number given out.
        most: rows that may stay in the table though they are marked.
    """
    oldest = tx.execute("select min(row) from outbox").fetchone()[0]
    marked = 0 if oldest is None else row - oldest + 1
    few = 0 <= last - row <= min(FEW, marked // SHARE)
    if most and few and not _wanted_by_a_sink(tx, row) and _emptied(tx, row):
        return marked
    return delete(tx, row if not most else min(row, oldest + STEP - 1)) if marked > most else 0


def delete(tx: sqlite3.Connection, row: int) -> int:
    """Delete everything up to this row; return how many rows went."""
    return tx.execute("delete from outbox where row <= ?", (row,)).rowcount


def delete_some(tx: sqlite3.Connection) -> int:
    """Delete the oldest of what is marked, as much as one commit should; return how many rows went."""
    oldest = tx.execute("select min(row) from outbox").fetchone()[0]
    return 0 if oldest is None else delete(tx, min(forgotten(tx), oldest + STEP - 1))


def _wanted_by_a_sink(tx: sqlite3.Connection, row: int) -> bool:
    """A sink has not read up to here: so much stays as may, for as long as it may."""
    found = tx.execute(
        "select 1 from meta where key glob ? and cast(value as integer) < ? limit 1", (SINK + "*", row)
    ).fetchone()
    return found is not None


def _emptied(tx: sqlite3.Connection, row: int) -> bool:
    """Empty the table and put back what waits; False where that can't be read, which is left for the forwarder."""
    try:
        waiting = tx.execute(
            "select row, first, kind, severity, appended_at, body, checksum from outbox where row > ?", (row,)
        ).fetchall()
    except sqlite3.OperationalError:
        return False
    tx.execute("delete from outbox")  # without a condition: SQLite gives the pages back as they are
    tx.executemany(
        "insert or ignore into outbox(row, first, kind, severity, appended_at, body, checksum)"
        " values(?, ?, ?, ?, ?, ?, ?)",
        waiting,
    )
    return True
