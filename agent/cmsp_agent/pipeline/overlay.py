"""A mapping with changes on top: they are kept apart until they are committed."""

from collections.abc import Iterable, Iterator, MutableMapping
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Overlay(Generic[K, V]):
    """Reads fall through to the base, writes stay here until `commit`."""

    __slots__ = ("_base", "_found", "_gone", "changed")

    def __init__(self, base: MutableMapping[K, V]) -> None:
        self._base = base
        self._found = base.get
        self._gone: set[K] = set()
        self.changed: dict[K, V] = {}

    def get(self, key: K) -> V | None:
        """The value as it would be, or None."""
        value = self.changed.get(key)
        if value is not None or key in self._gone:
            return value
        return self._found(key)

    def put(self, key: K, value: V) -> None:
        """Set it in the draft."""
        self.changed[key] = value
        self._gone.discard(key)

    def drop(self, key: K) -> None:
        """Remove it in the draft."""
        self.changed.pop(key, None)
        self._gone.add(key)

    def keys(self) -> Iterator[K]:
        """All keys as they would be."""
        yield from (key for key in self._base if key not in self._gone and key not in self.changed)
        yield from self.changed

    def values(self) -> Iterator[V]:
        """All values as they would be."""
        yield from (value for key, value in self._base.items() if key not in self._gone and key not in self.changed)
        yield from self.changed.values()

    @property
    def gone(self) -> Iterable[K]:
        """The keys that the draft removes."""
        return self._gone

    def commit(self) -> None:
        """Make the draft the truth."""
        for key in self._gone:
            self._base.pop(key, None)
        for key, value in self.changed.items():
            # re-inserted at the end, so that the oldest entry is always the first
            self._base.pop(key, None)
            self._base[key] = value


class OverlayInOrder(Overlay[K, V]):
    """One whose keys are asked in the order in which they were set."""

    __slots__ = ("_ordered",)

    def __init__(self, base: dict[K, V]) -> None:
        super().__init__(base)
        self._ordered = base

    def latest(self) -> Iterator[K]:
        """All keys as they would be, the latest first."""
        yield from reversed(self.changed)
        yield from (key for key in reversed(self._ordered) if key not in self._gone and key not in self.changed)
