"""The queue of notifications, and what was notified last: written in one transaction, so that nothing is sent twice."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence

from cmsp_agent.model.notification import Notified, OutgoingNotification
from cmsp_agent.storage.encoding import DocumentInvalid, decode, encode
from cmsp_agent.storage.sqlite import meta

SENT = "notifications.sent"


def queued(connection: sqlite3.Connection) -> list[OutgoingNotification]:
    """What waits, the next one first."""
    rows = connection.execute("select body from notifications order by next_at, id").fetchall()
    return [decode(body, OutgoingNotification) for (body,) in rows]


def put(tx: sqlite3.Connection, notification: OutgoingNotification) -> None:
    """Queue one, or queue it for another attempt."""
    tx.execute(
        "insert or replace into notifications(id, next_at, body) values(?, ?, ?)",
        (notification.id, notification.next_at, encode(notification)),
    )


def drop(tx: sqlite3.Connection, notification: str) -> None:
    """It was sent, or is given up."""
    tx.execute("delete from notifications where id = ?", (notification,))


def notified(connection: sqlite3.Connection) -> list[Notified]:
    """What was notified last of each incident by each policy."""
    return [decode(body, Notified) for (body,) in connection.execute("select body from notified").fetchall()]


def remember(tx: sqlite3.Connection, known: Iterable[Notified]) -> None:
    """Keep what was notified."""
    tx.executemany(
        "insert or replace into notified(id, body) values(?, ?)",
        [(f"{each.incident} {each.policy}", encode(each)) for each in known],
    )


def forget(tx: sqlite3.Connection, known: Iterable[Notified]) -> None:
    """Nothing more will be said of these."""
    tx.executemany("delete from notified where id = ?", [(f"{each.incident} {each.policy}",) for each in known])


def sent_lately(connection: sqlite3.Connection) -> Mapping[str, Sequence[int]]:
    """When each policy's recipients were sent the last few notifications, by the policy's key; none where damaged."""
    try:
        return decode((meta.get(connection, SENT) or "{}").encode(), dict[str, list[int]])
    except DocumentInvalid:
        return {}


def keep_sent(tx: sqlite3.Connection, sent: Mapping[str, Sequence[int]]) -> None:
    """Keep when notifications went out."""
    meta.put(tx, SENT, encode(sent).decode())
