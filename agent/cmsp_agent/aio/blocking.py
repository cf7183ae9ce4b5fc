"""Blocking libraries in named, bounded threads, each call with a deadline and a way to abort it."""

import asyncio
from collections.abc import Callable
from threading import Lock
from typing import TypeVar

from cmsp_agent.aio.threads import SYSTEM_THREADS, Threads

T = TypeVar("T")


class PoolFull(Exception):
    """As many calls are waiting as the pool allows."""


class BlockingPool:
    """A few threads for one outside library; at most `threads` calls run and `waiting` calls queue."""

    def __init__(self, name: str, threads: int, waiting: int, source: Threads = SYSTEM_THREADS) -> None:
        self._name = name
        self._executor = source.pool(name, threads)
        self._places = threads + waiting
        self._taken = 0
        self._lock = Lock()

    @property
    def busy(self) -> int:
        """Calls that run or queue, abandoned ones included until their thread is free again."""
        return self._taken

    async def run(
        self,
        work: Callable[[], T],
        *,
        within: float,
        abort: Callable[[], None] | None = None,
    ) -> T:
        """Run `work` in a thread and wait for it.

        At the deadline, or when the caller is cancelled, `abort` is called so that the thread comes free soon (by
        closing its socket, say); the thread's late result is thrown away.

        Args:
            work: a callable without arguments (use functools.partial).
            within: seconds, from now, the wait for a free thread included.
            abort: must not block; called from the event loop.

        Raises:
            PoolFull: no place left to queue.
            TimeoutError: not finished within `within` seconds.
        """
        self._take()
        call = self._executor.submit(work)
        # counted off when the thread is free, not when the caller has given up
        call.add_done_callback(lambda _: self._free())
        try:
            async with asyncio.timeout(within):
                return await asyncio.wrap_future(call)
        except (TimeoutError, asyncio.CancelledError):
            if abort is not None and not call.done():
                abort()
            raise

    def _take(self) -> None:
        with self._lock:
            if self._taken >= self._places:
                raise PoolFull(f"{self._name}: {self._taken} calls are running or waiting")
            self._taken += 1

    def _free(self) -> None:
        with self._lock:
            self._taken -= 1

    async def close(self, within: float = 2.0) -> bool:
        """Refuse new calls, drop queued ones and wait for those that run; False where a thread is stuck."""
        self._places = 0
        self._executor.shutdown(wait=False, cancel_futures=True)
        deadline = asyncio.get_running_loop().time() + within
        while self._taken and asyncio.get_running_loop().time() < deadline:  # noqa: ASYNC110 - threads, not tasks
            await asyncio.sleep(0.01)
        return not self._taken
