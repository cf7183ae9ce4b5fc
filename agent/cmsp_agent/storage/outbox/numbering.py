"""How rows of the outbox get their sequence: the present epoch and its base. Epochs are begun by epochs."""

import sqlite3
from dataclasses import dataclass

from cmsp_agent.storage.sqlite import meta

FORGOTTEN = "outbox.forgotten"
"""The highest row that the head-end has made durable: it may stay in the table for a while, and waits no more."""
UNSUMMED = "outbox.unsummed"
"""The last row that may have been written by a release without checksums; set by the schema."""
SINK = "sink."
"""Begins the name of each sink's cursor: the last row that it has had."""


@dataclass(frozen=True, slots=True)
class Epoch:
    """One life of the sequence."""

    epoch: str
    began_at: int
    reason: str
    """`created`, `recovered`, `behind` or `unknown`."""
    last: int
    """The last sequence known of the epoch before."""
    base: int
    """A record's sequence is its row number less this."""


def current(connection: sqlite3.Connection) -> Epoch:
    """The present epoch.

    Raises:
        LookupError: `ensure` never ran on this database.
    """
    row = connection.execute(
        "select epoch, began_at, reason, last, base from epochs order by number desc limit 1"
    ).fetchone()
    if row is None:
        raise LookupError("no epoch was begun in this database")
    return Epoch(*row)


def known(connection: sqlite3.Connection) -> list[str]:
    """All epochs of this database, the oldest first."""
    return [str(epoch) for (epoch,) in connection.execute("select epoch from epochs order by number")]


def last_row(connection: sqlite3.Connection) -> int:
    """The highest row number ever given out; kept by SQLite even when the table was emptied."""
    row = connection.execute("select seq from sqlite_sequence where name = 'outbox'").fetchone()
    return 0 if row is None else int(row[0])


def forgotten(connection: sqlite3.Connection) -> int:
    """The highest row number that is forgotten, deleted or not."""
    return meta.get_int(connection, FORGOTTEN)


def unsummed(connection: sqlite3.Connection) -> int:
    """The highest row number that may be without a checksum."""
    return meta.get_int(connection, UNSUMMED)


def oldest_row(connection: sqlite3.Connection) -> int:
    """The first row number that still waits or is stood in for by the oldest gap; the next one where nothing waits."""
    after = (forgotten(connection),)
    row = connection.execute("select row, first from outbox where row > ? order by row limit 1", after).fetchone()
    if row is None:
        return last_row(connection) + 1
    # what is damaged may hold anything here: see soundness
    return int(row[1] if isinstance(row[1], int) and row[1] <= row[0] else row[0])
