"""Every task named, owned and restarted with backoff. Knows nothing of what the tasks do."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Coroutine
from types import TracebackType
from typing import Any, Self, TypeVar

from cmsp_agent.aio.clock import Clock
from cmsp_agent.aio.counters import Counters

log = logging.getLogger(__name__)

T = TypeVar("T")
Chance = Callable[[], float]
"""A random number from 0 to 1."""

FIRST_WAIT = 0.5
LONGEST_WAIT = 60.0
CALM = 120.0
"""Seconds of quiet running after which a failure counts as the first again."""


def attempt(name: str, counters: Counters, work: Callable[[], T]) -> T | None:
    """The result of `work`, or None where it fails: logged with its stack, counted as `<name>.failed`.

    For one piece of input among many, which must not take the others with it.
    """
    try:
        return work()
    except Exception:
        counters.add(f"{name}.failed")
        log.exception("an input was skipped: its handler failed", extra={"stage": name})
        return None


def failure_of(work: Callable[[], object]) -> BaseException | None:
    """What `work` raised, if anything: for code of others, which may raise KeyboardInterrupt too. Logs nothing."""
    try:
        work()
    except BaseException as error:  # noqa: BLE001 - it is returned
        return error
    return None


class Supervisor:
    """Owns tasks from `async with` until it ends; leaves none behind.

    One task's failure is logged with its name and counted as `tasks.failed[name]`; the others never notice.
    """

    def __init__(self, clock: Clock, counters: Counters, chance: Chance = random.random) -> None:
        self._clock = clock
        self._chance = chance
        self._counters = counters
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._closing = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def keep_running(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Keep `work` running: where it fails or returns, start it again after a growing wait.

        Raises:
            ValueError: a task of that name is running already.
        """
        self._own(name, self._guard(name, work))

    def run(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine once to its end; its failure is logged and counted.

        Raises:
            ValueError: a task of that name is running already.
        """
        try:
            self._own(name, self._once(name, work))
        except ValueError:
            work.close()
            raise
        # a task cancelled before its first step never awaits its work
        self._tasks[name].add_done_callback(lambda _: work.close())

    def names(self) -> list[str]:
        """The tasks that are alive."""
        return sorted(self._tasks)

    async def cancel(self, name: str) -> None:
        """End one task and wait until it has ended; a name that is not running is no error."""
        task = self._tasks.get(name)
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    async def stop(self) -> None:
        """End all tasks, newest first, and wait for each."""
        self._closing = True
        for task in reversed(list(self._tasks.values())):
            task.cancel()
            await asyncio.wait([task])

    def _own(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        if name in self._tasks or self._closing:
            work.close()
            raise ValueError(f"task {name!r} is running already" if not self._closing else "the supervisor is closing")
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks[name] = task
        task.add_done_callback(lambda _: self._tasks.pop(name, None))

    async def _guard(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        wait = FIRST_WAIT
        while True:
            started = self._clock.monotonic()
            try:
                await work()
                log.warning("task ended and is started again", extra={"task": name})
            except asyncio.CancelledError:
                if _is_cancelled():
                    raise
                # what it waited for was cancelled, not the task: it would end for good, and nobody would know
                self._counters.add("tasks.failed", key=name)
                log.exception("task was cancelled from within and is started again", extra={"task": name})
            except Exception:
                self._counters.add("tasks.failed", key=name)
                log.exception("task failed and is started again", extra={"task": name})
            if self._clock.monotonic() - started > CALM:
                wait = FIRST_WAIT
            await self._clock.sleep(wait * (0.75 + self._chance() / 2))
            wait = min(wait * 2, LONGEST_WAIT)

    async def _once(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception:
            self._counters.add("tasks.failed", key=name)
            log.exception("task failed", extra={"task": name})


def _is_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
