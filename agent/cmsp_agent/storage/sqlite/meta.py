"""Single values of a database by name: the epoch, counters of boots, what was acknowledged."""

import sqlite3


def get(connection: sqlite3.Connection, key: str) -> str | None:
    """The value, or None."""
    row = connection.execute("select value from meta where key = ?", (key,)).fetchone()
    return None if row is None else str(row[0])


def get_int(connection: sqlite3.Connection, key: str, default: int = 0) -> int:
    """The value as a number; the default where there is none, or where it is damaged."""
    value = get(connection, key)
    return int(value) if value is not None and value.isascii() and value.isdecimal() else default


def put(tx: sqlite3.Connection, key: str, value: str | int) -> None:
    """Set or replace the value."""
    tx.execute("insert or replace into meta(key, value) values(?, ?)", (key, str(value)))
