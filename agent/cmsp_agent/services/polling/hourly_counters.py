"""How much counters grew in the last hour, for ratios that one poll is too short for: answers of all calls, say."""

from collections import deque
from collections.abc import Sequence

WINDOW = 3600.0
"""Seconds."""
STEP = 300.0
"""Seconds between two readings that are kept: a dozen of each counter."""


class LastHour:
    """Counters of one device. A counter that went back, or a restart, begins its hour anew."""

    def __init__(self) -> None:
        self._kept: dict[str, deque[tuple[float, Sequence[int]]]] = {}

    def restart(self) -> None:
        """The device restarted: every counter is seeded anew."""
        self._kept.clear()

    def grown(self, key: str, values: Sequence[int], at: float) -> tuple[int, ...] | None:
        """By how much each of the counters of a row grew in the last hour; None: it was not seen before.

        Args:
            key: which row.
            values: what its counters read now.
            at: monotonic seconds.
        """
        kept = self._kept.setdefault(key, deque())
        if kept and any(now < before for now, before in zip(values, kept[-1][1], strict=True)):
            kept.clear()
        # the oldest one is that which was read an hour ago, or just before
        while len(kept) > 1 and kept[1][0] <= at - WINDOW:
            kept.popleft()
        found = tuple(now - before for now, before in zip(values, kept[0][1], strict=True)) if kept else None
        if not kept or at - kept[-1][0] >= STEP:
            kept.append((at, tuple(values)))
        return found

    def forget_others(self, keys: set[str]) -> None:
        """Drop rows that are no longer read."""
        for key in [key for key in self._kept if key not in keys]:
            del self._kept[key]
