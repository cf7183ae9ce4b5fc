"""The one thread that writes a database: the work of many callers, grouped into one durable commit.

Each work runs in a savepoint of its own: one that raises is undone alone, the others of its group commit. Decides
nothing about schema or content: see `migrations` and `storage.tables`. On a full disk it gives up the `reserve` and
goes on with what makes room.
"""

import asyncio
import logging
import os
import sqlite3
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any, Self

from cmsp_agent.aio.counters import Counters
from cmsp_agent.aio.threads import Threads
from cmsp_agent.model.errors import StorageError, StorageFull
from cmsp_agent.storage.sqlite.faults import is_corruption, is_full, translated
from cmsp_agent.storage.sqlite.reserve import Reserve

log = logging.getLogger(__name__)

GROUP = 1000
"""Works in one commit at most."""
WAL_LIMIT = 64 * 1024 * 1024
"""Bytes of WAL file from which the writer waits for readers, shortly, to start it anew."""
WAL_PATIENCE_MS = 250

TransactionWork = Callable[[sqlite3.Connection], Any]


@dataclass(frozen=True, slots=True)
class Task:
    """A work and the future of the caller who waits for its commit."""

    work: TransactionWork
    future: "asyncio.Future[Any]"
    makes_room: bool = False


@dataclass(frozen=True, slots=True)
class TaskOutcome:
    """What came of a task: a value, or an error."""

    future: "asyncio.Future[Any]"
    value: object = None
    error: BaseException | None = None


