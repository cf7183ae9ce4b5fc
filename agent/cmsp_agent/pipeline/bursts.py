"""Passing events that come in a burst weigh more than each alone, as their alarm type says. Drops and folds nothing."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from cmsp_agent.model.event import AlarmKey, Event, Transition
from cmsp_agent.pipeline.alarm_state import Draft
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
        reports = (*(draft.reports.get(key) or ()), (event.received_at, event.count))
        last = reports[-burst.count :]
        recent = tuple((at, count) for at, count in last if abs(event.received_at - at) < burst.within * 1000)
        draft.reports.put(key, recent)
        total = sum(count for _, count in recent)
        if total < burst.count or burst.severity.rank >= event.severity.rank:
            return event
        attributes = {**event.attributes, BURST: f"{total} within {burst.within:g} s"}
        return replace(event, severity=burst.severity, attributes=attributes)
