"""The alarms that hold, found by key, by id and by component, and a draft of them. Decides nothing about them.

A storm raises thousands: nothing that is done for one event may go through all of them, or through all of a component.
"""

from collections import UserDict
from collections.abc import Iterable, Iterator, Mapping

from cmsp_agent.model.event import AlarmKey, Event
from cmsp_agent.model.interfaces import unnamed
from cmsp_agent.pipeline.overlay import Overlay

Held = dict[AlarmKey, Event]
NONE_HELD: Mapping[str, Held] = {}
NO_ALARMS: Held = {}
NONE_TOUCHED: Mapping[str, dict[AlarmKey, None]] = {}


class Alarms(UserDict[AlarmKey, Event]):
    """Alarms by key, the oldest change first."""

    def __init__(self) -> None:
        self._keys: dict[str, AlarmKey] = {}
        self._held: dict[str, dict[str, Held]] = {}
        self._unnamed: dict[str, dict[AlarmKey, None]] = {}
        """Component → its alarms of interfaces that are known by their ifIndex alone."""
        self._inhibited: dict[str, dict[AlarmKey, None]] = {}
        """Component → its alarms that have a cause."""
        super().__init__()

    def __setitem__(self, key: AlarmKey, event: Event) -> None:
        self.pop(key, None)
        self.data[key] = event
        self._keys[event.id] = key
        self._held.setdefault(key.component, {}).setdefault(key.type, {})[key] = event
        if unnamed(key.object) is not None:
            self._unnamed.setdefault(key.component, {})[key] = None
        if event.suppressed_by is not None:
            self._inhibited.setdefault(key.component, {})[key] = None

    def __delitem__(self, key: AlarmKey) -> None:
        event = self.data.pop(key)
        del self._keys[event.id]
        for marked in (self._unnamed, self._inhibited):
            if key in (known := marked.get(key.component, NO_ALARMS)):
                del known[key]
        of_component = self._held[key.component]
        del of_component[key.type][key]
        if not of_component[key.type]:
            del of_component[key.type]
        if not of_component:
            del self._held[key.component]

    def get(self, key: AlarmKey, default: Event | None = None) -> Event | None:  # type: ignore[override]
        """As of a dict: asked several times for each event, and UserDict's own takes five calls."""
        return self.data.get(key, default)

    def key_of(self, event_id: str) -> AlarmKey | None:
        """The key of the alarm with this id."""
        return self._keys.get(event_id)

    def of(self, component: str) -> Mapping[str, Held]:
        """The alarms of one component: by type, then by key."""
        return self._held.get(component, NONE_HELD)

    def unnamed(self, component: str) -> Iterable[AlarmKey]:
        """The alarms of a component whose interfaces are known by their ifIndex alone."""
        return self._unnamed.get(component, ())

    def inhibited(self, component: str) -> Iterable[AlarmKey]:
        """The alarms of a component that have a cause."""
        return self._inhibited.get(component, ())


class AlarmDraft(Overlay[AlarmKey, Event]):
    """The alarms as they would be."""

    __slots__ = ("_alarms", "_keys", "_more", "_touched")

    def __init__(self, base: Alarms) -> None:
        super().__init__(base)
        self._alarms = base
        self._found = base.data.get
        self._keys: dict[str, AlarmKey] = {}
        self._touched: dict[str, dict[str, dict[AlarmKey, None]]] = {}
        """Component → type → the keys that the draft has set or removed."""
        self._more: dict[str, dict[str, int]] = {}
        """Component → type → how many alarms more than before."""

    def put(self, key: AlarmKey, value: Event) -> None:
        """Set it in the draft."""
        self._touch(key, int(self.get(key) is None))
        super().put(key, value)
        self._keys[value.id] = key

    def drop(self, key: AlarmKey) -> None:
        """Remove it in the draft."""
        self._touch(key, -int(self.get(key) is not None))
        super().drop(key)

    def _touch(self, key: AlarmKey, more: int) -> None:
        self._touched.setdefault(key.component, {}).setdefault(key.type, {})[key] = None
        counts = self._more.setdefault(key.component, {})
        counts[key.type] = counts.get(key.type, 0) + more

    def by_id(self, event_id: str) -> Event | None:
        """The alarm with this id, if it still holds."""
        key = self._keys.get(event_id) or self._alarms.key_of(event_id)
        event = None if key is None else self.get(key)
        return event if event is not None and event.id == event_id else None

    def of(self, component: str, kind: str | None = None) -> Iterator[Event]:
        """The alarms of one component, of one type or of all."""
        held, touched = self._alarms.of(component), self._touched.get(component, NONE_TOUCHED)
        for known in (*held, *(each for each in touched if each not in held)) if kind is None else (kind,):
            changed = touched.get(known, {})
            yield from (event for key, event in held.get(known, NO_ALARMS).items() if key not in changed)
            yield from (self.changed[key] for key in changed if key in self.changed)

    def unnamed(self, component: str) -> Iterator[Event]:
        """The alarms of a component's interfaces that are known by their ifIndex alone: by type, as `of` has them."""
        touched = (*self._alarms.unnamed(component), *self._touched_of(component))
        known = dict.fromkeys(key for key in touched if unnamed(key.object) is not None)
        keys = (key for kind in self.types(component) for key in known if key.type == kind)
        yield from (event for key in keys if (event := self.get(key)) is not None)

    def inhibited(self, component: str) -> Iterator[Event]:
        """The alarms of a component that have a cause."""
        for key in dict.fromkeys((*self._alarms.inhibited(component), *self._touched_of(component))):
            event = self.get(key)
            if event is not None and event.suppressed_by is not None:
                yield event

    def _touched_of(self, component: str) -> Iterator[AlarmKey]:
        return (key for keys in self._touched.get(component, NONE_TOUCHED).values() for key in keys)

    def count(self, component: str, kind: str) -> int:
        """How many alarms of a type the component has."""
        return len(self._alarms.of(component).get(kind, NO_ALARMS)) + self._more.get(component, {}).get(kind, 0)

    def types(self, component: str) -> list[str]:
        """The types of a component's alarms."""
        known = dict.fromkeys((*self._alarms.of(component), *self._more.get(component, {})))
        return [kind for kind in known if self.count(component, kind)]
