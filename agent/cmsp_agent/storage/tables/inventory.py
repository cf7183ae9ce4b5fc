"""The inventory of components, and the history of what changed in it."""

import sqlite3
from collections.abc import Mapping
from typing import Any

from cmsp_agent.storage.encoding import decode, encode

InventoryRecord = dict[str, Any]

MOST_HISTORY = 50
"""Former states of one component that are kept: interfaces that come and go by themselves would fill the disk."""


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


def forget(tx: sqlite3.Connection, component: str) -> None:
    """The component was taken out of the configuration: its inventory goes, its history stays."""
    tx.execute("delete from inventory where component = ?", (component,))
