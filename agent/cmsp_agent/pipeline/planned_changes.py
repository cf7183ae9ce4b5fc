"""Says of each change of a device whether the partner announced it. Drops and silences nothing.

A change is announced by planned work, or by a maintenance window, that covers the component at that time.
"""

from collections.abc import Sequence
from dataclasses import replace

from cmsp_agent.model.event import Event, Transition
from cmsp_agent.pipeline.alarm_state import Draft
from cmsp_agent.pipeline.built_in import RESTARTED
from cmsp_agent.pipeline.silences import Silences
from cmsp_agent.plugin.api import CONFIG_CHANGED

ANNOUNCED = "announced"
"""Attribute of a change: by which work or window, or `no`."""
UNANNOUNCED = "no"
CHANGES = frozenset({CONFIG_CHANGED.type, RESTARTED})


class PlannedChanges:
    """Marks the changes among the events."""

    def __init__(self, silences: Silences) -> None:
        self._silences = silences

    def __call__(self, draft: Draft, events: Sequence[Event]) -> Sequence[Event]:  # noqa: ARG002 - the one interface
        return [self._marked(event) if event.type in CHANGES else event for event in events]

    def _marked(self, event: Event) -> Event:
        if event.state is Transition.CLEAR:
            return event
        by = self._silences.planned_by(event, event.received_at) or UNANNOUNCED
        return replace(event, attributes={**event.attributes, ANNOUNCED: by})
