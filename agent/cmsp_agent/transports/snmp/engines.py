"""What the engine asks of its surroundings: a store for discovered engine IDs, and an observer of oddities."""

from collections.abc import Mapping
from typing import Protocol


class EngineStore(Protocol):
    """Engine IDs of devices, by address. Never their boots and time: those are believed when signed, and then only."""

    def load(self) -> Mapping[str, bytes]:
        """All that are known, when the client opens."""
        ...

    def remember(self, address: str, engine_id: bytes) -> None:
        """Keep this one, soon; must not block."""
        ...


class NoEngineStore:
    """Remembers nothing: every start discovers anew."""

    def load(self) -> Mapping[str, bytes]:
        """See `EngineStore`."""
        return {}

    def remember(self, address: str, engine_id: bytes) -> None:
        """See `EngineStore`."""


class EngineObserver(Protocol):
    """Called with what should become an event."""

    def duplicate_engine(self, engine_id: bytes, addresses: tuple[str, ...]) -> None:
        """Devices at several addresses have one engine ID (cloned configurations); time windows are kept apart."""
        ...

    def boots_reset(self, address: str, known: int, now: int) -> None:
        """A device signed a lower engineBoots than before (RFC 3414 section 2.3 forbids it); once per session."""
        ...

    def engine_changed(self, address: str, known: bytes, now: bytes) -> None:
        """A device signs with another engine ID than before: it was exchanged, reset or cloned."""
        ...

    def recovered(self, address: str, how: str) -> None:
        """A device whose answers could not be used signs valid ones again; `how`: in a few words."""
        ...


class NoObserver:
    """Does nothing."""

    def duplicate_engine(self, engine_id: bytes, addresses: tuple[str, ...]) -> None:
        """See `EngineObserver`."""

    def boots_reset(self, address: str, known: int, now: int) -> None:
        """See `EngineObserver`."""

    def engine_changed(self, address: str, known: bytes, now: bytes) -> None:
        """See `EngineObserver`."""

    def recovered(self, address: str, how: str) -> None:
        """See `EngineObserver`."""


class EngineDirectory:
    """Which device has which engine ID: from the store, from discovery.

    Args:
        store: loaded at once.
        observer: called for duplicates, once for each address that joins.
    """

    def __init__(self, store: EngineStore, observer: EngineObserver) -> None:
        self._store = store
        self._observer = observer
        self._by_address = dict(store.load())
        self._addresses: dict[bytes, set[str]] = {}
        for address, engine_id in self._by_address.items():
            self._addresses.setdefault(engine_id, set()).add(address)

    def known(self, address: str) -> bytes | None:
        """The engine ID last seen at the address."""
        return self._by_address.get(address)

    def recovered(self, address: str, how: str) -> None:
        """See `EngineObserver`."""
        self._observer.recovered(address, how)

    def confirmed(self, address: str, engine_id: bytes) -> None:
        """A device gave a true answer as this engine. What discovery says is nothing: anybody may answer that."""
        before = self._by_address.get(address)
        if before == engine_id:
            return
        if before is not None:
            self._addresses.get(before, set()).discard(address)
            self._observer.engine_changed(address, before, engine_id)
        self._by_address[address] = engine_id
        sharing = self._addresses.setdefault(engine_id, set())
        sharing.add(address)
        self._store.remember(address, engine_id)
        if len(sharing) > 1:
            self._observer.duplicate_engine(engine_id, tuple(sorted(sharing)))
