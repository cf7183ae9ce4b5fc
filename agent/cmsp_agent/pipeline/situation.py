"""What the pipeline remembers between batches, and a draft of it that is kept only when the facts were committed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from cmsp_agent.model.event import Event, Key
from cmsp_agent.model.incident import Incident

K = TypeVar("K")
V = TypeVar("V")

MOST_ENDED = 20_000
"""Ended alarms and passing events remembered for the sake of late echoes."""


@dataclass(frozen=True, slots=True)
class Silence:
    """How long a component has been silent. Counted in polls; times in ms since the epoch."""

    polled_at: int = 0
    polls: int = 0
    """Consecutive polls in which neither ICMP, TCP nor SNMP answered."""
    snmp: int = 0
    """Consecutive polls in which SNMP did not answer."""
    since: int = 0
    """When the first of those polls began."""


@dataclass(slots=True)
class Situation:
    """The site as the committed facts tell it. Alarms and incidents survive in the database, the rest is relearnt."""

    active: dict[Key, Event] = field(default_factory=dict)
    """Alarms that hold, by key."""
    ended: dict[Key, Event] = field(default_factory=dict)
    """The last raise or passing event of a key that ended lately: late tellings of it are echoes."""
    ended_at: dict[Key, int] = field(default_factory=dict)
    silences: dict[str, Silence] = field(default_factory=dict)
    observed: dict[tuple[str, str], Mapping[str, bool]] = field(default_factory=dict)
    """(component, alarm type) → object → raised, from the last poll: who backs whom up within a component."""
    incidents: dict[str, Incident] = field(default_factory=dict)
    """Open incidents by id."""


class Overlay(Generic[K, V]):
    """A dict as it would be: reads fall through to the base, writes stay here until `commit`."""

    __slots__ = ("_base", "_gone", "changed")

    def __init__(self, base: dict[K, V]) -> None:
        self._base = base
        self._gone: set[K] = set()
        self.changed: dict[K, V] = {}

    def get(self, key: K) -> V | None:
        """The value as it would be, or None."""
        if key in self.changed:
            return self.changed[key]
        return None if key in self._gone else self._base.get(key)

    def put(self, key: K, value: V) -> None:
        """Set it in the draft."""
        self.changed[key] = value
        self._gone.discard(key)

    def drop(self, key: K) -> None:
        """Remove it in the draft."""
        self.changed.pop(key, None)
        self._gone.add(key)

    def values(self) -> Iterator[V]:
        """All values as they would be."""
        yield from (value for key, value in self._base.items() if key not in self._gone and key not in self.changed)
        yield from self.changed.values()

    def commit(self) -> None:
        """Make the draft the truth."""
        for key in self._gone:
            self._base.pop(key, None)
        for key, value in self.changed.items():
            # re-inserted at the end, so that the oldest entry is always the first
            self._base.pop(key, None)
            self._base[key] = value


class Draft:
    """The situation after a batch, and the facts that the batch adds to the record."""

    def __init__(self, situation: Situation, now: int) -> None:
        self._situation = situation
        self.now = now
        self.active = Overlay(situation.active)
        self.ended = Overlay(situation.ended)
        self.ended_at = Overlay(situation.ended_at)
        self.silences = Overlay(situation.silences)
        self.observed = Overlay(situation.observed)
        self.incidents = Overlay(situation.incidents)
        self.facts = Facts()

    def orphaned(self, event: Event) -> bool:
        """Whether the alarm was explained by one that no longer holds."""
        return event.suppressed_by is not None and all(held.id != event.suppressed_by for held in self.active.values())

    def commit(self) -> None:
        """Keep the draft; called after its facts were made durable."""
        for overlay in (self.active, self.ended, self.ended_at, self.silences, self.observed, self.incidents):
            overlay.commit()
        while len(self._situation.ended) > MOST_ENDED:
            oldest = next(iter(self._situation.ended))
            del self._situation.ended[oldest]
            self._situation.ended_at.pop(oldest, None)


@dataclass(slots=True)
class Facts:
    """What a batch makes known. Each is written together with its outbox row, or not at all."""

    new: dict[str, Event] = field(default_factory=dict)
    """Events to insert, by id."""
    changed: dict[str, Event] = field(default_factory=dict)
    """Events known already whose count, sources or suppression changed, by id."""
    told: set[str] = field(default_factory=set)
    """Ids among `changed` that the head-end must hear of again (a new source, a new suppression)."""
    incidents: dict[str, Incident] = field(default_factory=dict)

    def record(self, event: Event) -> None:
        """A new event for the log."""
        self.new[event.id] = event

    def revise(self, event: Event, *, tell: bool) -> None:
        """An event that was recorded before, in this batch or an earlier one."""
        if event.id in self.new:
            self.new[event.id] = event
            return
        self.changed[event.id] = event
        if tell:
            self.told.add(event.id)

    def __bool__(self) -> bool:
        return bool(self.new or self.changed or self.incidents)
