"""Losses that no part tells by an alarm of its own: each counter that means loss is one, from its first count on."""

from collections.abc import Mapping
from functools import lru_cache
from typing import NoReturn

from cmsp_agent.aio.clock import Clock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.counters.declaration import LOSING
from cmsp_agent.model.register import described
from cmsp_agent.services.events.conditions import Conditions

EVERY = 15.0
"""Seconds between two looks at the counters."""
OVER_AFTER = 600.0
"""Seconds without a further count after which the alarm ends."""


class CountedLosses:
    """Looks at the counters now and then."""

    def __init__(self, counters: Counters, conditions: Conditions, clock: Clock) -> None:
        self._counters = counters
        self._conditions = conditions
        self._clock = clock
        self._before: Mapping[str, int] = {}
        self._last: dict[str, float] = {}
        self._texts: dict[str, str] = {}

    def look(self) -> None:
        """Tell of what was lost since the last look, and of what is lost no more."""
        now, counts = self._clock.monotonic(), self._counts()
        for name, count in counts.items():
            if count > self._before.get(name, 0):
                self._last[name] = now
                first = f"{described(name).help}: {count - self._before.get(name, 0)} ({name})"
                self._texts.setdefault(name, first)
        self._before = counts
        self._last = {name: at for name, at in self._last.items() if now - at < OVER_AFTER}
        self._texts = {name: text for name, text in self._texts.items() if name in self._last}
        held = {("", name): text for name, text in self._texts.items()}
        self._conditions.settle(held, f"no more of it for {OVER_AFTER / 60:.0f} minutes")

    async def run(self) -> NoReturn:
        """Look, until cancelled."""
        while True:
            self.look()
            await self._clock.sleep(EVERY)

    def _counts(self) -> dict[str, int]:
        return self._counters.totals(_is_reported_here)


@lru_cache(maxsize=2_000)  # looked at every few seconds
def _is_reported_here(name: str) -> bool:
    counter = described(name)
    return counter.loss and counter.alarm == LOSING
