"""Refused calls and their repeats: the first is logged at once, the rest as a count, so that they fill no disk."""

from dataclasses import dataclass, field

WINDOW = 60.0
"""Seconds in which further refusals of one caller are only counted."""
MOST_CALLERS = 1000


@dataclass(slots=True)
class _Known:
    at: float
    since: int = 0


@dataclass(slots=True)
class Refusals:
    """By caller. The count that is not logged yet goes with the next entry of that caller."""

    _callers: dict[str, _Known] = field(default_factory=dict)

    def due(self, caller: str, now: float) -> int | None:
        """None where this one is only counted; else how many were counted since the last entry.

        Args:
            caller: who was refused.
            now: monotonic seconds.
        """
        known = self._callers.pop(caller, None)
        if known is not None and now - known.at < WINDOW:
            known.since += 1
            self._callers[caller] = known
            return None
        if len(self._callers) >= MOST_CALLERS:
            del self._callers[next(iter(self._callers))]
        self._callers[caller] = _Known(now)
        return known.since if known is not None else 0
