"""Keeps a sweep slow: so many probes in a second and no more, however many are under way."""

import asyncio

from cmsp_agent.aio.clock import Clock


class Pace:
    """Lets one probe through after the other.

    Args:
        rate: probes in a second.
        clock: for the pauses.
    """

    def __init__(self, rate: float, clock: Clock) -> None:
        self._every = 1.0 / rate
        self._clock = clock
        self._next = float("-inf")
        self._turn = asyncio.Lock()
        self.sent = 0
        """Probes that were let through."""

    async def wait(self) -> None:
        """Return when the next probe may be sent."""
        async with self._turn:
            now = self._clock.monotonic()
            if self._next > now:
                await self._clock.sleep(self._next - now)
            self._next = max(self._next, now) + self._every
            self.sent += 1
