"""Late duplicates of what has just ended, and polls that began before it. Folds and clears nothing itself.

A fault that comes and goes within a second is reported twice, by trap and by syslog, over different ways. The second
*down* may arrive after the first *up*. It is a late duplicate of a fault that is known, not a new one.
"""

from collections.abc import Sequence
from dataclasses import replace

from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.event import Event, Source, Transition
from cmsp_agent.pipeline.alarm_state import Draft
from cmsp_agent.pipeline.built_in import RESTARTED
from cmsp_agent.pipeline.shown_states import may_be_older

LATE_DUPLICATE = 5_000
"""Milliseconds after an alarm ended in which the first report of another source counts as a late duplicate."""

FOLD = 60_000
"""Milliseconds in which a passing event that is reported again counts as a repeat."""

MOST_TEXTS = 5
"""Different texts that one event keeps."""
SEVERITIES = "severities"
"""Attribute of an event whose repeats had other severities: all of them."""

STARTING = 300_000
"""Milliseconds after its start in which a device still says that it started, by trap and syslog."""


class TimeWindow:
    """Drops late duplicates and stale polls; folds each of them, and each repeat, into the event that it belongs to."""

    def __init__(self, counters: Counters) -> None:
        self._counters = counters

    def __call__(self, draft: Draft, events: Sequence[Event]) -> Sequence[Event]:
        return [event for event in events if not self._late(draft, event)]

    def _late(self, draft: Draft, event: Event) -> bool:
        last = draft.ended.get(event.key)
        if last is None:
            return False
        ended_at = draft.ended_at.get(event.key) or 0
        age = event.received_at - ended_at
        if event.state is Transition.INFO:
            again = abs(age) <= FOLD or _is_same_start(last, event)
            return again and self._fold(draft, last, event, "time.repeats")
        if event.state is Transition.CLEAR or draft.active.get(event.key):
            return False
        if event.sources == (Source.POLL,):
            stale = may_be_older(event.received_at, ended_at)
            if stale:
                self._counters.add("time.stale_polls")
            return stale
        late = 0 <= age <= LATE_DUPLICATE and event.sources[0] not in last.sources
        return late and self._fold(draft, last, event, "time.late_duplicates")

    def _fold(self, draft: Draft, last: Event, event: Event, counted_as: str) -> bool:
        folded = _with_text(_with_severity(last.fold(event), event), event)
        if event.type == RESTARTED and _tells_more(event, last):
            folded = replace(folded, text=event.text)
        draft.ended.put(event.key, folded)
        # a raise that has ended already is only counted: reported again, it would hold again for the head-end
        draft.changes.revise(folded, tell=folded.state is Transition.INFO and _is_news(last, folded))
        self._counters.add(counted_as, event.count)
        return True


def _with_severity(folded: Event, event: Event) -> Event:
    """The highest severity is shown; where they differ, each is kept."""
    if event.severity is folded.severity:
        return folded
    known = folded.attributes.get(SEVERITIES, folded.severity.value).split(", ")
    each = {**folded.attributes, SEVERITIES: ", ".join(dict.fromkeys((*known, event.severity.value)))}
    return replace(folded, severity=min(folded.severity, event.severity, key=lambda one: one.rank), attributes=each)


def _with_text(folded: Event, event: Event) -> Event:
    """What differs in its text alone is one event, which keeps what each said; of a start, what tells the most."""
    passing = folded.state is Transition.INFO and event.type != RESTARTED
    if not passing or event.text in folded.text or folded.text.count("\n") >= MOST_TEXTS - 1:
        return folded
    return replace(folded, text=f"{folded.text}\n{event.text}")


def _is_news(before: Event, after: Event) -> bool:
    """Whether the head-end needs a repeat: more than the count differs."""
    return (before.sources, before.severity, before.text) != (after.sources, after.severity, after.text)


def _is_same_start(last: Event, event: Event) -> bool:
    """Whether both are of one start of the device, which a poll may find long after the device said so, or before."""
    if event.type != RESTARTED:
        return False
    by_poll, said = (event, last) if Source.POLL in event.sources else (last, event)
    return -FOLD <= said.occurred_at - by_poll.occurred_at <= STARTING


def _tells_more(event: Event, last: Event) -> bool:
    """Whether it knows more of a restart: a poll reads the reason, else the longer text has it."""
    reasons = [Source.POLL in each.sources and ": " in each.text for each in (event, last)]
    return reasons[0] or (not reasons[1] and len(event.text) > len(last.text))
