"""Incident → its alarms, as a draft changes them: a part of the alarm state. Opens and changes no incident."""

from collections.abc import Iterable

Ids = dict[str, None]
NO_IDS: Ids = {}


class MemberDraft:
    """Incident → ids of its alarms, the first to join first, as they would be."""

    __slots__ = ("_base", "_joined", "_left", "_over")

    def __init__(self, base: dict[str, Ids]) -> None:
        self._base = base
        self._joined: dict[str, Ids] = {}
        self._left: dict[str, Ids] = {}
        self._over: Ids = {}

    def join(self, incident: str, alarms: Iterable[str]) -> None:
        """Alarms that belong to the incident from now on."""
        known, left = self._base.get(incident, NO_IDS), self._left.get(incident, NO_IDS)
        for alarm in alarms:
            left.pop(alarm, None)
            if alarm not in known:
                self._joined.setdefault(incident, {})[alarm] = None

    def leave(self, incident: str, alarm: str) -> None:
        """An alarm that holds no more."""
        self._joined.get(incident, NO_IDS).pop(alarm, None)
        if alarm in self._base.get(incident, NO_IDS):
            self._left.setdefault(incident, {})[alarm] = None

    def drop(self, incident: str) -> None:
        """An incident that is over."""
        self._joined.pop(incident, None)
        self._over[incident] = None

    def of(self, incident: str) -> list[str]:
        """The alarms of the incident."""
        if incident in self._over:
            return []
        left = self._left.get(incident, NO_IDS)
        known = (alarm for alarm in self._base.get(incident, NO_IDS) if alarm not in left)
        return [*known, *self._joined.get(incident, NO_IDS)]

    def has(self, incident: str, alarm: str) -> bool:
        """Whether the alarm belongs to the incident."""
        if alarm in self._joined.get(incident, NO_IDS):
            return True
        return alarm in self._base.get(incident, NO_IDS) and alarm not in self._left.get(incident, NO_IDS)

    def count(self, incident: str) -> int:
        """How many alarms the incident has."""
        each = self._base, self._joined
        return sum(len(ids.get(incident, NO_IDS)) for ids in each) - len(self._left.get(incident, NO_IDS))

    def commit(self) -> None:
        """Make the draft the truth."""
        for incident, alarms in self._left.items():
            for alarm in alarms:
                self._base[incident].pop(alarm, None)
        for incident, alarms in self._joined.items():
            self._base.setdefault(incident, {}).update(alarms)
        for incident in self._over:
            self._base.pop(incident, None)
