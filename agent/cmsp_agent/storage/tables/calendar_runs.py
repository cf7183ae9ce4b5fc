"""When each calendar job last ran, so that an overdue one runs once at start."""

import sqlite3


def last(connection: sqlite3.Connection, name: str) -> int | None:
    """The last run, ms since the epoch; None where it never ran."""
    row = connection.execute("select ran_at from calendar_runs where name = ?", (name,)).fetchone()
    return None if row is None else int(row[0])


def everything(connection: sqlite3.Connection) -> dict[str, int]:
    """The last run of every job."""
    return dict(connection.execute("select name, ran_at from calendar_runs").fetchall())


def forget(tx: sqlite3.Connection, name: str) -> None:
    """Nothing is known of the job."""
    tx.execute("delete from calendar_runs where name = ?", (name,))


def record(tx: sqlite3.Connection, name: str, ran_at: int) -> None:
    """The job ran."""
    tx.execute("insert or replace into calendar_runs(name, ran_at) values(?, ?)", (name, ran_at))
