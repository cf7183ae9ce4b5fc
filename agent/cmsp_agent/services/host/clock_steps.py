"""Steps of the wall clock while the agent runs: each is an event, for times before and after it don't compare."""

from cmsp_agent.aio.clock import Clock
from cmsp_agent.model.times import rfc3339
from cmsp_agent.services.events.notices import Notices

STEPPED = "clock.stepped"
LEAST = 1.0
"""Seconds. What NTP slews between two looks is far below it."""


class ClockSteps:
    """Compares the wall clock with the monotonic one, from one look to the next."""

    def __init__(self, notices: Notices, clock: Clock) -> None:
        self._notices = notices
        self._clock = clock
        self._apart = self._difference()

    def look(self) -> None:
        """Report a step since the last look."""
        before, self._apart = self._apart, self._difference()
        step = self._apart - before
        if abs(step) >= LEAST:
            way = "forward" if step > 0 else "back"
            now = rfc3339(self._clock.now())
            self._notices.note(STEPPED, "clock", f"the clock was set {way} by {abs(step):.0f} s: it is {now} now")

    def _difference(self) -> float:
        return self._clock.now() / 1000 - self._clock.monotonic()
