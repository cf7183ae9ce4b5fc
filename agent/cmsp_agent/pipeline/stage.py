"""The one interface of a stage: a draft of the alarm state and events in, events out. Nothing here waits or writes."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from cmsp_agent.model.event import Event
from cmsp_agent.pipeline.alarm_state import Draft


class Stage(Protocol):
    """One step on the way from what a device said to what a person should know."""

    def __call__(self, draft: Draft, events: Sequence[Event]) -> Sequence[Event]:
        """The events that go on. May change the draft; what it drops, it counts."""
        ...


def run(stages: Iterable[Stage], draft: Draft, events: Sequence[Event]) -> Sequence[Event]:
    """Pass the events through the stages in order."""
    for stage in stages:
        events = stage(draft, events)
    return events
