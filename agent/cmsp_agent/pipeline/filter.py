"""Drop what a component's tier does not get. Knows nothing of time or of other events."""

from collections.abc import Mapping, Sequence

from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.component import Component, Tier
from cmsp_agent.model.event import Event
from cmsp_agent.pipeline.alarm_state import Draft
from cmsp_agent.pipeline.built_in import (
    COMPONENT_DEGRADED,
    COMPONENT_DOWN,
    COMPONENT_UNRESOLVED,
    DEVICE_TYPE_MISSING,
    MANAGEMENT_LOST,
)

AVAILABILITY = frozenset({COMPONENT_DOWN, MANAGEMENT_LOST, COMPONENT_DEGRADED, COMPONENT_UNRESOLVED})


class TierFilter:
    """`monitored-only` is up or down and nothing else; every other tier gets its events."""

    def __init__(self, components: Mapping[str, Component], counters: Counters) -> None:
        self._components = components
        self._counters = counters

    def __call__(self, draft: Draft, events: Sequence[Event]) -> Sequence[Event]:  # noqa: ARG002 - the one interface
        return [event for event in events if self._passes(event)]

    def _passes(self, event: Event) -> bool:
        component = self._components.get(event.component)
        if component is None or gets(component, event.type):
            return True
        self._counters.add("filter.not_in_tier", key=component.name)
        return False


def gets(component: Component, kind: str) -> bool:
    """Whether a component's tier gets alarms of a type."""
    return component.tier is not Tier.MONITORED_ONLY or kind in AVAILABILITY or kind == DEVICE_TYPE_MISSING
