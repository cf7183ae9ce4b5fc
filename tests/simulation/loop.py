"""An event loop whose time jumps to the next timer when nothing is ready, and threads that are turns of this loop."""

from __future__ import annotations

import asyncio
import selectors
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from heapq import heappop, heappush
from random import Random
from typing import Any, Protocol

SLOWEST_CALL = 0.02
"""Seconds that a call takes at most in a simulated thread."""
RESOLUTION = 1e-6
"""Seconds: timers of one moment run in the same turn."""


class Stalled(RuntimeError):
    """Nothing is ready and no timer runs: the simulated program waits for ever."""


class Readable(Protocol):
    """A played socket: calls back when there is something to read."""

    def watch(self, ready: Callable[[], object] | None) -> None:
        """Call this whenever there is something; None: no more."""
        ...


class VirtualLoop(asyncio.SelectorEventLoop):
    """Runs as fast as the processor allows. Real sockets may be opened on it; they are never ready.

    What runs for every callback is written out here: a week has millions of them.
    """

    _ready: deque[asyncio.Handle]
    _scheduled: list[asyncio.TimerHandle]
    _stopping: bool

    def __init__(self) -> None:
        self._now = 0.0
        super().__init__(selectors.SelectSelector())

    def time(self) -> float:
        return self._now

    def call_soon(  # type: ignore[override]
        self, callback: Callable[..., Any], *args: Any, context: Any = None
    ) -> asyncio.Handle:
        handle = asyncio.Handle(callback, args, self, context)
        self._ready.append(handle)
        return handle

    def call_at(  # type: ignore[override]
        self, when: float, callback: Callable[..., Any], *args: Any, context: Any = None
    ) -> asyncio.TimerHandle:
        timer = asyncio.TimerHandle(when, callback, args, self, context)
        heappush(self._scheduled, timer)
        return timer

    def call_later(  # type: ignore[override]
        self, delay: float, callback: Callable[..., Any], *args: Any, context: Any = None
    ) -> asyncio.TimerHandle:
        return self.call_at(self._now + delay, callback, *args, context=context)

    def _run_once(self) -> None:
        """One turn, as asyncio's own: what is ready runs; where nothing is, the time of the next timer comes."""
        ready, scheduled = self._ready, self._scheduled
        while scheduled and scheduled[0].cancelled():
            heappop(scheduled)
        if not ready and not self._stopping:
            if not scheduled:
                raise Stalled
            self._now = max(self._now, scheduled[0].when())
        while scheduled and scheduled[0].when() <= self._now + RESOLUTION:
            ready.append(heappop(scheduled))
        for _ in range(len(ready)):
            handle = ready.popleft()
            if not handle.cancelled():
                handle._run()

    def add_reader(  # type: ignore[override]
        self, fd: Any, callback: Callable[..., Any], *args: Any
    ) -> None:
        if hasattr(fd, "watch"):
            fd.watch(lambda: callback(*args))
        else:
            super().add_reader(fd, callback, *args)

    def remove_reader(self, fd: Any) -> bool:
        if not hasattr(fd, "watch"):
            return super().remove_reader(fd)
        fd.watch(None)
        return True

    def call_soon_threadsafe(  # type: ignore[override]
        self, callback: Callable[..., Any], *args: Any, context: Any = None
    ) -> asyncio.Handle:
        return self.call_soon(callback, *args, context=context)


class SimulatedClock:
    """Wall time that goes on with the loop's."""

    def __init__(self, loop: VirtualLoop, start: int) -> None:
        self._loop = loop
        self._start = start

    def now(self) -> int:
        return self._start + int(self._loop.time() * 1000)

    def monotonic(self) -> float:
        return self._loop.time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class SimulatedThreads:
    """Each call of a pool is one turn of the loop, some virtual milliseconds after it was asked for."""

    def __init__(self, loop: VirtualLoop, random: Random) -> None:
        self._loop = loop
        self._random = random

    def pool(self, name: str, threads: int) -> Executor:
        return _Turns(self._loop, self._random, threads)

    def start(self, name: str, run: Callable[[], None]) -> Callable[[float], None]:
        """What only watches the loop from outside has nothing to watch here."""
        return lambda _seconds: None


class _Turns(Executor):
    def __init__(self, loop: VirtualLoop, random: Random, threads: int) -> None:
        self._loop = loop
        self._random = random
        self._free = threads
        self._waiting: deque[tuple[Future[Any], Callable[[], Any]]] = deque()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self._waiting.append((future, lambda: fn(*args, **kwargs)))
        self._begin()
        return future

    def _begin(self) -> None:
        if self._free and self._waiting:
            self._free -= 1
            self._loop.call_later(self._random.random() * SLOWEST_CALL, self._turn, *self._waiting.popleft())

    def _turn(self, future: Future[Any], work: Callable[[], Any]) -> None:
        self._free += 1
        if future.set_running_or_notify_cancel():
            try:
                future.set_result(work())
            except Exception as error:  # noqa: BLE001 - as a pool of threads does
                future.set_exception(error)
        self._begin()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        if cancel_futures:
            for future, _ in self._waiting:
                future.cancel()
            self._waiting.clear()
