"""The stage that carries out filter rules: keep, drop, change the severity. Knows nothing of time."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.event import Event, Transition
from cmsp_agent.pipeline.alarm_state import Draft
from cmsp_agent.pipeline.rules.rule import FilterRule, Rules

Guarded = Callable[[Event], bool]
"""Whether an event takes away a way to emergency numbers."""
Noted = Callable[[FilterRule, Event], None]
"""Told of each event that a rule matches, before it is carried out."""


class RuleFilter:
    """The first rule that matches an event decides. A clear of an alarm that is held always passes."""

    def __init__(self, rules: Rules, guarded: Guarded, counters: Counters, noted: Noted | None = None) -> None:
        self._rules = rules
        self._noted = noted
        self._guarded = guarded
        self._counters = counters

    def __call__(self, draft: Draft, events: Sequence[Event]) -> Sequence[Event]:
        if not self._rules.filters:
            return events
        return [kept for event in events if (kept := self._one(draft, event)) is not None]

    def _one(self, draft: Draft, event: Event) -> Event | None:
        if event.state is Transition.CLEAR:
            return event
        rule = self._rules.filter_for(event)
        if rule is not None and self._noted is not None:
            self._noted(rule, event)
        if rule is None or (lessens(rule, event) and self._refused(rule, event)):
            return event
        if rule.drop and draft.active.get(event.key) is None:
            self._counters.add("rules.dropped", key=rule.name)
            return None
        return event if rule.severity is None else replace(event, severity=rule.severity)

    def _refused(self, rule: FilterRule, event: Event) -> bool:
        """A way to emergency numbers is not filtered without an override, whose use is counted."""
        if not self._guarded(event):
            return False
        self._counters.add("rules.emergency_kept" if not rule.override else "rules.emergency_overridden", key=rule.name)
        return not rule.override


def lessens(rule: FilterRule, event: Event) -> bool:
    """Whether the rule makes less of the event."""
    return rule.drop or (rule.severity is not None and rule.severity.rank > event.severity.rank)
