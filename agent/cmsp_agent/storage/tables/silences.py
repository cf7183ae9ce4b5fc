"""Silences and maintenance windows that people made."""

import sqlite3

from cmsp_agent.model.silence import Silence
from cmsp_agent.storage.encoding import decode, encode


def known(connection: sqlite3.Connection) -> list[Silence]:
    """All that are kept, the one that ends last first."""
    rows = connection.execute("select body from silences order by ends_at desc, id").fetchall()
    return [decode(body, Silence) for (body,) in rows]


def save(tx: sqlite3.Connection, silence: Silence) -> None:
    """Keep one, in place of what was kept of it."""
    tx.execute(
        "insert or replace into silences(id, ends_at, body) values(?, ?, ?)",
        (silence.id, silence.ends_at, encode(silence)),
    )


def forget_before(tx: sqlite3.Connection, ended: int) -> int:
    """Delete those that ended before a time; how many they were."""
    return tx.execute("delete from silences where ends_at < ?", (ended,)).rowcount
