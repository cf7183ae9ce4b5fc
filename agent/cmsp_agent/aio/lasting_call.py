"""One blocking call at a time, in a thread of its own, that goes on where whoever waits for it gives up."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

from cmsp_agent.aio.threads import SYSTEM_THREADS, Threads

T = TypeVar("T")


class LastingCall(Generic[T]):
    """What must not be done twice is asked for again by its name: its outcome is waited for, it is not begun anew."""

    def __init__(self, name: str, source: Threads = SYSTEM_THREADS) -> None:
        self._executor = source.pool(name, 1)
        self._name = ""
        self._call: Future[T] | None = None

    async def outcome(self, name: str, work: Callable[[], T], within: float) -> T:
        """What the call of this name returned; it is begun where it neither runs nor waits to be asked for.

        Args:
            name: of the call; the outcome of another that has ended is forgotten.
            work: a callable without arguments (use functools.partial).
            within: seconds to wait.

        Raises:
            TimeoutError: it is still running, or another one is.
        """
        if self._call is None or (self._name != name and self._call.done()):
            self._name, self._call = name, self._executor.submit(work)
        call = self._call
        if self._name != name or not await _ended(call, within):
            raise TimeoutError
        self._call = None
        return call.result()

    async def close(self, within: float) -> None:
        """Take no call any more, and wait so many seconds for one that runs."""
        self._executor.shutdown(wait=False, cancel_futures=True)
        if self._call is not None:
            await _ended(self._call, within)


async def _ended(call: Future[T], within: float) -> bool:
    """Whether it ends in time; it goes on where the wait is cancelled."""
    done, _ = await asyncio.wait({asyncio.wrap_future(call)}, timeout=within)
    return bool(done)
