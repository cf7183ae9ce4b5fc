"""Which objects of a component were once seen well, by alarm type: only those can raise an alarm by being bad."""

import sqlite3
from collections.abc import Iterable

from cmsp_agent.storage.encoding import decode, encode

WellObjects = frozenset[tuple[str, str]]
"""(alarm type, object)."""


def known(connection: sqlite3.Connection) -> dict[str, WellObjects]:
    """What was kept, by component."""
    rows = connection.execute("select component, body from seen_well").fetchall()
    return {
        component: frozenset(
            (kind, name) for kind, names in decode(body, dict[str, list[str]]).items() for name in names
        )
        for component, body in rows
    }


def save(tx: sqlite3.Connection, component: str, seen: Iterable[tuple[str, str]]) -> None:
    """Keep what was seen of a component, in place of what was kept before."""
    by_type: dict[str, list[str]] = {}
    for kind, name in sorted(seen):
        by_type.setdefault(kind, []).append(name)
    tx.execute("insert or replace into seen_well(component, body) values(?, ?)", (component, encode(by_type)))
