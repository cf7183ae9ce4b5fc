"""Reports in the order in which the device made them: a datagram may overtake another. Folds and clears nothing itself.

A device counts its syslog lines or dates them, and its traps carry its uptime. Where a report came after a later one of
the same alarm, the later one holds: a clear is dropped, a raise is an event that has passed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.event import Event, Transition
from cmsp_agent.model.signal import Signal, SyslogSignal, TrapSignal
from cmsp_agent.pipeline.alarm_state import Draft, LastReport

OVERTAKEN = 10_000
"""Milliseconds by which a report may come late: after that, a device may have begun to count or date anew."""
MOST_BETWEEN = {"line": 1_000, "clock": 60_000, "uptime": 6_000}
"""By how much a report is older at most, in lines, milliseconds or hundredths of a second."""
OVER = "over before it was received: its end came first"


class PlaceSent(NamedTuple):
    """Where a message stands among those of its device."""

    scale: str
    at: int


class DeviceOrder:
    """Remembers the last report of each alarm, and drops what is older."""

    def __init__(self, counters: Counters) -> None:
        self._counters = counters

    def __call__(self, draft: Draft, signal: Signal, events: Sequence[Event]) -> Sequence[Event]:
        sent = sent_as(signal)
        return events if sent is None else list(self._in_order(draft, sent, events))

    def _in_order(self, draft: Draft, sent: PlaceSent, events: Sequence[Event]) -> Iterator[Event]:
        for event in events:
            if event.state is Transition.INFO:
                yield event
            elif not self._is_overtaken(draft, sent, event):
                draft.last_reports.put(event.key, LastReport(event.state, event.received_at, *sent))
                yield event
            elif event.state is Transition.CLEAR:
                self._counters.add("order.late_clears")
            else:
                self._counters.add("order.late_raises")
                yield replace(event, state=Transition.INFO, text=f"{event.text} ({OVER})")

    def _is_overtaken(self, draft: Draft, sent: PlaceSent, event: Event) -> bool:
        last = draft.last_reports.get(event.key)
        if last is None or last.state is event.state or last.scale != sent.scale:
            return False
        if event.state is Transition.RAISE and draft.active.get(event.key) is not None:
            return False  # another source has raised it since
        late = 0 <= event.received_at - last.received_at <= OVERTAKEN
        return late and 0 < last.at - sent.at <= MOST_BETWEEN[sent.scale]


def sent_as(signal: Signal) -> PlaceSent | None:
    """What the device says of the message's place; None: nothing."""
    match signal:
        case SyslogSignal(sequence=int(number)):
            return PlaceSent("line", number)
        case SyslogSignal(occurred_at=int(at)):
            return PlaceSent("clock", at)
        case TrapSignal(uptime=uptime) if uptime:
            return PlaceSent("uptime", uptime)
    return None
