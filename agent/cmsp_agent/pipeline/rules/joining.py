"""Correlation rules in the pipeline: events that belong together get one place, and so one incident."""

from collections.abc import Sequence
from dataclasses import replace

from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.event import Event, Transition
from cmsp_agent.pipeline.alarm_state import Draft, FaultPlace
from cmsp_agent.pipeline.places import GROUP, PLACE, place_of, placed
from cmsp_agent.pipeline.rules.rule import Rules, SequenceRule, first


class Joining:
    """Sequences first, then groups: of each kind the first rule that matches decides."""

    def __init__(self, rules: Rules, counters: Counters) -> None:
        self._rules = rules
        self._counters = counters

    def __call__(self, draft: Draft, events: Sequence[Event]) -> Sequence[Event]:
        if not (self._rules.groups or self._rules.sequences):
            return events
        return [kept for event in events if (kept := self._one(draft, event)) is not None]

    def _one(self, draft: Draft, event: Event) -> Event | None:
        held = draft.active.get(event.key)
        if held is not None:
            known = held.attributes.get(PLACE)
            repeat = event if known is None else replace(event, attributes={**event.attributes, PLACE: known})
            if event.state is Transition.RAISE:
                self._remember(draft, repeat)
            return repeat
        if event.state is Transition.CLEAR:
            return event
        judged = self._follow(draft, event)
        if judged is not None:
            self._remember(draft, judged)
        return judged

    def recall(self, draft: Draft) -> None:
        """Take up what a sequence may go on from after a start: the alarms that hold."""
        if self._rules.sequences:
            for alarm in sorted(draft.active.values(), key=lambda alarm: alarm.received_at):
                self._remember(draft, alarm)

    def _follow(self, draft: Draft, event: Event) -> Event | None:
        """The event as the sequence, or else the group, makes it."""
        for rule in self._rules.sequences:
            place = self._before(draft, rule, event)
            if place is None:
                continue
            self._counters.add("rules.sequences", key=rule.name)
            if rule.drop:
                return None
            return placed(event, place) if rule.join else replace(event, severity=rule.severity or event.severity)
        group = first(self._rules.groups, event)
        alike = None if group is None else group.alike(event)
        if group is None or alike is None:
            return event
        return placed(event, FaultPlace("", f"{GROUP}{group.name}: {alike}"))

    def _before(self, draft: Draft, rule: SequenceRule, event: Event) -> FaultPlace | None:
        """Where the first of the sequence was, if the event is the second."""
        types = rule.condition.types
        if (types is not None and event.type not in types) or not rule.condition.holds(event):
            return None
        found = draft.earlier.get((rule.name, rule.alike(event) or ""))
        return found[0] if found is not None and 0 <= event.received_at - found[1] <= rule.within else None

    def _remember(self, draft: Draft, event: Event) -> None:
        kind = event.type
        for rule in self._rules.sequences:
            types = rule.after.types
            if (types is None or kind in types) and rule.after.holds(event):
                draft.earlier.put((rule.name, rule.alike(event) or ""), (place_of(event), event.received_at))
