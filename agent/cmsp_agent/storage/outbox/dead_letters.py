"""Records that the head-end refused for good, or that were damaged: shown, sent once more, or dropped by a person."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cmsp_agent.model.errors import Conflict, NotFound
from cmsp_agent.storage.outbox import queue as outbox
from cmsp_agent.storage.outbox.numbering import current, forgotten, last_row, unsummed
from cmsp_agent.storage.outbox.records import TYPES
from cmsp_agent.storage.outbox.soundness import fault_of
from cmsp_agent.storage.sqlite import meta

PAGE = 20_000
"""Rows of the outbox that are checked in one read."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One record that was given up; a gap stands in its place."""

    id: int
    epoch: str
    sequence: int
    type: str
    refused_at: int
    reason: str
    body: bytes

    @property
    def text(self) -> str:
        """The record, or what is left of it."""
        return ("{" + self.body.decode("utf-8", "replace"))[:100_000]

    @property
    def data(self) -> Mapping[str, Any]:
        """The data of the record; empty where it can't be read any more."""
        try:
            data = json.loads(b"{" + self.body)["data"]
        except (ValueError, LookupError):
            return {}
        return data if isinstance(data, dict) else {}


@dataclass(frozen=True, slots=True)
class Damaged:
    """A run of sequences that are missing or not as they were written."""

    first: int
    last: int
    reason: str


@dataclass(frozen=True, slots=True)
class Checked:
    """One page of a check; `next` is the row after which the following page begins, 0 at the end."""

    rows: int
    damaged: tuple[Damaged, ...]
    next: int


_SELECT = "select row, epoch, sequence, kind, refused_at, detail, body from dead_letters"


def page(connection: sqlite3.Connection, limit: int = 200) -> list[DeadLetter]:
    """The newest first."""
    return [_letter(row) for row in connection.execute(f"{_SELECT} order by row desc limit ?", (limit,))]


def find(connection: sqlite3.Connection, letter: int) -> DeadLetter:
    """One of them.

    Raises:
        NotFound: there is none with this id.
    """
    row = connection.execute(f"{_SELECT} where row = ?", (letter,)).fetchone()
    if row is None:
        raise NotFound(f"there is no dead letter {letter}; see: cmsp-agent outbox list")
    return _letter(row)


def retry(tx: sqlite3.Connection, letter: int, now: int) -> int:
    """Append the record once more, under the next sequence, and return that.

    Raises:
        NotFound: there is none with this id.
        Conflict: its record can't be read any more.
    """
    found = find(tx, letter)
    try:
        known = found.type in TYPES and isinstance(json.loads(b"{" + found.body), dict)
    except ValueError:
        known = False
    if not known:
        raise Conflict(f"dead letter {letter} is damaged and can't be sent; drop it: cmsp-agent outbox drop {letter}")
    sequence = outbox.append_encoded(tx, TYPES.index(found.type), found.body, now)
    drop(tx, letter)
    return sequence


def drop(tx: sqlite3.Connection, letter: int) -> None:
    """Forget it.

    Raises:
        NotFound: there is none with this id.
    """
    if not tx.execute("delete from dead_letters where row = ?", (letter,)).rowcount:
        raise NotFound(f"there is no dead letter {letter}; see: cmsp-agent outbox list")


def check(connection: sqlite3.Connection, after: int = 0, limit: int = PAGE) -> Checked:
    """Read a page of the outbox's rows, each against its checksum, and find the runs that are missing between them."""
    base, old, damaged, count = current(connection).base, unsummed(connection), [], 0
    last = max(after, forgotten(connection), base + meta.get_int(connection, outbox.DURABLE))
    rows = connection.execute(
        "select row, first, kind, severity, appended_at, body, checksum from outbox where row > ? order by row limit ?",
        (last, limit),
    )
    for row, first, *fields in rows:
        fault = fault_of(old, row, first, *fields)
        start = row if fault or first is None else first
        if start > last + 1:
            damaged.append(Damaged(last + 1 - base, start - 1 - base, "missing"))
        if fault:
            damaged.append(Damaged(row - base, row - base, fault))
        last, count = row, count + 1
    if count < limit and last < last_row(connection):
        damaged.append(Damaged(last + 1 - base, last_row(connection) - base, "missing"))
    return Checked(count, tuple(damaged), last if count == limit else 0)


def _letter(row: tuple[int, str, int, int, int, str, object]) -> DeadLetter:
    number, epoch, sequence, kind, refused_at, reason, body = row
    name = TYPES[kind] if kind in range(len(TYPES)) else "unknown"
    return DeadLetter(number, epoch, sequence, name, refused_at, reason, body if isinstance(body, bytes) else b"")
