"""The manifest of stored configurations, per component. Contents are in blobs; what came of a run is an event."""

import sqlite3
from collections.abc import Iterable

from cmsp_agent.model.backup import Backup
from cmsp_agent.storage.encoding import decode, decoded, encode


def save(tx: sqlite3.Connection, backup: Backup) -> None:
    """Insert or replace a version, known by its id."""
    changed = tx.execute(
        "update backups set known_good = ?, body = ? where id = ?", (int(backup.known_good), encode(backup), backup.id)
    )
    if changed.rowcount == 0:
        tx.execute(
            "insert into backups(id, component, taken_at, known_good, body) values(?, ?, ?, ?, ?)",
            (backup.id, backup.component, backup.taken_at, int(backup.known_good), encode(backup)),
        )


def find(connection: sqlite3.Connection, backup_id: str) -> Backup | None:
    """One version by its id."""
    row = connection.execute("select body from backups where id = ?", (backup_id,)).fetchone()
    return None if row is None else decode(row[0], Backup)


def of_component(connection: sqlite3.Connection, component: str, limit: int = 100) -> list[Backup]:
    """The versions of a component, the newest first."""
    rows = connection.execute(
        "select body from backups where component = ? order by row desc limit ?", (component, limit)
    )
    return decoded(rows, Backup)


def latest(connection: sqlite3.Connection, component: str) -> Backup | None:
    """The newest version of a component that is believed."""
    rows = connection.execute("select body from backups where component = ? order by row desc", (component,))
    return next((each for row in rows for each in decoded((row,), Backup) if not each.suspect), None)


def components(connection: sqlite3.Connection) -> set[str]:
    """The components that have a version."""
    return {str(name) for (name,) in connection.execute("select distinct component from backups")}


def without(connection: sqlite3.Connection, names: Iterable[str]) -> list[str]:
    """Those of the components of which no version is believed: none was stored, or each is suspect."""
    return [name for name in names if latest(connection, name) is None]


def blobs_of(connection: sqlite3.Connection, component: str) -> set[str]:
    """The addresses of the contents that a version of the component still needs."""
    rows = connection.execute("select body from backups where component = ?", (component,))
    return {decode(body, Backup).blob for (body,) in rows}


def delete(tx: sqlite3.Connection, backup_id: str) -> bool:
    """Take a version out of the manifest (retention); its content goes when no version needs it."""
    return tx.execute("delete from backups where id = ?", (backup_id,)).rowcount > 0
