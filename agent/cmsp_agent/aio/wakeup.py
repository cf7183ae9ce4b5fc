"""A wait that others can end: for loops that look now and then, and at once when something happened."""

import asyncio

from cmsp_agent.aio.clock import Clock


class Wakeup:
    """Ended by others: `wait` returns when `wake` is called, was called since the last wait, or the time is up."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._woken = False
        self._pause: asyncio.Task[None] | None = None

    def wake(self) -> None:
        """End the present wait, or the next one at once."""
        self._woken = True
        if self._pause is not None:
            self._pause.cancel()

    async def wait(self, seconds: float) -> bool:
        """Whether `wake` ended it within so many seconds. One waits at a time."""
        if not self._woken:
            self._pause = asyncio.ensure_future(self._clock.sleep(seconds))
            try:
                await asyncio.wait([self._pause])
            finally:
                self._pause.cancel()
                self._pause = None
        woken, self._woken = self._woken, False
        return woken
