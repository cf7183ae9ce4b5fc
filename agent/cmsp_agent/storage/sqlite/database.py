"""An SQLite file that one process owns: durable writes in groups, reads beside them, damage set aside.

Knows no table but `meta`; the repositories beside it are plain functions that take the connection first.
"""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Collection, Sequence
from contextlib import AsyncExitStack, closing
from pathlib import Path
from typing import TypeVar

from cmsp_agent.aio.clock import Clock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.aio.threads import SYSTEM_THREADS, Threads
from cmsp_agent.model.errors import DatabaseCorrupt
from cmsp_agent.storage.sqlite.connections import (
    DatabaseLock,
    Opening,
    Synchronous,
    connect_reader,
    connect_writer,
    damage_of,
    salvage_meta,
    set_aside,
    sync_directory,
)
from cmsp_agent.storage.sqlite.faults import is_corruption, translated
from cmsp_agent.storage.sqlite.migrations import Migration, migrate, strange, version_of
from cmsp_agent.storage.sqlite.readers import Readers
from cmsp_agent.storage.sqlite.reserve import Reserve
from cmsp_agent.storage.sqlite.writer import Writer

log = logging.getLogger(__name__)

T = TypeVar("T")

WAITING = 20_000
"""Works that may wait for the writer; further callers wait for a place."""
CLOSE_SECONDS = 4.0

Initialise = Callable[[sqlite3.Connection, Opening], None]
"""Runs in a transaction at every opening, before any other work; it must be repeatable."""
Replaced = Callable[[Opening], None]


def nothing_to_initialise(connection: sqlite3.Connection, opening: Opening) -> None:
    """The default: a file that needs no first rows."""


def nobody_to_tell(opening: Opening) -> None:
    """The default: no call about a replaced file."""


