"""Counts of what was done, dropped and refused, by name. Shows nothing itself: the API and the heartbeat read it."""

from collections.abc import Callable, Mapping
from threading import Lock

MOST_KEYS = 500
"""Distinct keys kept for one counter name; what comes beyond is counted under `other`."""


class Counters:
    """Named counts that only grow, and gauges that are read when asked. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: dict[tuple[str, str], int] = {}
        self._places: list[tuple[str, str]] = []
        """Those of the counts, sorted; fewer where some came since."""
        self._keys: dict[str, int] = {}
        self._gauges: dict[str, Callable[[], float]] = {}

    def add(self, name: str, n: int = 1, key: str = "") -> None:
        """Count `n` more of `name`; `key` is a device or a reason, say, and is bounded in number."""
        with self._lock:
            place = (name, key)
            if place not in self._counts:
                place = self._admit(name, key)
            self._counts[place] = self._counts.get(place, 0) + n

    def _admit(self, name: str, key: str) -> tuple[str, str]:
        if not key:
            return (name, "")
        if self._keys.get(name, 0) >= MOST_KEYS:
            return (name, "other")
        self._keys[name] = self._keys.get(name, 0) + 1
        return (name, key)

    def gauge(self, name: str, read: Callable[[], float]) -> None:
        """Publish a figure that is read on demand (a queue's depth, a buffer's size)."""
        self._gauges[name] = read

    def value(self, name: str, key: str = "") -> int:
        """What has been counted so far; 0 for a name never seen."""
        return self._counts.get((name, key), 0)

    def total(self, name: str) -> int:
        """The sum over all keys of one name."""
        with self._lock:
            return sum(n for (counted, _), n in self._counts.items() if counted == name)

    def labelled(self) -> list[tuple[str, str, int]]:
        """All counts as (name, key, count), sorted."""
        with self._lock:
            if len(self._places) != len(self._counts):
                self._places = sorted(self._counts)
            return [(place[0], place[1], self._counts[place]) for place in self._places]

    def gauge_value(self, name: str) -> float | None:
        """One gauge, read now; None where nothing publishes it."""
        read = self._gauges.get(name)
        return None if read is None else read()

    def gauges(self) -> Mapping[str, float]:
        """All gauges, read now."""
        return {name: read() for name, read in sorted(self._gauges.items())}
