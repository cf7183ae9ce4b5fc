"""How a database file is opened: pragmas of the one writer and of the readers, the lock, the check, the setting aside.

One connection writes and checkpoints; the others are `query_only` and never checkpoint, because the WAL-reset defect
of SQLite before 3.51.3 damages a file that two connections checkpoint. A lock file keeps other processes out.
"""

import fcntl
import os
import sqlite3
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from cmsp_agent.aio.clock import Clock
from cmsp_agent.model.errors import StorageError
from cmsp_agent.model.machine_faults import machine_fault
from cmsp_agent.storage.sqlite.faults import is_corruption

Synchronous = Literal["FULL", "NORMAL"]

PAGE = 4096
CHECKPOINT_PAGES = 1000
CACHE_KIBIBYTES = 16 * 1024
WAL_KEPT = 16 * 1024 * 1024
"""Bytes that a WAL file keeps on disk after a checkpoint."""
CHECK_SECONDS = 5.0
"""A quick_check of a huge file is given up after so long: a start must be bounded too."""
LARGE = 64 * 1024 * 1024 // PAGE
"""Pages from which a file is not read whole at each start."""
SUFFIXES = ("", "-wal", "-shm")


@dataclass(frozen=True, slots=True)
class Opening:
    """What was found when the file was opened, for those who must report it."""

    path: Path
    created: bool
    """There was no file, or it was set aside."""
    set_aside: Path | None = None
    """Where the damaged file is now."""
    damage: str = ""
    salvaged: Mapping[str, str] = field(default_factory=dict)
    """What could still be read of the damaged file's `meta` table."""


class DatabaseLock:
    """An exclusive lock beside the file, held while the database is open: one process at a time."""

    def __init__(self, path: Path) -> None:
        try:
            self._descriptor = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StorageError(machine_fault(error)) from error
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._descriptor)
            raise StorageError(f"{path}: another process has it open; is the agent running already?") from error

    def release(self) -> None:
        os.close(self._descriptor)


def connect_writer(path: Path, synchronous: Synchronous) -> sqlite3.Connection:
    """The connection that writes and checkpoints; to be used by the thread that made it.

    Raises:
        sqlite3.Error: the file is not a database, is damaged, or can't be written.
    """
    empty = not path.exists() or path.stat().st_size == 0
    # these write: they must come before the first table, and would keep an existing file shut on a full disk
    at_creation = (f"page_size = {PAGE}", "auto_vacuum = incremental") if empty else ()
    connection = sqlite3.connect(path, isolation_level=None, timeout=5.0, cached_statements=256)
    try:
        for pragma in (
            *at_creation,
            "journal_mode = wal",
            f"synchronous = {synchronous}",
            "secure_delete = fast",
            f"wal_autocheckpoint = {CHECKPOINT_PAGES}",
            f"journal_size_limit = {WAL_KEPT}",
            f"cache_size = -{CACHE_KIBIBYTES}",
            "mmap_size = 0",
            "foreign_keys = on",
        ):
            connection.execute(f"pragma {pragma}").fetchall()
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def connect_reader(path: Path) -> sqlite3.Connection:
    """A connection that can't write and never checkpoints; to be closed before the writer's."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=5.0, check_same_thread=False)
    for pragma in ("wal_autocheckpoint = 0", "query_only = on", "mmap_size = 0", "cache_size = -4096"):
        connection.execute(f"pragma {pragma}").fetchall()
    return connection


def damage_of(connection: sqlite3.Connection, clock: Clock, long: Collection[str] = ()) -> str:
    """What `PRAGMA quick_check` says is wrong; empty where nothing is, or where the check took too long to finish.

    Args:
        connection: of the file.
        clock: bounds the check.
        long: tables that are left out where the file is large: their damage is found where they are read.
    """
    deadline = clock.monotonic() + CHECK_SECONDS
    connection.set_progress_handler(lambda: clock.monotonic() > deadline, 20_000)
    try:
        answers = (str(connection.execute(check).fetchone()[0]) for check in _checks(connection, long))
        return next((answer for answer in answers if answer != "ok"), "")
    except sqlite3.DatabaseError as error:
        return str(error) if is_corruption(error) else ""
    finally:
        connection.set_progress_handler(None, 0)


def _checks(connection: sqlite3.Connection, long: Collection[str]) -> list[str]:
    if not long or connection.execute("pragma page_count").fetchone()[0] < LARGE:
        return ["pragma quick_check(1)"]
    tables = connection.execute("select name from sqlite_master where type = 'table'").fetchall()
    return [f"pragma quick_check('{name}')" for (name,) in tables if name not in long]


def set_aside(path: Path, clock: Clock) -> Path:
    """Rename the file, with its WAL, to `<name>.corrupt-<time>` and return where it is now."""
    target = path.with_name(f"{path.name}.corrupt-{clock.now()}")
    for suffix in SUFFIXES:
        source = Path(f"{path}{suffix}")
        if source.exists():
            source.rename(f"{target}{suffix}")
    sync_directory(path.parent)
    return target


def salvage_meta(path: Path) -> dict[str, str]:
    """What the `meta` table of a damaged file still gives, and as `sequence.<table>` the last row number of each table.

    Nothing where it can't be read.
    """
    try:
        connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
    except sqlite3.Error:
        return {}
    salvaged: dict[str, str] = {}
    for query in ("select key, value from meta", "select 'sequence.' || name, seq from sqlite_sequence"):
        try:
            salvaged.update((str(key), str(value)) for key, value in connection.execute(query))
        except sqlite3.Error:
            continue
    connection.close()
    return salvaged


def sync_directory(directory: Path) -> None:
    """Make a rename or a creation in the directory durable."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
