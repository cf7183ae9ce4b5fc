"""Counts of what was done, dropped and refused, by name. Shows nothing itself: the API and the heartbeat read it."""

from collections.abc import Callable, Mapping
from threading import Lock

MOST_KEYS = 500
"""Distinct keys kept for one counter name; what comes beyond is counted under `other`."""
NOTHING: Mapping[str, int] = {}


class Counters:
    """Named counts that only grow, and gauges that are read when asked. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: dict[str, dict[str, int]] = {}
        """Name → key → count."""
        self._gauges: dict[str, Callable[[], float]] = {}

    def add(self, name: str, n: int = 1, key: str = "") -> None:
        """Count `n` more of `name`; `key` is a device or a reason, say, and is bounded in number."""
        with self._lock:
            counts = self._counts.setdefault(name, {})
            if key and key not in counts and len(counts) - ("" in counts) >= MOST_KEYS:
                key = "other"
            counts[key] = counts.get(key, 0) + n

    def gauge(self, name: str, read: Callable[[], float]) -> None:
        """Publish a figure that is read on demand (a queue's depth, a buffer's size)."""
        self._gauges[name] = read

    def value(self, name: str, key: str = "") -> int:
        """What has been counted so far; 0 for a name never seen."""
        return self.by_key(name).get(key, 0)

    def by_key(self, name: str) -> Mapping[str, int]:
        """Key → count of one name; empty for a name never seen."""
        with self._lock:
            return dict(self._counts.get(name, NOTHING))

    def keyed(self, wanted: Callable[[str], bool]) -> dict[tuple[str, str], int]:
        """(name, key) → count of the names that are wanted."""
        with self._lock:
            found = ((name, counts) for name, counts in self._counts.items() if wanted(name))
            return {(name, key): count for name, counts in found for key, count in counts.items()}

    def total(self, name: str) -> int:
        """The sum over all keys of one name."""
        return sum(self.by_key(name).values())

    def totals(self, wanted: Callable[[str], bool] = bool) -> dict[str, int]:
        """The sum over all keys of every name that was counted and is wanted."""
        with self._lock:
            return {name: sum(counts.values()) for name, counts in self._counts.items() if wanted(name)}

    def names(self) -> list[str]:
        """The names that were counted, sorted."""
        with self._lock:
            return sorted(self._counts)

    def labelled(self) -> list[tuple[str, str, int]]:
        """All counts as (name, key, count), sorted."""
        return [(name, key, n) for name in self.names() for key, n in sorted(self.by_key(name).items())]

    def gauge_value(self, name: str) -> float | None:
        """One gauge, read now; None where nothing publishes it."""
        read = self._gauges.get(name)
        return None if read is None else read()

    def gauges(self) -> Mapping[str, float]:
        """All gauges, read now."""
        return {name: read() for name, read in sorted(self._gauges.items())}
