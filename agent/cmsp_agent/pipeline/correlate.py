"""Fold repeats into their alarm, match clears to raises, and explain one fault by another. Opens no incident."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.event import Event, Key, Transition
from cmsp_agent.pipeline.catalogue import APPLIANCE_ISOLATED, COMPONENT_DOWN
from cmsp_agent.pipeline.observe import ISOLATED
from cmsp_agent.pipeline.situation import Draft
from cmsp_agent.pipeline.topology import Topology

CAUSES = frozenset({COMPONENT_DOWN, APPLIANCE_ISOLATED})
"""Alarm types that explain others."""


class Correlator:
    """Keeps the alarms: one for each component, type and object, whoever tells of it and however often."""

    def __init__(self, topology: Topology, counters: Counters) -> None:
        self._topology = topology
        self._counters = counters

    def __call__(self, draft: Draft, events: Sequence[Event]) -> Sequence[Event]:
        return [kept for event in events for kept in self._one(draft, event)]

    def _one(self, draft: Draft, event: Event) -> Iterator[Event]:
        if event.state is Transition.INFO:
            draft.facts.record(event)
            draft.ended.put(event.key, event)
            draft.ended_at.put(event.key, event.received_at)
            yield event
        elif event.state is Transition.CLEAR:
            yield from self._clear(draft, event)
        else:
            yield from self._raise(draft, event)

    def _raise(self, draft: Draft, event: Event) -> Iterator[Event]:
        held = draft.active.get(event.key)
        if held is not None:
            yield from self._fold(draft, held, event)
            return
        explained = replace(event, suppressed_by=self._cause(draft, event))
        draft.active.put(event.key, explained)
        draft.facts.record(explained)
        yield explained
        if event.type == COMPONENT_DOWN:
            yield from self._explain_children(draft, explained)

    def _fold(self, draft: Draft, held: Event, event: Event) -> Iterator[Event]:
        folded = replace(held.fold(event), suppressed_by=held.suppressed_by and self._cause(draft, event))
        draft.active.put(event.key, folded)
        stands_now = folded.suppressed_by != held.suppressed_by
        draft.facts.revise(folded, tell=stands_now or folded.sources != held.sources)
        self._counters.add("correlate.folded")
        if stands_now:
            yield folded

    def _clear(self, draft: Draft, event: Event) -> Iterator[Event]:
        held = draft.active.get(event.key)
        if held is None:
            self._counters.add("correlate.clear_without_raise")
            return
        cleared = held.cleared_by(event)
        draft.active.drop(event.key)
        draft.ended.put(event.key, held)
        draft.ended_at.put(event.key, event.received_at)
        draft.facts.record(cleared)
        yield cleared
        self._listen_anew(draft, held)

    def _cause(self, draft: Draft, event: Event) -> str | None:
        """Id of the alarm that explains the event: the appliance is isolated, the component or a parent is down."""
        isolated = draft.active.get(ISOLATED)
        if isolated is not None and event.component:
            return isolated.id
        own = () if event.type == COMPONENT_DOWN else (event.component,)
        for name in (*own, *self._topology.above(event.component)):
            down = draft.active.get(Key(name, COMPONENT_DOWN, ""))
            if down is not None:
                return down.suppressed_by or down.id
        return None

    def _explain_children(self, draft: Draft, down: Event) -> Iterator[Event]:
        """Alarms that were raised before their cause was known, and are explained now."""
        cause = down.suppressed_by or down.id
        below = [event for name in self._topology.tree(down.component) for event in draft.active.of(name)]
        for event in below:
            if event.component != down.component and event.suppressed_by is None:
                explained = replace(event, suppressed_by=cause)
                draft.active.put(event.key, explained)
                draft.facts.revise(explained, tell=True)
                yield explained

    def _listen_anew(self, draft: Draft, cause: Event) -> None:
        """What the cause had explained gets its own three polls before it stands for itself."""
        if cause.type not in CAUSES:
            return
        for event in draft.active.values():
            if event.suppressed_by == cause.id:
                draft.silences.drop(event.component)
