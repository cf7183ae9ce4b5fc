"""A wait that others can end: for loops that look now and then, and at once when something happened."""

import asyncio

from cmsp_agent.aio.clock import Clock


class Bell:
    """Rung by others; `wait` returns when it rings, has rung since the last wait, or the time is up."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """End the present wait, or the next one at once."""
        self._rung.set()

    async def wait(self, seconds: float) -> bool:
        """Whether it rang within so many seconds."""
        tasks = [asyncio.ensure_future(self._rung.wait()), asyncio.ensure_future(self._clock.sleep(seconds))]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        rung = self._rung.is_set()
        self._rung.clear()
        return rung
