"""The alarms that hold, found by key, by id and by component, and a draft of them. Decides nothing about them.

A storm raises thousands: nothing that is done for one event may go through all of them.
"""

from collections import UserDict
from collections.abc import Collection, Mapping

from cmsp_agent.model.event import AlarmKey, Event
from cmsp_agent.pipeline.overlay import Overlay

NONE_HELD: Mapping[AlarmKey, Event] = {}


class Alarms(UserDict[AlarmKey, Event]):
    """Alarms by key, the oldest change first."""

    def __init__(self) -> None:
        self._keys: dict[str, AlarmKey] = {}
        self._held: dict[str, dict[AlarmKey, Event]] = {}
        super().__init__()

    def __setitem__(self, key: AlarmKey, event: Event) -> None:
        self.pop(key, None)
        self.data[key] = event
        self._keys[event.id] = key
        self._held.setdefault(key.component, {})[key] = event

    def __delitem__(self, key: AlarmKey) -> None:
        event = self.data.pop(key)
        del self._keys[event.id]
        held = self._held[key.component]
        del held[key]
        if not held:
            del self._held[key.component]

    def key_of(self, event_id: str) -> AlarmKey | None:
        """The key of the alarm with this id."""
        return self._keys.get(event_id)

    def of(self, component: str) -> Mapping[AlarmKey, Event]:
        """The alarms of one component."""
        return self._held.get(component, NONE_HELD)


class AlarmDraft(Overlay[AlarmKey, Event]):
    """The alarms as they would be."""

    __slots__ = ("_alarms", "_held", "_keys")

    def __init__(self, base: Alarms) -> None:
        super().__init__(base)
        self._alarms = base
        self._keys: dict[str, AlarmKey] = {}
        self._held: dict[str, dict[AlarmKey, Event]] = {}

    def put(self, key: AlarmKey, value: Event) -> None:
        """Set it in the draft."""
        super().put(key, value)
        self._keys[value.id] = key
        self._own(key.component)[key] = value

    def drop(self, key: AlarmKey) -> None:
        """Remove it in the draft."""
        super().drop(key)
        self._own(key.component).pop(key, None)

    def by_id(self, event_id: str) -> Event | None:
        """The alarm with this id, if it still holds."""
        key = self._keys.get(event_id) or self._alarms.key_of(event_id)
        event = None if key is None else self.get(key)
        return event if event is not None and event.id == event_id else None

    def of(self, component: str) -> Collection[Event]:
        """The alarms of one component."""
        own = self._held.get(component)
        return (self._alarms.of(component) if own is None else own).values()

    def _own(self, component: str) -> dict[AlarmKey, Event]:
        """A component's alarms, copied when the draft first changes one of them."""
        own = self._held.get(component)
        if own is None:
            own = self._held[component] = dict(self._alarms.of(component))
        return own
