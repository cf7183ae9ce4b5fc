"""Messages as they were received, sealed, by the event that was made of them. What is sealed is not known here."""

import sqlite3
from collections.abc import Iterable


def add(tx: sqlite3.Connection, rows: Iterable[tuple[str, int, bytes]]) -> None:
    """Keep some: event, when it was received (ms since the epoch), the sealed message."""
    tx.executemany("insert into raw_messages(event, received_at, sealed) values(?, ?, ?)", rows)


def of_event(connection: sqlite3.Connection, event: str) -> list[tuple[int, bytes]]:
    """When each message of an event was received, and the message, sealed; in the order of their arrival."""
    return connection.execute(
        "select received_at, sealed from raw_messages where event = ? order by row", (event,)
    ).fetchall()


def size(connection: sqlite3.Connection) -> tuple[int, int]:
    """How many there are, and the bytes that they take."""
    count, taken = connection.execute("select count(*), coalesce(sum(length(sealed)), 0) from raw_messages").fetchone()
    return count, taken


def forget_oldest(tx: sqlite3.Connection, limit: int) -> int:
    """Delete the oldest, up to `limit`; how many they were."""
    oldest = "select row from raw_messages order by row limit ?"
    return tx.execute(f"delete from raw_messages where row in ({oldest})", (limit,)).rowcount  # noqa: S608


def forget_before(tx: sqlite3.Connection, before: int) -> int:
    """Delete those received before a time (ms since the epoch); how many they were."""
    return tx.execute("delete from raw_messages where received_at < ?", (before,)).rowcount
