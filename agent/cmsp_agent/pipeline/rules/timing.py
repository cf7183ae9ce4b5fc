"""Timing rules in the pipeline: only if N in T, only if it lasts, only when it stays clear. Opens no incident itself.

What a rule makes wait is recorded all the same: the alarm holds, and triage asks `waits` before it opens an incident.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.event import Event, Transition
from cmsp_agent.model.ids import NewId
from cmsp_agent.model.times import rfc3339
from cmsp_agent.pipeline.alarm_state import Draft
from cmsp_agent.pipeline.recent_reports import lately, with_this
from cmsp_agent.pipeline.rules.rule import Rules, first

CLEARING = "clear since"
"""Attribute of an alarm that is clear and not believed yet: since when."""


class Counting:
    """Counts the reports of each alarm that a rule lets matter only after several; passes all of them on."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    def __call__(self, draft: Draft, events: Sequence[Event]) -> Sequence[Event]:
        if self._rules.times:
            for event in events:
                if event.state is not Transition.CLEAR:
                    self._count(draft, event)
        return events

    def _count(self, draft: Draft, event: Event) -> None:
        rule = first(self._rules.times, event)
        if rule is not None and with_this(draft, event.key, event, rule.within, rule.times) >= rule.times:
            draft.reached[event.key] = None


class Waiting:
    """Says which alarms open no incident yet."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    def waits(self, draft: Draft, event: Event) -> str:
        """The rule that the event waits for; empty: none."""
        lasting = first(self._rules.lasting, event) if event.state is Transition.RAISE else None
        if lasting is not None and draft.now - event.received_at < lasting.lasts:
            return lasting.name
        times = first(self._rules.times, event)
        if times is None or event.key in draft.reached:
            return ""
        return "" if lately(draft, event.key, times.within) >= times.times else times.name

    def not_before(self, event: Event) -> int:
        """The time (ms since the epoch) before which a waiting alarm need not be asked about again."""
        lasting = first(self._rules.lasting, event) if event.state is Transition.RAISE else None
        return event.received_at + (lasting.lasts if lasting is not None else 0)

    def reached(self, draft: Draft) -> list[Event]:
        """What was reported often enough with this signal: the alarm that holds, or what passed."""
        found = (draft.active.get(key) or draft.ended.get(key) for key in draft.reached)
        return [event for event in found if event is not None and event.state is not Transition.CLEAR]


class ClearDelay:
    """Holds the clear of an alarm back until it has stayed clear for the rule's time."""

    def __init__(self, rules: Rules, counters: Counters, new_id: NewId) -> None:
        self._rules = rules
        self._counters = counters
        self._new_id = new_id

    def __call__(self, draft: Draft, events: Sequence[Event]) -> Sequence[Event]:
        if not self._rules.clears:
            return events
        return [event for event in events if not self._delayed(draft, event)]

    def _delayed(self, draft: Draft, event: Event) -> bool:
        key = event.key
        held = draft.active.get(key)
        waiting = draft.clearing.get(key)
        if held is None:
            if waiting is not None:
                draft.clearing.drop(key)
            return False
        if event.state is not Transition.CLEAR:
            if event.state is Transition.RAISE and waiting is not None:
                draft.clearing.drop(key)
                self._mark(draft, held, None)
            return False
        rule = first(self._rules.clears, held)
        if rule is None:
            return False
        if waiting is None:
            draft.clearing.put(key, event)
            self._mark(draft, held, event.received_at)
            self._counters.add("rules.clears_delayed", key=rule.name)
        return True

    def due(self, draft: Draft) -> Iterator[Event]:
        """The clears that have stayed long enough."""
        for key in [*draft.clearing.keys()]:
            clear, held = draft.clearing.get(key), draft.active.get(key)
            rule = None if held is None else first(self._rules.clears, held)
            if clear is not None and held is not None and rule and draft.now - clear.received_at < rule.stays:
                continue
            draft.clearing.drop(key)
            if clear is not None and held is not None:
                yield clear

    def recall(self, draft: Draft) -> None:
        """Take up the clears that waited when the agent was stopped: they wait their whole time again."""
        for alarm in [*draft.active.values()]:
            since = alarm.attributes.get(CLEARING)
            if since is not None and draft.clearing.get(alarm.key) is None:
                text = f"{alarm.text}: clear since {since}"
                draft.clearing.put(alarm.key, alarm.ended(self._new_id(draft.now), draft.now, text, count=0))

    @staticmethod
    def _mark(draft: Draft, held: Event, since: int | None) -> None:
        attributes = {name: value for name, value in held.attributes.items() if name != CLEARING}
        if since is not None:
            attributes[CLEARING] = rfc3339(since)
        marked = replace(held, attributes=attributes)
        draft.active.put(held.key, marked)
        draft.changes.revise(marked, tell=False)
