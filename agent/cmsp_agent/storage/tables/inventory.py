"""What is known of components: their state of availability, their inventory, and the history of what changed."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cmsp_agent.model.component import State
from cmsp_agent.storage.encoding import decode, encode

InventoryRecord = dict[str, Any]

MOST_HISTORY = 50
"""Former states of one component that are kept: interfaces that come and go by themselves would fill the disk."""


@dataclass(frozen=True, slots=True)
class Availability:
    """A component's state, since when, and what a reader wants beside it (reason, streak of unanswered polls)."""

    component: str
    state: State
    changed_at: int
    detail: InventoryRecord


def save_state(
    tx: sqlite3.Connection, component: str, state: State, changed_at: int, detail: Mapping[str, Any] | None = None
) -> None:
    """Insert or replace a component's state. Times in ms since the epoch."""
    tx.execute(
        "insert or replace into components(name, state, changed_at, body) values(?, ?, ?, ?)",
        (component, state.value, changed_at, encode(detail or {})),
    )


def states(connection: sqlite3.Connection) -> dict[str, Availability]:
    """The last known state of every component."""
    rows = connection.execute("select name, state, changed_at, body from components order by name")
    return {
        name: Availability(name, State(state), changed_at, decode(body, InventoryRecord))
        for name, state, changed_at, body in rows
    }


def save(tx: sqlite3.Connection, component: str, facts: Mapping[str, Any], now: int) -> bool:
    """Keep the facts of a component; where they differ from the last, the old ones go to the history.

    Returns:
        Whether anything differed.
    """
    body = encode(dict(sorted(facts.items())))
    row = tx.execute("select changed_at, body from inventory where component = ?", (component,)).fetchone()
    if row is not None and row[1] == body:
        return False
    if row is not None:
        tx.execute(
            "insert into inventory_history(component, changed_at, body) values(?, ?, ?)", (component, row[0], row[1])
        )
        tx.execute(
            "delete from inventory_history where row in"
            " (select row from inventory_history where component = ? order by row desc limit -1 offset ?)",
            (component, MOST_HISTORY),
        )
    tx.execute("insert or replace into inventory(component, changed_at, body) values(?, ?, ?)", (component, now, body))
    return True


def find(connection: sqlite3.Connection, component: str) -> tuple[int, InventoryRecord] | None:
    """Since when, and what is known of a component."""
    row = connection.execute("select changed_at, body from inventory where component = ?", (component,)).fetchone()
    return None if row is None else (row[0], decode(row[1], InventoryRecord))


def everything(connection: sqlite3.Connection) -> dict[str, InventoryRecord]:
    """The inventory of all components."""
    rows = connection.execute("select component, body from inventory order by component")
    return {component: decode(body, InventoryRecord) for component, body in rows}


def history(connection: sqlite3.Connection, component: str, limit: int = 50) -> list[tuple[int, InventoryRecord]]:
    """What was known before, the newest first: (from when, facts)."""
    rows = connection.execute(
        "select changed_at, body from inventory_history where component = ? order by row desc limit ?",
        (component, limit),
    )
    return [(changed_at, decode(body, InventoryRecord)) for changed_at, body in rows]


def forget(tx: sqlite3.Connection, component: str) -> None:
    """The component was taken out of the configuration: its state and inventory go, its history stays."""
    tx.execute("delete from components where name = ?", (component,))
    tx.execute("delete from inventory where component = ?", (component,))
