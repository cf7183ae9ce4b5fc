"""Uptime the faults from before the service is active: they are findings, recorded and shown, and open no incident.

A fault that began before that day stays a finding however long it holds; one that begins later is an incident.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from cmsp_agent.model.event import Event, Transition
from cmsp_agent.model.times import rfc3339
from cmsp_agent.pipeline.alarm_state import Draft

FINDING = "finding"
"""Attribute of a fault that is a finding: why."""
ACTIVE: Mapping[str, int] = {}
"""Every site is active."""


class BeforeActivation:
    """Knows from when on each site is active (ms since the epoch); what the agent says of itself is no finding."""

    def __init__(self, active_from: Mapping[str, int]) -> None:
        self._active_from = active_from

    def __call__(self, draft: Draft, events: Sequence[Event]) -> Sequence[Event]:  # noqa: ARG002 - the one interface
        return [self._marked(event) for event in events] if self._active_from else events

    def _marked(self, event: Event) -> Event:
        active_from = self._active_from.get(event.site, 0)
        if event.state is Transition.CLEAR or not event.component or event.received_at >= active_from:
            return event
        why = f"older than the activation at {rfc3339(active_from)}"
        return replace(event, attributes={**event.attributes, FINDING: why})


def is_finding(event: Event) -> bool:
    """Whether the fault is older than the activation."""
    return FINDING in event.attributes
