"""The inventory of components as it is now, and what the head-end was sent of it."""

import sqlite3
from collections.abc import Container, Mapping
from typing import Any

from cmsp_agent.storage.encoding import decode, encode

InventoryRecord = dict[str, Any]


def save(tx: sqlite3.Connection, component: str, facts: Mapping[str, Any], now: int) -> bool:
    """Keep the facts of a component.

    Returns:
        Whether anything differed from what was kept.
    """
    body = encode(dict(sorted(facts.items())))
    row = tx.execute("select body from inventory where component = ?", (component,)).fetchone()
    if row is not None and row[0] == body:
        return False
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


def rename(tx: sqlite3.Connection, renamed: Mapping[str, str], there: Container[str]) -> None:
    """Devices are called otherwise: what is known of them is under their new names, and is sent whole again.

    That of a name which is nobody's any more stays until the head-end was told that it is forgotten.

    Args:
        tx: the transaction.
        renamed: name before → name now.
        there: the names that there are now.
    """
    rows = {row[0]: row for row in tx.execute("select component, changed_at, body from inventory")}
    for name in {*renamed, *renamed.values()}:
        if name in there:
            forget(tx, name)
    moved = [(new, *rows[name][1:]) for name, new in renamed.items() if name in rows]
    tx.executemany("insert or replace into inventory(component, changed_at, body) values(?, ?, ?)", moved)


def forget(tx: sqlite3.Connection, component: str) -> None:
    """The component was taken out of the configuration: its inventory goes, its history stays."""
    tx.execute("delete from inventory where component = ?", (component,))
    tx.execute("delete from inventory_sent where component = ?", (component,))


def mark_sent(tx: sqlite3.Connection, component: str, epoch: str, now: int) -> None:
    """The whole inventory of a component was handed to the outbox, in this epoch."""
    tx.execute("insert or replace into inventory_sent(component, epoch, at) values(?, ?, ?)", (component, epoch, now))


def sent(connection: sqlite3.Connection) -> dict[str, tuple[str, int]]:
    """Component → in which epoch, and when, its whole inventory was last handed to the outbox."""
    rows = connection.execute("select component, epoch, at from inventory_sent")
    return {str(component): (str(epoch), at) for component, epoch, at in rows if isinstance(at, int)}
