"""What rules would have made of recorded events: which they drop, which incidents they open. Pure, and fast.

The stages are the pipeline's own. Left out is what needs more than events: polls, impact, priority, storms, silences.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count

from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.component import Component
from cmsp_agent.model.event import Event, Transition
from cmsp_agent.model.ids import uuid7
from cmsp_agent.pipeline.alarm_state import AlarmState, Draft, FaultPlace
from cmsp_agent.pipeline.causes import Causes
from cmsp_agent.pipeline.correlate import Correlator
from cmsp_agent.pipeline.flapping import Flapping
from cmsp_agent.pipeline.impact import EMERGENCY, EVERYTHING
from cmsp_agent.pipeline.places import place_of
from cmsp_agent.pipeline.rules.filtering import RuleFilter
from cmsp_agent.pipeline.rules.joining import Joining
from cmsp_agent.pipeline.rules.rule import FilterRule, Rules
from cmsp_agent.pipeline.rules.timing import ClearDelay, Counting, Waiting
from cmsp_agent.pipeline.stage import Stage, run
from cmsp_agent.pipeline.topology import Topology
from cmsp_agent.pipeline.triage import STABILITY
from cmsp_agent.plugin.api import AlarmType

BATCH = 1_000
LOOK_EVERY = 10_000
"""ms of recorded time between two looks at what time alone changes, as in the running agent."""


@dataclass(frozen=True, slots=True)
class ReplaySite:
    """What rules need to know beside the events."""

    components: Mapping[str, Component]
    alarms: Mapping[str, AlarmType]
    stability: int = STABILITY
    """ms that a restored incident is watched."""

    def opens(self, event: Event) -> bool:
        """Whether alarms of its type open incidents."""
        alarm = self.alarms.get(event.type)
        return alarm is not None and alarm.incident

    def guarded(self, event: Event) -> bool:
        """Whether it takes away a way to emergency numbers."""
        component, alarm = self.components.get(event.component), self.alarms.get(event.type)
        if component is None or alarm is None or EMERGENCY not in component.functions:
            return False
        return EVERYTHING in alarm.impairs or EMERGENCY in alarm.impairs


@dataclass(frozen=True, slots=True)
class ReplayedIncident:
    """An incident that would have been opened."""

    component: str
    type: str
    object: str
    at: int


@dataclass(slots=True)
class _Fault:
    """One place where something is wrong, or was until lately."""

    incident: ReplayedIncident
    alarms: set[str] = field(default_factory=set)
    over_at: int | None = None


class Replay:
    """Feed it the recorded events in order, then `finish`."""

    def __init__(self, rules: Rules, site: ReplaySite) -> None:
        self._site = site
        self._rules = rules
        self._state = AlarmState()
        self._draft = Draft(self._state, 0)
        self._waiting = Waiting(rules)
        self._counters = counters = Counters()
        self._flapping = Flapping(counters, rules.thresholds)
        self._clear_delay = ClearDelay(rules, counters, uuid7)
        self._correlate = Correlator(Causes(Topology(site.components)), counters)
        stages: tuple[tuple[Stage, object], ...] = (
            (RuleFilter(rules, site.guarded, counters, self._note), rules.filters),
            (Counting(rules), rules.times),
            (self._flapping, True),
            (self._clear_delay, rules.clears),
            (Joining(rules, counters), rules.groups or rules.sequences),
            (self._correlate, True),
            (self._open, True),
        )
        self._stages = [stage for stage, needed in stages if needed]
        self._faults: dict[FaultPlace, _Fault] = {}
        self._held_back: list[tuple[int, int, Event]] = []
        """Alarms that open no incident yet, and when each is to be asked about again."""
        self._order = count()
        self._looked_at = 0
        self.events = 0
        self.asked = 0
        """Events that filters decide about: all but clears."""
        self.changed = 0
        self.by_rule: Counter[str] = Counter()
        self.incidents: list[ReplayedIncident] = []

    @property
    def dropped(self) -> int:
        """Events that a filter dropped."""
        return self._counters.total("rules.dropped")

    @property
    def decides_all(self) -> FilterRule | None:
        """The filter that matched every event, where one did."""
        return next((rule for rule in self._rules.filters if 0 < self.asked == self.by_rule[rule.name]), None)

    def take(self, event: Event) -> None:
        """The next event."""
        self.events += 1
        self._draft.now = event.received_at
        if event.received_at - self._looked_at >= LOOK_EVERY:
            self._look()
        self.asked += event.state is not Transition.CLEAR
        run(self._stages, self._draft, (event,))
        if self._draft.reached:
            self._open(self._draft, self._waiting.reached(self._draft))
            self._draft.reached.clear()
        if self.events % BATCH == 0:
            self._commit()

    def finish(self, later: int = 0) -> None:
        """What waited for time alone, as far as the last event, or so many ms after it."""
        self._draft.now += later
        self._look()
        self._commit()

    def _note(self, rule: FilterRule, event: Event) -> None:
        self.by_rule[rule.name] += 1
        self.changed += rule.severity not in (None, event.severity)

    def _look(self) -> None:
        draft = self._draft
        self._looked_at = draft.now
        over = [*self._flapping.quiet(draft), *self._clear_delay.due(draft)]
        if over:
            run((self._correlate, self._open), draft, over)
        due: list[Event] = []
        while self._held_back and self._held_back[0][0] <= draft.now:
            due.append(heappop(self._held_back)[2])
        self._open(draft, [event for event in due if draft.active.by_id(event.id) is not None])

    def _commit(self) -> None:
        now = self._draft.now
        self._draft.commit()
        self._draft = Draft(self._state, now)

    def _open(self, draft: Draft, events: Sequence[Event]) -> Sequence[Event]:
        for event in events:
            if event.state is Transition.CLEAR:
                self._end(event)
            elif self._site.opens(event) and event.suppressed_by is None:
                if self._waiting.waits(draft, event):
                    heappush(self._held_back, (self._waiting.not_before(event), next(self._order), event))
                else:
                    self._join(event)
        return events

    def _join(self, event: Event) -> None:
        place = place_of(event)
        fault = self._faults.get(place)
        if fault is None or (fault.over_at is not None and event.received_at - fault.over_at >= self._site.stability):
            incident = ReplayedIncident(event.component, event.type, event.object, event.received_at)
            self.incidents.append(incident)
            fault = self._faults[place] = _Fault(incident)
        fault.over_at = None
        if event.state is Transition.RAISE:
            fault.alarms.add(event.id)

    def _end(self, clear: Event) -> None:
        fault = self._faults.get(place_of(clear))
        if fault is None or clear.alarm not in fault.alarms:
            return
        fault.alarms.discard(clear.alarm)
        if not fault.alarms:
            fault.over_at = clear.received_at


def replay(events: Iterable[Event], each: Sequence[Replay]) -> None:
    """Feed all replays with the same events, which are read once."""
    for event in events:
        for one in each:
            one.take(event)
    for one in each:
        one.finish()


def differing(
    present: Iterable[ReplayedIncident], proposed: Iterable[ReplayedIncident]
) -> Iterator[tuple[str, ReplayedIncident]]:
    """The incidents that only one of two replays opened: `only now` or `only then`."""
    now, then = set(present), set(proposed)
    for incident in sorted(now ^ then, key=lambda one: one.at):
        yield ("only now" if incident in now else "only then"), incident
