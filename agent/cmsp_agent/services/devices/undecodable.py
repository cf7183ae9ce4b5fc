"""The values that devices send and that can't be decoded: kept by component and object, for people to look at."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace

from cmsp_agent.model.signal import Unreadable

MOST_OBJECTS = 100
"""Of one component; the one that was not seen for longest makes room."""
MOST_COMPONENTS = 2_000


@dataclass(frozen=True, slots=True)
class UnreadableObject:
    """An object whose values can't be decoded: the last one, and how often that happened since the start."""

    oid: str
    value: Unreadable
    count: int
    at: int
    """When it came last, ms since the epoch."""


class UnreadableObjects:
    """What could not be decoded since the agent started."""

    def __init__(self) -> None:
        self._by_component: OrderedDict[str, OrderedDict[str, UnreadableObject]] = OrderedDict()

    def note(self, component: str, values: Mapping[str, Unreadable], at: int) -> None:
        """Keep what a poll or a trap of a component brought, by OID."""
        known = self._by_component.setdefault(component, OrderedDict())
        for oid, value in values.items():
            before = known.pop(oid, None)
            known[oid] = (
                UnreadableObject(oid, value, 1, at)
                if before is None
                else replace(before, value=value, count=before.count + 1, at=at)
            )
        while len(known) > MOST_OBJECTS:
            known.popitem(last=False)
        while len(self._by_component) > MOST_COMPONENTS:
            self._by_component.popitem(last=False)

    def of(self, component: str) -> list[UnreadableObject]:
        """The objects of a component, by OID."""
        return sorted(self._by_component.get(component, {}).values(), key=lambda each: each.oid)
