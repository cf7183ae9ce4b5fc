"""The history of the inventory: every change, the last ones of each component."""

import sqlite3
from collections.abc import Iterable

from cmsp_agent.model.inventory import InventoryChange
from cmsp_agent.storage.encoding import decoded, encode

MOST_CHANGES = 1_000
"""Of one component: interfaces that come and go by themselves would fill the disk."""


def add(tx: sqlite3.Connection, component: str, changes: Iterable[InventoryChange]) -> None:
    """Add changes of a component; the oldest of many go."""
    tx.executemany(
        "insert into inventory_changes(component, at, body) values(?, ?, ?)",
        [(component, change.at, encode(change)) for change in changes],
    )
    tx.execute(
        "delete from inventory_changes where row in"
        " (select row from inventory_changes where component = ? order by row desc limit -1 offset ?)",
        (component, MOST_CHANGES),
    )


def latest(
    connection: sqlite3.Connection, component: str = "", what: str = "", since: int = 0, limit: int = 1_000
) -> list[InventoryChange]:
    """The last changes of a component, or of all; the newest first."""
    rows = connection.execute(
        "select body from inventory_changes where (? = '' or component = ?) and at >= ? order by row desc",
        (component, component, since),
    )
    found = []
    for row in rows:
        found += [change for change in decoded([row], InventoryChange) if what in ("", change.what)]
        if len(found) >= limit:
            break
    return found