class Savepoint:
    """Undo what was done inside if it raised, keep the error, and go on."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.error: BaseException | None = None

    def __enter__(self) -> Self:
        self._connection.execute("savepoint work")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        self.error = error
        # a full disk can make SQLite roll back the whole transaction by itself: then there is no savepoint any more
        if self._connection.in_transaction:
            if error is not None:
                self._connection.execute("rollback to work")
            self._connection.execute("release work")
        return True


class GroupLost(Exception):
    """The transaction ended under the works: none of them was stored."""


class Writer:
    """Owns the writing connection and its thread. Made, used and closed from one event loop."""

    def __init__(
        self,
        path: Path,
        connect: Callable[[], sqlite3.Connection],
        replace: Callable[[sqlite3.Connection, BaseException], sqlite3.Connection],
        counters: Counters,
        reserve: Reserve,
        threads: Threads,
        committed: Callable[[], None],
    ) -> None:
        self._path = path
        self._committed = committed
        self._reserve = reserve
        self._name = path.name
        self._connect = connect
        self._replace = replace
        self._counters = counters
        self._queue: deque[Task] = deque()
        self._lock = Lock()
        self._busy = False
        self._loop = asyncio.get_running_loop()
        self._ended = asyncio.Event()
        self._closing = False
        self._thread = threads.pool(f"writer {path.name}", 1)
        self._connection: sqlite3.Connection | None = None

    async def start(self) -> None:
        """Open the connection in the writer's thread.

        Raises:
            StorageError: the file can't be opened.
        """
        try:
            await self._loop.run_in_executor(self._thread, self._open)
        except (sqlite3.Error, OSError, StorageError) as error:
            self._ended.set()
            failure = translated(error, str(self._path))
            log.error("the writer did not start", extra={"database": self._name, "reason": str(failure)})
            raise failure from error

    def submit(self, work: TransactionWork, *, makes_room: bool = False) -> "asyncio.Future[Any]":
        """Queue a work; the future is done when its group's commit is durable.

        One that makes room may use the reserve of a full disk.

        Raises:
            StorageError: the writer has ended.
        """
        if self._ended.is_set() or self._closing:
            raise StorageError(f"{self._path}: closed")
        future: asyncio.Future[Any] = self._loop.create_future()
        with self._lock:
            self._queue.append(Task(work, future, makes_room))
            idle, self._busy = not self._busy, True
        if idle:
            self._thread.submit(self._run)
        return future

    async def close(self, within: float) -> bool:
        """Finish what is queued, close the connection; False where the thread did not end in time."""
        self._closing = True
        self._thread.submit(self._end)
        self._thread.shutdown(wait=False)
        try:
            async with asyncio.timeout(within):
                await self._ended.wait()
        except TimeoutError:
            return False
        self._thread.shutdown(wait=True)  # the thread is idle: this takes no time
        return True

    # --- below: the writer's thread ---

    def _open(self) -> None:
        self._connection = self._connect_or_make_room()

    def _run(self) -> None:
        """Commit what is queued, group by group, until nothing is."""
        try:
            while group := self._next_group():
                self._serve(group)
        except (sqlite3.Error, OSError, StorageError) as error:
            failure = translated(error, str(self._path))
            log.error("the writer ended", extra={"database": self._name, "reason": str(failure)})
            self._call(lambda: self._abandon(failure))

    def _end(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._call(self._ended.set)

    def _connect_or_make_room(self) -> sqlite3.Connection:
        """Open the file; on a full disk with the space that the last run kept back, so that a backlog can drain."""
        self._reserve.take()
        try:
            return self._connect()
        except (sqlite3.Error, OSError, StorageError) as error:
            if not is_full(error) or not self._reserve.give_up():
                raise
            log.warning("the disk is full: opened with the space kept back", extra={"database": self._name})
            self._counters.add("storage.full", key=self._name)
            return self._connect()

    def _abandon(self, failure: BaseException) -> None:
        """Nobody may wait endlessly: what is queued fails with what ended the writer. On the loop."""
        self._ended.set()
        _settle([TaskOutcome(task.future, error=failure) for task in self._queue])
        self._queue.clear()

    def _serve(self, group: list[Task]) -> None:
        assert self._connection is not None  # `start` opened it before anything could be submitted
        outcomes = self._commit_or_make_room(self._connection, group)
        self._tell(outcomes)
        corruption = next((o.error for o in outcomes if o.error is not None and is_corruption(o.error)), None)
        if corruption is not None:
            self._connection = self._replace(self._connection, corruption)
        self._bound_wal(self._connection)

    def _next_group(self) -> list[Task]:
        with self._lock:
            group = [self._queue.popleft() for _ in range(min(GROUP, len(self._queue)))]
            self._busy = bool(group)
            return group

    def _commit_or_make_room(self, connection: sqlite3.Connection, group: list[Task]) -> list[TaskOutcome]:
        if not self._reserve.take():
            return self._make_room(connection, group)
        outcomes = self._commit(connection, group)
        full = {id(o.future) for o in outcomes if o.error is not None and is_full(o.error)}
        again = [task for task in group if task.makes_room and id(task.future) in full]
        if not again or not self._reserve.give_up():
            return outcomes
        done = {id(o.future): o for o in self._make_room(connection, again)}
        return [done.get(id(o.future), o) for o in outcomes]

    def _make_room(self, connection: sqlite3.Connection, group: list[Task]) -> list[TaskOutcome]:
        """Without the reserve: only what makes room is done; then the space is claimed back."""
        refused = StorageFull(f"{self._path}: no room left to write")
        outcomes = [TaskOutcome(task.future, error=refused) for task in group if not task.makes_room]
        if len(outcomes) < len(group):
            outcomes += self._commit(connection, [task for task in group if task.makes_room])
            self._counters.add("storage.room_made", key=self._name)
        else:
            self._counters.add("storage.full", key=self._name)
        self._shorten_wal(connection)
        self._reserve.take()
        return outcomes

    def _commit(self, connection: sqlite3.Connection, group: list[Task]) -> list[TaskOutcome]:
        try:
            before = connection.total_changes
            connection.execute("begin immediate")
            outcomes = [self._attempt(connection, task) for task in group if not task.future.cancelled()]
            connection.execute("commit")
        except (sqlite3.Error, GroupLost) as error:
            if connection.in_transaction:
                connection.execute("rollback")
            cause = error.__cause__ if isinstance(error, GroupLost) and error.__cause__ else error
            self._counters.add("storage.full" if is_full(cause) else "storage.groups_lost", key=self._name)
            failure = translated(cause, str(self._path))
            return [TaskOutcome(task.future, error=failure) for task in group]
        self._counters.add("storage.commits", key=self._name)
        if connection.total_changes != before:
            self._call(self._committed)
        return outcomes

    def _attempt(self, connection: sqlite3.Connection, task: Task) -> TaskOutcome:
        value = None
        with Savepoint(connection) as savepoint:
            value = task.work(connection)
        if not connection.in_transaction:
            raise GroupLost(self._name) from savepoint.error
        if savepoint.error is None:
            return TaskOutcome(task.future, value)
        if is_full(savepoint.error):
            self._counters.add("storage.full", key=self._name)
        return TaskOutcome(task.future, error=translated(savepoint.error, str(self._path)))

    def _bound_wal(self, connection: sqlite3.Connection) -> None:
        try:
            too_long = os.stat(f"{self._path}-wal").st_size >= WAL_LIMIT
        except OSError:
            return
        if too_long:
            busy = self._shorten_wal(connection)
            self._counters.add("storage.wal_busy" if busy else "storage.wal_truncated", key=self._name)

    def _shorten_wal(self, connection: sqlite3.Connection) -> bool:
        """Checkpoint the whole WAL and cut it to nothing, with some patience for readers; True where it went on."""
        try:
            connection.execute(f"pragma busy_timeout = {WAL_PATIENCE_MS}")
            busy = connection.execute("pragma wal_checkpoint(truncate)").fetchone()[0]
            connection.execute("pragma busy_timeout = 5000")
        except sqlite3.Error as error:
            log.warning("the WAL could not be shortened", extra={"database": self._name, "reason": str(error)})
            return True
        return bool(busy)

    def _tell(self, outcomes: list[TaskOutcome]) -> None:
        self._call(lambda: _settle(outcomes))

    def _call(self, report: Callable[[], None]) -> None:
        try:
            self._loop.call_soon_threadsafe(report)
        except RuntimeError:  # the loop is gone: nobody waits any more
            log.warning("the event loop has ended: the outcome of a write is dropped", extra={"database": self._name})


def _settle(outcomes: list[TaskOutcome]) -> None:
    for outcome in outcomes:
        if outcome.future.done():
            continue
        if outcome.error is not None:
            outcome.future.set_exception(outcome.error)
        else:
            outcome.future.set_result(outcome.value)
