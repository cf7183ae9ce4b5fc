"""Contents that no version needs any more, until their files are gone."""

import sqlite3
from collections.abc import Iterable


def add(tx: sqlite3.Connection, component: str, addresses: Iterable[str]) -> None:
    """These files are to be deleted."""
    rows = [(address, component) for address in sorted(addresses)]
    tx.executemany("insert or replace into unneeded_contents(address, component) values(?, ?)", rows)


def of(connection: sqlite3.Connection, component: str) -> list[str]:
    """What is to be deleted of a component."""
    rows = connection.execute(
        "select address from unneeded_contents where component = ? order by address", (component,)
    )
    return [str(address) for (address,) in rows]


def done(tx: sqlite3.Connection, address: str) -> None:
    """Remove the note: the file is deleted, or needed again."""
    tx.execute("delete from unneeded_contents where address = ?", (address,))
