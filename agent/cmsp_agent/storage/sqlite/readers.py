"""Reading beside the writer: a few threads, each with a connection that can't write, each read a bounded snapshot."""

import asyncio
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock, local
from traceback import clear_frames
from typing import Any, TypeVar

from cmsp_agent.aio.clock import Clock
from cmsp_agent.aio.threads import Threads
from cmsp_agent.storage.sqlite.connections import connect_reader

T = TypeVar("T")

THREADS = 2
READ_SECONDS = 30.0
"""A read that takes longer is interrupted: an old snapshot keeps the WAL from being reused."""
CLOSE_SECONDS = 2.0
STEPS_BETWEEN_LOOKS = 50_000


@dataclass(slots=True)
class ReadingThread:
    """A thread's connection, the file generation that it belongs to, and when its present read must be over."""

    connection: sqlite3.Connection
    generation: int
    deadline: float = 0.0


class Readers:
    """A small pool of reading connections. `renew` makes each thread open the file again."""

    def __init__(self, path: Path, clock: Clock, threads: Threads) -> None:
        self._path = path
        self._clock = clock
        self._executor = threads.pool(f"reader {path.name}", THREADS)
        self._own = local()
        self._lock = Lock()
        self._all: list[ReadingThread] = []
        self._running: set[asyncio.Future[Any]] = set()
        self._generation = 0

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run `work` in a read transaction: everything it reads is of one moment.

        Raises:
            sqlite3.Error: as the work does; `interrupted` after READ_SECONDS.
        """
        running = asyncio.get_running_loop().run_in_executor(self._executor, self._read, work)
        self._running.add(running)
        running.add_done_callback(self._running.discard)
        return await running

    def renew(self) -> None:
        """The file was replaced: what is open reads the old one."""
        self._generation += 1

    async def close(self) -> None:
        """Interrupt what runs, wait for the threads and close their connections."""
        with self._lock:
            for reader in self._all:
                reader.deadline = 0.0
                reader.connection.interrupt()
        self._executor.shutdown(wait=False, cancel_futures=True)
        if self._running:
            await asyncio.wait(self._running, timeout=CLOSE_SECONDS)
        if not self._running:
            self._executor.shutdown(wait=True)  # the threads are idle: this takes no time
        for reader in self._all:
            reader.connection.close()
        self._all.clear()

    def _read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        reader = self._mine()
        reader.deadline = self._clock.monotonic() + READ_SECONDS
        reader.connection.execute("begin")
        try:
            return work(reader.connection)
        finally:
            # a cursor that the traceback of an error keeps open would hold this snapshot for the next read
            clear_frames(sys.exc_info()[2])
            reader.deadline = float("inf")
            reader.connection.execute("rollback")

    def _mine(self) -> ReadingThread:
        reader: ReadingThread | None = getattr(self._own, "reader", None)
        if reader is not None and reader.generation == self._generation:
            return reader
        with self._lock:
            if reader is not None:
                self._all.remove(reader)
                reader.connection.close()
            fresh = ReadingThread(connect_reader(self._path), self._generation)
            fresh.connection.set_progress_handler(lambda: self._clock.monotonic() > fresh.deadline, STEPS_BETWEEN_LOOKS)
            self._own.reader = fresh
            self._all.append(fresh)
            return fresh
