"""How far each sink has read the outbox: a row number by name, beside what the head-end has made durable.

A sink holds up nothing: what goes before it was read is missing for this sink alone, and it reads on after it.
"""

import sqlite3
from collections.abc import Collection
from dataclasses import dataclass

from cmsp_agent.storage.outbox import queue
from cmsp_agent.storage.outbox.numbering import SINK, current, last_row
from cmsp_agent.storage.outbox.soundness import RowsDamaged
from cmsp_agent.storage.sqlite import meta


@dataclass(frozen=True, slots=True)
class CursorRead:
    """What comes next for a sink; without a batch, `missed` records are gone and it goes on after `row`."""

    batch: queue.Batch | None
    row: int
    """Where the cursor stands once this was taken."""
    missed: int = 0


def begin(tx: sqlite3.Connection, names: Collection[str]) -> None:
    """These are the sinks: each goes on where it was, a new one from now on; what others had read is forgotten."""
    for (key,) in tx.execute("select key from meta where key glob ?", (SINK + "*",)).fetchall():
        if key.removeprefix(SINK) not in names:
            tx.execute("delete from meta where key = ?", (key,))
    for name in names:
        if position(tx, name) is None:
            move(tx, name, last_row(tx))


def position(connection: sqlite3.Connection, name: str) -> int | None:
    """The last row that a sink has had; None where that is not known."""
    row = meta.get_int(connection, SINK + name, -1)
    return None if row < 0 else row


def move(tx: sqlite3.Connection, name: str, row: int) -> None:
    """A sink has had everything up to this row."""
    meta.put(tx, SINK + name, row)


def read_next(connection: sqlite3.Connection, name: str) -> CursorRead:
    """The next batch for a sink, or what of it is gone."""
    base, row = current(connection).base, position(connection, name)
    if row is None:
        return CursorRead(None, last_row(connection))
    try:
        batch = queue.read_batch(connection, row - base)
    except RowsDamaged as damaged:
        return CursorRead(None, damaged.last + base, damaged.last - damaged.first + 1)
    return CursorRead(batch, row if batch is None else batch.last + base)


def waiting(connection: sqlite3.Connection, name: str) -> int:
    """How many records a sink has not had yet."""
    last = last_row(connection)
    row = position(connection, name)
    return 0 if row is None else max(0, last - row)
