"""An event loop whose time jumps to the next timer when nothing is ready, and threads that are turns of this loop."""

from __future__ import annotations

import asyncio
import selectors
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextvars import Context, copy_context
from functools import partial
from heapq import heappop, heappush
from random import Random
from typing import Any, Protocol, TypeVar

Waited = TypeVar("Waited", "Future[Any]", "asyncio.Future[Any]")

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


class Turn:
    """One call of the loop: what asyncio's handles can do, and no more."""

    __slots__ = ("args", "callback", "context", "due")

    def __init__(
        self, callback: Callable[..., Any], args: tuple[Any, ...], context: Context | None, due: float = 0.0
    ) -> None:
        self.callback: Callable[..., Any] | None = callback
        self.args = args
        self.context = context or copy_context()
        self.due = due

    def cancel(self) -> None:
        self.callback, self.args = None, ()

    def cancelled(self) -> bool:
        return self.callback is None

    def when(self) -> float:
        return self.due


class VirtualLoop(asyncio.SelectorEventLoop):
    """Runs as fast as the processor allows. Real sockets may be opened on it; they are never ready.

    What runs for every callback is written out here: a week has millions of them.
    """

    _ready: deque[Turn]
    _scheduled: list[tuple[float, int, Turn]]
    _stopping: bool

    def __init__(self) -> None:
        self._now = 0.0
        self._timers = 0
        super().__init__(selectors.SelectSelector())

    def time(self) -> float:
        return self._now

    def call_soon(  # type: ignore[override]
        self, callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> Turn:
        turn = Turn(callback, args, context)
        self._ready.append(turn)
        return turn

    def call_at(  # type: ignore[override]
        self, when: float, callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> Turn:
        turn = Turn(callback, args, context, when)
        self._timers += 1
        heappush(self._scheduled, (when, self._timers, turn))
        return turn

    def call_later(  # type: ignore[override]
        self, delay: float, callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> Turn:
        return self.call_at(self._now + delay, callback, *args, context=context)

    def _run_once(self) -> None:
        """One turn, as asyncio's own: what is ready runs; where nothing is, the time of the next timer comes."""
        ready, scheduled = self._ready, self._scheduled
        while scheduled and scheduled[0][2].cancelled():
            heappop(scheduled)
        if not ready and not self._stopping:
            if not scheduled:
                raise Stalled
            self._now = max(self._now, scheduled[0][0])
        while scheduled and scheduled[0][0] <= self._now + RESOLUTION:
            ready.append(heappop(scheduled)[2])
        for _ in range(len(ready)):
            turn = ready.popleft()
            try:
                if (callback := turn.callback) is not None:
                    turn.context.run(callback, *turn.args)
            except Exception as error:  # noqa: BLE001 - as asyncio's own handles do
                self.call_exception_handler({"message": f"error in {turn}", "exception": error})

    def run_in_executor(  # type: ignore[override]
        self, executor: Executor | None, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        """As asyncio's own; what a played pool does needs no future of threads in between."""
        if isinstance(executor, _Turns):
            return executor.play(self.create_future(), func, args)
        return super().run_in_executor(executor, func, *args)

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
        self, callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> Turn:
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
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        over = self._loop.create_future()
        timer = self._loop.call_later(seconds, _end, over)
        try:
            await over
        finally:
            timer.cancel()


def _end(wait: asyncio.Future[None]) -> None:
    if not wait.done():
        wait.set_result(None)


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
        self._waiting: deque[tuple[Future[Any] | asyncio.Future[Any], Callable[..., Any], tuple[Any, ...]]] = deque()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        return self.play(Future(), partial(fn, **kwargs), args)

    def play(self, future: Waited, work: Callable[..., Any], args: tuple[Any, ...]) -> Waited:
        """Do the work as soon as a thread is free; what comes of it is the future's."""
        self._waiting.append((future, work, args))
        self._begin()
        return future

    def _begin(self) -> None:
        if self._free and self._waiting:
            self._free -= 1
            self._loop.call_later(self._random.random() * SLOWEST_CALL, self._turn, *self._waiting.popleft())

    def _turn(self, future: Future[Any] | asyncio.Future[Any], work: Callable[..., Any], args: tuple[Any, ...]) -> None:
        self._free += 1
        if future.set_running_or_notify_cancel() if isinstance(future, Future) else not future.done():
            try:
                future.set_result(work(*args))
            except Exception as error:  # noqa: BLE001 - as a pool of threads does
                future.set_exception(error)
        self._begin()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        if cancel_futures:
            for future, *_ in self._waiting:
                future.cancel()
            self._waiting.clear()
