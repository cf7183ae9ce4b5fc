"""Messages of ports that nobody uses: a device that starts says of each that it is down. Opens and ends no alarm.

A port was never used that polls show down and never showed up. What it says is an event; once it says that it is up, it
is like any other.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.event import Event, Source, Transition
from cmsp_agent.pipeline.alarm_state import Draft

SAID = "never seen in service"
NONE: frozenset[str] = frozenset()


class NeverUsed:
    """Turns raises of objects that were never used into events without an alarm; counts `filter.never_used`."""

    def __init__(self, counters: Counters) -> None:
        self._counters = counters

    def __call__(self, draft: Draft, events: Sequence[Event]) -> Sequence[Event]:
        # of most components all is used: nothing is done for their events
        return list(self._judged(draft, events)) if any(_unused(draft, event) for event in events) else events

    def _judged(self, draft: Draft, events: Sequence[Event]) -> Iterator[Event]:
        for event in events:
            unused = _unused(draft, event)
            if event.object not in unused or Source.POLL in event.sources:
                yield event
            elif event.state is Transition.CLEAR:
                draft.unused.put((event.component, event.type), unused - {event.object})
                yield event
            elif event.state is Transition.RAISE and draft.active.get(event.key) is None:
                self._counters.add("filter.never_used", key=event.component)
                yield replace(event, state=Transition.INFO, text=f"{event.text} ({SAID})")
            else:
                yield event


def _unused(draft: Draft, event: Event) -> frozenset[str]:
    """What is of the event's type and was never used."""
    return draft.unused.get((event.component, event.type)) or NONE
