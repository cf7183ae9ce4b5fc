"""Rows that can't be read any more: set aside and named at the start, so that a damaged row costs nothing else.

What is read at a start is looked at here, row by row; the outbox looks at its own (see soundness), and pages of history
pass over what they can't read (see encoding).
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cmsp_agent.model.backup import Backup
from cmsp_agent.model.calls import EmergencyCall
from cmsp_agent.model.event import Event
from cmsp_agent.model.incident import Incident
from cmsp_agent.model.job import Job
from cmsp_agent.model.notification import Notified, OutgoingNotification
from cmsp_agent.model.silence import Silence
from cmsp_agent.storage.encoding import DocumentInvalid, decode
from cmsp_agent.storage.tables.device_starts import KeptUptime

LONGEST = 4000
"""Characters that are kept of a dead row."""


@dataclass(frozen=True, slots=True)
class DeadRow:
    """One that was set aside."""

    row: int
    place: str
    """The table."""
    name: str
    reason: str


def _text(value: object) -> None:
    if not isinstance(value, str):
        raise ValueError("a name is not text")


def _number(value: object) -> None:
    if not isinstance(value, int):
        raise ValueError("a number is not one")


def _bytes(value: object) -> None:
    if not isinstance(value, bytes):
        raise ValueError("bytes are not bytes")


def _document(shape: Any) -> Callable[[object], None]:
    def look(value: object) -> None:
        decode(value, shape)

    return look


@dataclass(frozen=True, slots=True)
class Check:
    """What a table's columns must be; the first of them names the row to a person."""

    table: str
    columns: dict[str, Callable[[object], None]]
    only: str = "1"
    """Which rows are read at a start."""
    key: str = "rowid"
    """What identifies a row: the primary key of a table without rowid."""

    def sift(self, tx: sqlite3.Connection, now: int) -> None:
        """Set aside what is not as it must be."""
        names = ", ".join(self.columns)
        statement = f"select {self.key}, {names} from {self.table} where {self.only}"  # noqa: S608 - ours
        keys = self.key.count(",") + 1
        for row in tx.execute(statement).fetchall():
            reason = self._reason(row[keys:])
            if reason:
                self._set_aside(tx, row, keys, reason, now)

    def _reason(self, values: tuple[object, ...]) -> str:
        for (column, look), value in zip(self.columns.items(), values, strict=True):
            try:
                look(value)
            except ValueError as error:
                return f"{column}: {error}"
        return ""

    def _set_aside(self, tx: sqlite3.Connection, row: tuple[object, ...], keys: int, reason: str, now: int) -> None:
        keep(tx, now, self.table, str(row[keys]), reason, dict(zip(self.columns, row[keys:], strict=True)))
        where = " and ".join(f"{column.strip()} is ?" for column in self.key.split(","))
        tx.execute(f"delete from {self.table} where {where}", row[:keys])  # noqa: S608


CHECKS = (
    Check("meta", {"key": _text, "value": _text}, key="key"),
    Check("epochs", {"epoch": _text, "began_at": _number, "reason": _text, "last": _number, "base": _number}),
    Check("events", {"id": _text, "received_at": _number, "body": _document(Event)}, only="active = 1"),
    Check("incidents", {"number": _number, "id": _text, "opened_at": _number, "body": _document(Incident)}),
    Check("backups", {"id": _text, "component": _text, "taken_at": _number, "body": _document(Backup)}),
    Check(
        "inventory",
        {"component": _text, "changed_at": _number, "body": _document(dict[str, Any])},
        key="component",
    ),
    Check("notifications", {"id": _text, "next_at": _number, "body": _document(OutgoingNotification)}, key="id"),
    Check("notified", {"id": _text, "body": _document(Notified)}, key="id"),
    Check("emergency_calls", {"id": _text, "at": _number, "body": _document(EmergencyCall)}, key="id"),
    Check("silences", {"id": _text, "ends_at": _number, "body": _document(Silence)}, key="id"),
    Check("device_starts", {"component": _text, "body": _document(KeptUptime)}, key="component"),
    Check("seen_well", {"component": _text, "body": _document(dict[str, list[str]])}, key="component"),
    Check("jobs", {"id": _text, "state": _text, "created_at": _number, "body": _document(Job)}, key="id"),
    Check("snmp_engines", {"address": _text, "engine_id": _bytes, "seen_at": _number}, key="address"),
    Check(
        "host_keys",
        {"address": _text, "algorithm": _text, "key": _bytes, "seen_at": _number},
        key="address, algorithm",
    ),
    Check("calendar_runs", {"name": _text, "ran_at": _number}, key="name"),
)


ROLLED = Check("rolled", {"component": _number, "step": _number, "until": _number}, key="step, component")
"""Of `series.db`: how far components are rolled up is found anew."""


def keep(tx: sqlite3.Connection, now: int, place: str, name: str, reason: str, content: object) -> None:
    """Keep what is left of a row that was damaged."""
    tx.execute(
        "insert into dead_rows(found_at, place, name, reason, content) values(?, ?, ?, ?, ?)",
        (now, place, name[:200], reason[:500], repr(content)[:LONGEST]),
    )


def sift(tx: sqlite3.Connection, now: int) -> frozenset[str]:
    """Set aside the damaged rows of what is read at a start; return the tables that had any."""
    before = _last(tx)
    for check in CHECKS:
        check.sift(tx, now)
    found = tx.execute("select distinct place from dead_rows where row > ?", (before,))
    return frozenset(str(place) for (place,) in found)


def sift_series(tx: sqlite3.Connection, now: int) -> None:
    """Set aside the damaged names of `series.db`, and what was noted of roll-ups.

    A row of names keeps its number, without what it said: another that got the number would get its values, too.
    """
    for number, name in tx.execute("select id, name from component_ids").fetchall():
        if not isinstance(name, str) or not name:
            keep(tx, now, "component_ids", str(number), "name: a name is not text", name)
            tx.execute("update component_ids set name = ? where id = ?", (f"damaged-{number}", number))
    for number, names in tx.execute("select id, names from column_sets").fetchall():
        try:
            decode(names, list[str])
        except DocumentInvalid as error:
            keep(tx, now, "column_sets", str(number), f"names: {error}", names)
            tx.execute("update column_sets set names = ? where id = ?", (b"[]" + b" " * number, number))
    ROLLED.sift(tx, now)


def not_noted(connection: sqlite3.Connection, limit: int = 20) -> list[DeadRow]:
    """Those that were not reported yet."""
    rows = connection.execute(
        "select row, place, name, reason from dead_rows where noted = 0 order by row limit ?", (limit,)
    )
    return [DeadRow(*row) for row in rows]


def note(tx: sqlite3.Connection, rows: list[DeadRow]) -> None:
    """Remember that these rows were reported."""
    tx.executemany("update dead_rows set noted = 1 where row = ?", [(dead.row,) for dead in rows])


def _last(connection: sqlite3.Connection) -> int:
    return int(connection.execute("select coalesce(max(row), 0) from dead_rows").fetchone()[0])
