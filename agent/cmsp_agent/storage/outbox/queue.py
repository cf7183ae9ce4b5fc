"""The outbox: what the head-end must learn, in a contiguous sequence, from the transaction of the fact on.

Rows keep the CloudEvent encoded once, without the epoch and the sequence, which are put in front when a batch is read.
A row's number grows for the life of the database; the sequence on the wire is the row's number less the epoch's base,
so that a new epoch renumbers what waits without touching it. Epochs: see epochs; holes: see gaps.
Whoever writes a fact appends it in the same transaction: events, incidents, the audit, backups, the inventory.
"""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from cmsp_agent.model.times import rfc3339
from cmsp_agent.storage.encoding import encode
from cmsp_agent.storage.outbox import acknowledged, gaps
from cmsp_agent.storage.outbox.numbering import current, forgotten, last_row, oldest_row, unsummed
from cmsp_agent.storage.outbox.records import NO_SEVERITY, SEVERITIES, TYPES, Record
from cmsp_agent.storage.outbox.soundness import RowsDamaged, checksum, fault_of
from cmsp_agent.storage.sqlite import meta
from cmsp_agent.storage.tables import audit

BATCH = 1000
BATCH_BYTES = 1024 * 1024
DIGITS = len(b'00000000000000000000",')
"""Octets of a sequence with what ends it."""
SOURCE = "outbox.source"
DURABLE = "outbox.durable"
SENT = "outbox.sent"

_KINDS = {name: number for number, name in enumerate(TYPES)}
_SEVERITIES = {severity: number for number, severity in enumerate(SEVERITIES)}


@dataclass(frozen=True, slots=True)
class Batch:
    """A run of CloudEvents ready to be sent: a JSON array of UTF-8 bytes."""

    epoch: str
    first: int
    """What the head-end must expect: a gap at the head stands from here."""
    last: int
    count: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Backlog:
    """How much waits to be forwarded."""

    depth: int
    """Sequences, those that a gap stands for included."""
    oldest_at: int | None
    """When the oldest was appended, ms since the epoch."""
    last: int
    durable: int


def source_of(connection: sqlite3.Connection) -> str:
    """The CloudEvents source of the appliance, set by `epochs.ensure`."""
    return meta.get(connection, SOURCE) or "/appliances/unknown"


def _encoded(appliance: str, record: Record) -> bytes:
    """The CloudEvent without its opening brace and what `_head` puts in front."""
    source = f"{appliance}/components/{record.source}" if record.source else appliance
    envelope: dict[str, object] = {
        "id": record.id,
        "source": source,
        "type": record.type,
        "time": rfc3339(record.time),
        "data": record.data,
    }
    if record.subject:  # CloudEvents 1.0: absent or not empty
        envelope["subject"] = record.subject
    return encode(envelope)[1:]


def _head(epoch: str) -> bytes:
    """What all CloudEvents of an epoch have in common, up to the digits of the sequence, and the comma before."""
    return b',{"specversion":"1.0","datacontenttype":"application/json","epoch":"%b","sequence":"' % epoch.encode()


_INSERT = "insert into outbox(first, kind, severity, appended_at, body, checksum) values(null, ?, ?, ?, ?, ?)"


def _row(record: Record, now: int, source: str) -> tuple[int, int, int, bytes, int]:
    kind, body = _KINDS[record.type], _encoded(source, record)
    severity = NO_SEVERITY if record.severity is None else _SEVERITIES[record.severity]
    return kind, severity, now, body, checksum(kind, severity, now, body)


def append(tx: sqlite3.Connection, record: Record, now: int) -> int:
    """Append one record in the caller's transaction.

    Args:
        tx: a connection inside a work of `Database.write`.
        record: what to send.
        now: wall time, ms since the epoch; the age of the backlog is reckoned from it.

    Returns:
        The record's sequence in the present epoch.
    """
    return _append(tx, _row(record, now, source_of(tx)))


def append_encoded(tx: sqlite3.Connection, kind: int, body: bytes, now: int) -> int:
    """Append a record that was encoded before, as `append` does; its severity is not known any more."""
    return _append(tx, (kind, NO_SEVERITY, now, body, checksum(kind, NO_SEVERITY, now, body)))


def _append(tx: sqlite3.Connection, row: tuple[int, int, int, bytes, int]) -> int:
    cursor = tx.execute(_INSERT, row)
    assert cursor.lastrowid is not None
    return cursor.lastrowid - current(tx).base


