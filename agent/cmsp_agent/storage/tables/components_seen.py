"""When each component first answered, and when it last did."""

import sqlite3
from collections.abc import Mapping


def save(tx: sqlite3.Connection, seen: Mapping[str, tuple[int, int]]) -> None:
    """They answered first and last at these times; the first time that is kept stays."""
    tx.executemany(
        "insert into components_seen(component, first_at, last_at) values(?, ?, ?)"
        " on conflict(component) do update set last_at = excluded.last_at",
        [(component, first, last) for component, (first, last) in seen.items()],
    )


def known(connection: sqlite3.Connection) -> dict[str, tuple[int, int]]:
    """Component → first and last time, ms since the epoch."""
    return {
        str(component): (first, last)
        for component, first, last in connection.execute("select component, first_at, last_at from components_seen")
        if isinstance(first, int) and isinstance(last, int)
    }
