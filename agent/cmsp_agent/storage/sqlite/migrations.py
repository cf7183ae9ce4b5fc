"""Schema versions of a database, applied in order. They only add, so that the previous release runs on the new schema.

The version is kept in `PRAGMA user_version`. A file of a newer version than this release knows is used as it is.
"""

import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

_TABLE = re.compile(r"create table (\w+)\s*\(")


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema: its version, from 1 without a hole, and SQL statements that only add."""

    version: int
    script: str

    @property
    def statements(self) -> list[str]:
        """The statements one by one; none of them may have a `;` inside."""
        return [statement.strip() for statement in self.script.split(";") if statement.strip()]


def strange(connection: sqlite3.Connection, migrations: Sequence[Migration]) -> str:
    """Why a sound file can't be the one that was written with this schema; empty where it may be, and for an empty one.

    Each version is written as a whole, so that a file has all the tables of its version.
    """
    there = {str(row[0]) for row in connection.execute("select name from sqlite_master where type = 'table'")}
    version = version_of(connection)
    if not version:
        return f"it is a file of another program: its tables are {', '.join(sorted(there)[:5])}" if there else ""
    wanted = {name for each in migrations if each.version <= version for name in _TABLE.findall(each.script)}
    missing = sorted(wanted - there)
    return f"it lacks the tables {', '.join(missing[:5])}" if missing else ""


def version_of(connection: sqlite3.Connection) -> int:
    """The schema version of the open file; 0 for a new one."""
    return int(connection.execute("pragma user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection, migrations: Sequence[Migration]) -> int:
    """Apply what the file does not have yet, each version in a transaction of its own; return how many were applied.

    Raises:
        sqlite3.Error: a statement failed; its version was rolled back as a whole.
    """
    todo = [migration for migration in migrations if migration.version > version_of(connection)]
    for migration in todo:
        with connection:
            connection.execute("begin immediate")
            for statement in migration.statements:
                connection.execute(statement)
            connection.execute(f"pragma user_version = {migration.version:d}")
    return len(todo)
