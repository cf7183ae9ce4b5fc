"""Marks the faults from before the service is active: they are findings, recorded and shown, and open no incident.

A fault that began before that day stays a finding however long it holds; one that begins later is an incident.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from cmsp_agent.model.event import Event, Transition
from cmsp_agent.model.times import rfc3339
from cmsp_agent.pipeline.alarm_state import Draft

FINDING = "finding"
"""Attribute of a fault that is a finding: why."""

FIRST_LOOK = 300_000
"""Milliseconds after the first answer in which everything of a component is read once: what that finds is older."""


@dataclass(frozen=True, slots=True)
class ActivationPlan:
    """When the service is deemed active."""

    sites: Mapping[str, int] = field(default_factory=dict)
    """Site → ms since the epoch; at once where it has none."""
    activated: Callable[[str], int | None] | None = None
    """Component → when it first answered, which may be before its site's time; None: the plan's day alone counts."""

    def active_from(self, component: str, site: str) -> int:
        """From when on the component is active (ms since the epoch)."""
        latest = self.sites.get(site, 0)
        activated = self.activated(component) if latest and self.activated is not None else None
        return latest if activated is None else min(latest, activated + FIRST_LOOK)


ACTIVE = ActivationPlan()
"""Every site is active."""


class BeforeActivation:
    """Asks the plan; what the agent says of itself is no finding."""

    def __init__(self, plan: ActivationPlan) -> None:
        self._plan = plan

    def __call__(self, draft: Draft, events: Sequence[Event]) -> Sequence[Event]:  # noqa: ARG002 - the one interface
        return [self._marked(event) for event in events] if self._plan.sites else events

    def _marked(self, event: Event) -> Event:
        if event.state is Transition.CLEAR or not event.component:
            return event
        active_from = self._plan.active_from(event.component, event.site)
        if min(event.occurred_at, event.received_at) >= active_from:
            return event
        why = f"older than the activation at {rfc3339(active_from)}"
        if self._plan.activated is not None and active_from == self._plan.sites[event.site]:
            why = f"not activated yet; deemed active from {rfc3339(active_from)} on"
        return replace(event, attributes={**event.attributes, FINDING: why})


def is_finding(event: Event) -> bool:
    """Whether the fault is older than the activation."""
    return FINDING in event.attributes
