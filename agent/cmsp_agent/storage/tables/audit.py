"""The audit log: append-only, each entry chained to the one before by an HMAC whose key is in the vault.

An entry cut out, changed or moved breaks the chain; a cut tail shows against the last MAC that the head-end
acknowledged. What the retention cut off at the beginning is named by a later entry, without which it counts as missing.
"""

import hashlib
import hmac
import sqlite3
from dataclasses import dataclass

from cmsp_agent.storage.encoding import encode
from cmsp_agent.storage.sqlite import meta

START = bytes(32)
ACKNOWLEDGED = "audit.acknowledged"
BEGINS_AFTER = "audit.begins_after"
"""The last entry that was cut off at the beginning."""
CUT = "audit cut"
"""The action of the entry that says so; its detail begins with that place."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what, from where, and what came of it. `at` in ms since the epoch."""

    at: int
    who: str
    """Identity and role of the caller."""
    source: str
    """Address, or `local`."""
    action: str
    """Method and path, or the command."""
    object: str
    outcome: str
    """`done`, `refused`, `failed`, or an HTTP status."""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Broken:
    """Where the chain does not hold."""

    row: int
    what: str


def append(tx: sqlite3.Connection, key: bytes, entry: AuditEntry) -> int:
    """Add an entry and return its row number; the caller records the entry for the head-end (`cmsp.audit.v1`).

    After a cut tail it has the number that it would have had: the hole stays, whatever is acknowledged next.
    """
    row, before = tail(tx)
    row = max(row, _last_given(tx)) + 1
    tx.execute(
        "insert into audit(row, at, who, source, action, object, outcome, detail, mac) values(?,?,?,?,?,?,?,?,?)",
        (row, *_fields(entry), _mac(key, before, row, entry)),
    )
    return row


def reported_by(tx: sqlite3.Connection, outbox_row: int) -> None:
    """This row of the outbox carries the last entry to the head-end."""
    tx.execute("insert or replace into audit_told(outbox, entry, mac) values(?, ?, ?)", (outbox_row, *tail(tx)))


def acknowledge(tx: sqlite3.Connection, outbox_row: int) -> None:
    """The head-end has the entries up to this row of the outbox."""
    last = tx.execute(
        "select entry, mac from audit_told where outbox <= ? order by outbox desc limit 1", (outbox_row,)
    ).fetchone()
    if last is not None:
        meta.put(tx, ACKNOWLEDGED, f"{last[0]}:{bytes(last[1]).hex()}")
        tx.execute("delete from audit_told where outbox <= ?", (outbox_row,))


def acknowledged(connection: sqlite3.Connection) -> tuple[int, bytes] | None:
    """The last entry that the head-end acknowledged, and its MAC."""
    return place_of(meta.get(connection, ACKNOWLEDGED) or "")


def _last_given(tx: sqlite3.Connection) -> int:
    """The last row number that was told to the head-end, whether it is still there or not; 0: none was."""
    waiting = tx.execute("select entry from audit_told order by outbox desc limit 1").fetchone()
    known = acknowledged(tx)
    return max(int(waiting[0]) if waiting else 0, known[0] if known else 0)


def place_of(text: str) -> tuple[int, bytes] | None:
    """`ROW:MAC`, as the head-end has it in the data of a `cmsp.audit.v1`; None where it is not of this form."""
    row, _, mac = text.partition(":")
    try:
        return (int(row), bytes.fromhex(mac)) if row.isdecimal() and mac else None
    except ValueError:
        return None


def tail(connection: sqlite3.Connection) -> tuple[int, bytes]:
    """The last row number and its MAC; (0, zeros) for an empty log."""
    row = connection.execute("select row, mac from audit order by row desc limit 1").fetchone()
    return (0, START) if row is None else (int(row[0]), bytes(row[1]))


def page(connection: sqlite3.Connection, after: int = 0, limit: int = 100) -> list[tuple[int, AuditEntry]]:
    """Entries after a row number, the oldest first."""
    rows = connection.execute(
        "select row, at, who, source, action, object, outcome, detail from audit where row > ? order by row limit ?",
        (after, limit),
    )
    return [(row, AuditEntry(*fields)) for row, *fields in rows]


def verify(connection: sqlite3.Connection, key: bytes, acknowledged: tuple[int, bytes] | None = None) -> Broken | None:
    """Walk the whole chain; None where it holds.

    Args:
        connection: any connection.
        key: the HMAC key of the vault.
        acknowledged: row and MAC that the head-end has: a log that ends before, or differs there, was cut.
    """
    beginning = place_of(meta.get(connection, BEGINS_AFTER) or "")
    expected, before = (beginning[0] + 1, beginning[1]) if beginning else (1, START)
    named, start = beginning is None, expected
    rows = connection.execute(
        "select row, at, who, source, action, object, outcome, detail, mac from audit order by row"
    )
    for row, *fields, mac in rows:
        if row != expected:
            return Broken(expected, "entry missing")
        if not hmac.compare_digest(mac, _mac(key, before, row, AuditEntry(*fields))):
            return Broken(row, "entry changed")
        if acknowledged is not None and row == acknowledged[0] and mac != acknowledged[1]:
            return Broken(row, "not what the head-end acknowledged")
        expected, before = row + 1, mac
        named = named or (fields[3] == CUT and place_of(fields[6].partition(" ")[0]) == beginning)
    if not named:
        return Broken(start, "the beginning is missing, and no entry says that it was cut")
    if acknowledged is not None and expected <= acknowledged[0]:
        return Broken(expected, "the end is missing")
    return None


def ends(connection: sqlite3.Connection) -> tuple[int, int]:
    """The first and the last row number; (1, 0) for an empty log."""
    first, last = connection.execute("select min(row), max(row) from audit").fetchone()
    return (1, 0) if first is None else (int(first), int(last))


def last_before(connection: sqlite3.Connection, moment: int) -> int:
    """The row up to which all entries are older than a time (ms); 0: the first one is not."""
    (young,) = connection.execute("select min(row) from audit where at >= ?", (moment,)).fetchone()
    if young is None:
        return ends(connection)[1]
    (row,) = connection.execute("select coalesce(max(row), 0) from audit where row < ?", (young,)).fetchone()
    return int(row)


def place(connection: sqlite3.Connection, row: int) -> str:
    """`ROW:MAC` of the entry of this number, or of the last before it where that one is missing."""
    statement = "select row, mac from audit where row <= ? order by row desc limit 1"
    found, mac = connection.execute(statement, (row,)).fetchone()
    return f"{found}:{bytes(mac).hex()}"


def cut(tx: sqlite3.Connection, upto: int) -> None:
    """Take the entries up to a row away; the caller has appended the entry that names the place."""
    meta.put(tx, BEGINS_AFTER, place(tx, upto))
    tx.execute("delete from audit where row <= ?", (upto,))


def _fields(entry: AuditEntry) -> tuple[int, str, str, str, str, str, str]:
    return entry.at, entry.who, entry.source, entry.action, entry.object, entry.outcome, entry.detail


def _mac(key: bytes, before: bytes, row: int, entry: AuditEntry) -> bytes:
    return hmac.digest(key, before + encode([row, *_fields(entry)]), hashlib.sha256)
