"""Drop what a component does not get by its order or its tier. Knows nothing of time or of other events."""

from collections.abc import Mapping, Sequence

from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.component import Component
from cmsp_agent.model.entitlement import ServicePart, gets
from cmsp_agent.model.event import Event, Source
from cmsp_agent.pipeline.alarm_state import Draft
from cmsp_agent.pipeline.alarm_types.order import OF_THE_ORDER
from cmsp_agent.pipeline.built_in import (
    COMPONENT_DEGRADED,
    COMPONENT_DOWN,
    COMPONENT_UNRESOLVED,
    DEVICE_TYPE_MISSING,
    MANAGEMENT_LOST,
)

AVAILABILITY = frozenset({COMPONENT_DOWN, MANAGEMENT_LOST, COMPONENT_DEGRADED, COMPONENT_UNRESOLVED})
ALWAYS = AVAILABILITY | OF_THE_ORDER | {DEVICE_TYPE_MISSING}
"""What is said of every component."""
FROM_THE_DEVICE = frozenset({Source.TRAP, Source.SYSLOG})


class TierFilter:
    """Every component is up or down; the rest is for those that get it."""

    def __init__(self, components: Mapping[str, Component], counters: Counters) -> None:
        self._components = components
        self._counters = counters

    def __call__(self, draft: Draft, events: Sequence[Event]) -> Sequence[Event]:  # noqa: ARG002 - the one interface
        return [event for event in events if self._passes(event)]

    def _passes(self, event: Event) -> bool:
        component = self._components.get(event.component)
        if component is None or is_for(component, event):
            return True
        self._counters.add("filter.not_in_tier", key=component.name)
        return False


def is_for(component: Component, event: Event) -> bool:
    """Whether a component gets an event: what devices send is for those with events, what is polled for KPIs.

    What the agent itself says beside that is for those that have either.
    """
    if event.type in ALWAYS:
        return True
    events, kpis = gets(component, ServicePart.EVENTS), gets(component, ServicePart.KPIS)
    if events == kpis:
        return events
    sources = set(event.sources)
    return bool((events and sources & FROM_THE_DEVICE) or (kpis and Source.POLL in sources) or Source.AGENT in sources)