class Database:
    """Open with `await Database.open(...)`; `write` and `read` run plain functions of a connection."""

    def __init__(
        self,
        path: Path,
        migrations: Sequence[Migration],
        synchronous: Synchronous,
        clock: Clock,
        counters: Counters,
        initialise: Initialise,
        on_replaced: Replaced,
        reserve: int,
        threads: Threads,
        long: Collection[str],
    ) -> None:
        self.path = path
        self._migrations = migrations
        self._synchronous = synchronous
        self._clock = clock
        self._counters = counters
        self._initialise = initialise
        self._on_replaced = on_replaced
        self._long = long
        self._loop = asyncio.get_running_loop()
        self._closed = False
        self._places = asyncio.Semaphore(WAITING)
        self._lock = DatabaseLock(path)
        self._readers = Readers(path, clock, threads)
        self._followers: list[Callable[[], None]] = []
        self._kept_back = kept_back = Reserve(Path(f"{path}.reserve"), reserve)
        self._writer = Writer(path, self._open, self._replace, counters, kept_back, threads, self._tell_followers)
        self.opening = Opening(path, created=False)
        """What was found at the last opening."""

    @classmethod
    async def open(
        cls,
        path: Path,
        migrations: Sequence[Migration],
        *,
        clock: Clock,
        counters: Counters,
        synchronous: Synchronous = "FULL",
        initialise: Initialise = nothing_to_initialise,
        on_replaced: Replaced = nobody_to_tell,
        reserve: int = 0,
        threads: Threads = SYSTEM_THREADS,
        long: Collection[str] = (),
    ) -> "Database":
        """Open or create the file, check it, set it aside if it is damaged, bring its schema up to date.

        Args:
            path: the file; its directory must exist.
            migrations: the schema, version by version.
            clock: names the set-aside file and bounds checks and reads.
            counters: `storage.*` is counted there.
            synchronous: FULL makes each commit durable; NORMAL may lose the last ones at a power cut.
            initialise: first rows, in a transaction, at every opening.
            on_replaced: called on the loop when the file was found damaged while in use and was started anew.
            reserve: bytes of disk kept back for works that make room; with less than that free, the disk is full.
            threads: where the writer's and the readers' threads come from.
            long: tables that are not read at the start where the file is large; whoever reads them finds what is wrong.

        Raises:
            StorageError: another process has it, or it can't be opened or written.
        """
        called = initialise, on_replaced
        database = cls(path, migrations, synchronous, clock, counters, *called, reserve, threads, long)
        async with AsyncExitStack() as undo:
            undo.push_async_callback(database.close)
            await database._writer.start()
            undo.pop_all()
        return database

    async def write(self, work: Callable[[sqlite3.Connection], T], *, makes_room: bool = False) -> T:
        """Run `work` on the writer thread and return its result once its commit is durable.

        The work runs in a savepoint of its own inside a transaction shared with others: raising undoes it alone. It
        must not commit, and must not take long. Where the caller is cancelled, the work may still be committed.

        Args:
            work: a plain function of the connection.
            makes_room: it deletes more than it adds: on a full disk it may use the reserve.

        Raises:
            StorageFull: no room left; nothing of the work was stored.
            DatabaseCorrupt: the file is damaged; it was set aside and a new one begun.
            StorageError: another failure of the database.
        """
        async with self._places:
            result: T = await self._writer.submit(work, makes_room=makes_room)
            return result

    async def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run `work` on a reading connection, in a snapshot of its own.

        Raises:
            StorageError: the read took too long or failed.
            DatabaseCorrupt: the file is damaged.
        """
        try:
            return await self._readers.run(work)
        except sqlite3.Error as error:
            if is_corruption(error):
                self._writer.submit(self._confirm_damage).add_done_callback(_seen)
            raise translated(error, str(self.path)) from error

    @property
    def no_room(self) -> str:
        """Why nothing new can be stored now, with what helps; empty where it can."""
        if self._kept_back.held or not self._kept_back.refusal:
            return ""
        return f"{self.path} takes nothing new: {self._kept_back.refusal}; the rest then follows by itself"

    def follow(self, committed: Callable[[], None]) -> None:
        """Call `committed` on the loop after each commit that changed anything, from now on."""
        self._followers.append(committed)

    def _tell_followers(self) -> None:
        for committed in self._followers:
            committed()

    async def tidy(self, pages: int = 256) -> int:
        """Give up to so many free pages back to the file system; return how many are still free."""
        return await self.write(lambda tx: _vacuum(tx, pages), makes_room=True)

    async def close(self, within: float = CLOSE_SECONDS) -> None:
        """Finish the queued works, checkpoint, close, unlock; give up the wait after `within` seconds. Repeatable."""
        if self._closed:
            return
        self._closed = True
        await self._readers.close()
        if not await self._writer.close(within):
            log.error("the writer did not end in time", extra={"database": str(self.path)})
        self._lock.release()

    # --- below: the writer's thread ---

    def _open(self) -> sqlite3.Connection:
        written = self.path.exists() and self.path.stat().st_size > 0 and self._kept_back.of_earlier_run
        try:
            connection = connect_writer(self.path, self._synchronous)
        except sqlite3.DatabaseError as error:
            if not is_corruption(error):
                raise
            return self._start_anew(str(error))
        created = version_of(connection) == 0
        damage = damage_of(connection, self._clock, self._long) or strange(connection, self._migrations)
        if not damage and created and written:
            damage = "nothing that was written into it is there: was its -wal file removed?"
        if damage:
            connection.close()
            return self._start_anew(damage)
        return self._prepare(connection, Opening(self.path, created=created))

    def _start_anew(self, damage: str) -> sqlite3.Connection:
        salvaged = salvage_meta(self.path)
        aside = set_aside(self.path, self._clock)
        self._counters.add("storage.corrupt", key=self.path.name)
        log.error("damaged database set aside", extra={"database": str(self.path), "now": str(aside), "damage": damage})
        opening = Opening(self.path, created=True, set_aside=aside, damage=damage, salvaged=salvaged)
        return self._prepare(connect_writer(self.path, self._synchronous), opening)

    def _prepare(self, connection: sqlite3.Connection, opening: Opening) -> sqlite3.Connection:
        migrate(connection, self._migrations)
        with connection:
            connection.execute("begin immediate")
            self._initialise(connection, opening)
        if opening.created:
            sync_directory(self.path.parent)
        self.opening = opening
        return connection

    def _replace(self, connection: sqlite3.Connection, cause: BaseException) -> sqlite3.Connection:
        connection.close()
        fresh = self._start_anew(str(cause))
        self._readers.renew()
        self._loop.call_soon_threadsafe(self._on_replaced, self.opening)
        return fresh

    def _confirm_damage(self, _: sqlite3.Connection) -> None:
        # a connection of its own: the writer's cache may still hold the pages as they were
        with closing(connect_reader(self.path)) as fresh:
            damage = damage_of(fresh, self._clock)
        if damage:
            raise DatabaseCorrupt(f"{self.path}: {damage}")


def _vacuum(tx: sqlite3.Connection, pages: int) -> int:
    for _ in range(min(pages, int(tx.execute("pragma freelist_count").fetchone()[0]))):
        # one page a call: the module steps a statement without columns only once
        tx.execute("pragma incremental_vacuum(1)")
    return int(tx.execute("pragma freelist_count").fetchone()[0])


def _seen(future: "asyncio.Future[None]") -> None:
    if not future.cancelled():
        future.exception()
