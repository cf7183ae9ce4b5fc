"""Rates from counters. A decrease counts as a wrap unless something shows that the counter started anew."""

from typing import NamedTuple

from cmsp_agent.services.polling.hourly_counters import LastHour

MOST_OF_A_WRAP = 0.5
"""A wrap that would mean more than this share of the counter's range in one interval is not believed."""
SLACK = 1.5
"""Speeds are rounded (a T1 is 1 Mbit/s or 2)."""


class Seen(NamedTuple):
    """A counter's last value. A tuple, since one is made for every counter of every poll."""

    value: int
    at: float
    """Monotonic seconds."""
    discontinuity: int | None
    """ifCounterDiscontinuityTime, where there is one."""


class Rates:
    """The counters of one device as they were last seen."""

    def __init__(self) -> None:
        self._seen: dict[str, Seen] = {}
        self.hours = LastHour()
        """What ratios remember."""

    def restart(self) -> None:
        """The device restarted: every counter is seeded anew."""
        self._seen.clear()
        self.hours.restart()

    def rate(
        self,
        key: str,
        value: int,
        at: float,
        width: int = 32,
        discontinuity: int | None = None,
        most: float | None = None,
    ) -> float | None:
        """Units per second since the counter was last seen; None where that can't be known.

        Args:
            key: which counter.
            value: what it reads now.
            at: monotonic seconds.
            width: bits of the counter.
            discontinuity: the counter's discontinuity time; where it moved, the counter started anew.
            most: what it can grow by in a second (an interface's speed); None: not known. A wrap that needs more was
                none, and where it may have wrapped twice nothing is known.
        """
        before = self._seen.get(key)
        self._seen[key] = Seen(value, at, discontinuity)
        if before is None or at <= before.at or discontinuity != before.discontinuity:
            return None
        grown, whole = value - before.value, 1 << width
        possible = SLACK * most * (at - before.at) if most else MOST_OF_A_WRAP * whole
        if possible > SLACK * 2 * whole:
            return None
        if grown < 0:
            grown += whole
            if grown > min(possible, MOST_OF_A_WRAP * whole):
                return None
        return grown / (at - before.at)

    def last(self, key: str) -> int | None:
        """What the counter read when it was last seen; None where it was not."""
        seen = self._seen.get(key)
        return seen.value if seen is not None else None

    def forget(self, key: str) -> None:
        """The counter may be another one than it was: it is seeded anew."""
        self._seen.pop(key, None)

    def forget_others(self, keys: set[str]) -> None:
        """Drop counters that are no longer read, so that rows that come and go leave nothing behind."""
        for key in [key for key in self._seen if key not in keys]:
            del self._seen[key]
        self.hours.forget_others(keys)
