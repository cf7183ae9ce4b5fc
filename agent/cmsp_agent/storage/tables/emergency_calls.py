"""Calls to emergency numbers from sites that were cut off from their call manager, the latest first."""

import sqlite3

from cmsp_agent.model.calls import EmergencyCall
from cmsp_agent.storage.encoding import decode, encode

MOST = 10_000
"""Records that are kept at most, and the most that one answer holds is less."""


def save(tx: sqlite3.Connection, call: EmergencyCall) -> None:
    """Keep a call, in place of what was known of it before."""
    tx.execute(
        "insert or replace into emergency_calls(id, at, component, body) values(?, ?, ?, ?)",
        (call.id, call.at, call.component, encode(call)),
    )


def latest(
    connection: sqlite3.Connection, component: str = "", since: int = 0, most: int = 1_000
) -> list[EmergencyCall]:
    """The latest calls, of one component or of all."""
    rows = connection.execute(
        "select body from emergency_calls where at >= ? and (? = '' or component = ?)"
        " order by at desc, id desc limit ?",
        (since, component, component, most),
    ).fetchall()
    return [decode(body, EmergencyCall) for (body,) in rows]


def tidy(tx: sqlite3.Connection, before: int) -> None:
    """Delete what is older, and what is beyond the most."""
    tx.execute("delete from emergency_calls where at < ?", (before,))
    tx.execute(
        "delete from emergency_calls where id in (select id from emergency_calls order by at desc limit -1 offset ?)",
        (MOST,),
    )