def append_all(tx: sqlite3.Connection, records: Iterable[Record], now: int) -> None:
    """Append many, in order: cheaper than one by one."""
    source = source_of(tx)
    tx.executemany(_INSERT, [_row(record, now, source) for record in records])


def insert_at(tx: sqlite3.Connection, row: int, record: Record, now: int) -> None:
    """Put a record at a row number that is known to be free: the first of an epoch."""
    tx.execute(
        "insert into outbox(row, first, kind, severity, appended_at, body, checksum) values(?, null, ?, ?, ?, ?, ?)",
        (row, *_row(record, now, source_of(tx))),
    )


def last_sequence(connection: sqlite3.Connection) -> int:
    """The highest sequence given out in the present epoch."""
    return last_row(connection) - current(connection).base


def sent(connection: sqlite3.Connection) -> int:
    """The highest sequence of the present epoch that may have been sent."""
    return meta.get_int(connection, SENT)


def mark_sent(tx: sqlite3.Connection) -> int:
    """Remember, before anything is sent, that all that exists by now may be; return the highest sequence of it.

    A copy of the database that is restored later holds at least what this counts: a head-end that holds more was sent
    by the life that went on after the copy.
    """
    last = max(last_sequence(tx), sent(tx))
    meta.put(tx, SENT, last)
    return last


def mark_unsent(tx: sqlite3.Connection, epoch: str, before: int) -> None:
    """Nothing was sent after all: what may have been is again what it was before."""
    if current(tx).epoch == epoch:
        meta.put(tx, SENT, before)


def read_batch(
    connection: sqlite3.Connection, after: int, limit: int = BATCH, at_most: int = BATCH_BYTES, until: int | None = None
) -> Batch | None:
    """The records that follow `after`, up to `limit` and up to `at_most` bytes; None where there are none.

    Nothing after `until` is in it. One record larger than `at_most` makes a batch of its own. A gap that reaches below
    `after` is cut to what is left.

    Raises:
        RowsDamaged: what comes first is missing or is not what was written; what comes later ends the batch.
    """
    epoch = current(connection)
    base = epoch.base
    head, old = _head(epoch.epoch), unsummed(connection)
    rows = connection.execute(
        "select row, first, kind, severity, appended_at, body, checksum from outbox where row > ? and row <= ?"
        " order by row limit ?",
        (after + base, last_row(connection) if until is None else until + base, limit),
    )
    pieces: list[bytes] = []
    count, size, first, last = 0, 1, after + 1, after
    for row, hole, kind, severity, appended_at, body, summed in rows:
        fault = fault_of(old, row, hole, kind, severity, appended_at, body, summed)
        start = row - base if hole is None or fault else hole - base
        if fault or start > last + 1:
            if count:
                break
            if start > last + 1:
                raise RowsDamaged(last + 1, start - 1, "missing")
            raise RowsDamaged(start, row - base, fault)
        if hole is not None:
            start = max(start, last + 1)  # the head-end may have a part of it; one that reaches further is damaged
            body = _encoded(source_of(connection), gaps.record(body, start, row - base, appended_at))
        size += len(head) + DIGITS + len(body)
        if count and size > at_most:
            break
        if not count:
            first = start
        last = row - base
        pieces += (head, b'%020d",' % last, body)
        count += 1
    if not count:
        return None
    pieces[0] = b"[" + head[1:]
    pieces.append(b"]")
    return Batch(epoch.epoch, first, last, count, b"".join(pieces))


def forget(tx: sqlite3.Connection, epoch: str, durable: int, most: int = 0) -> int:
    """Let go of what the head-end has made durable; another epoch's number changes nothing.

    Args:
        tx: a connection inside a work of `Database.write`.
        epoch: whose number it is.
        durable: the number.
        most: rows that may stay in the table for a while though they are forgotten.

    Returns:
        How many rows were deleted.
    """
    present = current(tx)
    if epoch != present.epoch:
        return 0
    row = durable + present.base
    acknowledged.mark(tx, row)
    meta.put(tx, DURABLE, durable)
    audit.acknowledge(tx, row)
    return acknowledged.sweep(tx, row, last_row(tx), most)


def backlog(connection: sqlite3.Connection) -> Backlog:
    """Depth and age, cheap enough for each heartbeat."""
    base = current(connection).base
    last, durable = last_row(connection), meta.get_int(connection, DURABLE)
    after = (forgotten(connection),)
    row = connection.execute("select appended_at from outbox where row > ? order by row limit 1", after).fetchone()
    oldest_at = None if row is None else int(row[0])
    return Backlog(last - oldest_row(connection) + 1, oldest_at, last - base, durable)
