"""Passing events that come in a burst weigh more than each alone, as their alarm type says. Drops and folds nothing."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from cmsp_agent.model.event import AlarmKey, Event, Transition
from cmsp_agent.pipeline.alarm_state import Draft
from cmsp_agent.pipeline.recent_reports import with_this
from cmsp_agent.plugin.api import AlarmType

BURST = "burst"
"""Attribute of an event that is one of many: how many of its type came within which time, or more."""


class Bursts:
    """Counts the reports of each component and type, whatever their objects."""

    def __init__(self, alarm: Callable[[str, str], AlarmType]) -> None:
        self._alarm = alarm

    def __call__(self, draft: Draft, events: Sequence[Event]) -> Sequence[Event]:
        return [self._one(draft, event) if event.state is Transition.INFO else event for event in events]

    def _one(self, draft: Draft, event: Event) -> Event:
        burst = self._alarm(event.component, event.type).burst
        if burst is None:
            return event
        key = AlarmKey(event.component, event.type, BURST)
        total = with_this(draft, key, event, burst.within * 1000, burst.count)
        if total < burst.count or burst.severity.rank >= event.severity.rank:
            return event
        attributes = {**event.attributes, BURST: f"{total} within {burst.within:g} s"}
        return replace(event, severity=burst.severity, attributes=attributes)
