"""An alarm that comes and goes again and again is one flapping alarm: held raised, counted, cleared once it is quiet.

Counts the changes of each key. Matches no clear to its raise and opens no incident: see `correlate` and `triage`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.event import AlarmKey, Event, Transition
from cmsp_agent.model.ids import uuid7
from cmsp_agent.pipeline.alarm_state import Draft, Flap

FLAPPING = "flapping"
"""Attribute of an alarm that flaps: the state that the device reported last, `raise` or `clear`."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When an alarm begins to flap and when it is quiet again; `within` in milliseconds."""

    start: int = 5
    """So many changes within the time: it flaps."""
    stop: int = 1
    """No more than so many: it is quiet again."""
    within: int = 60_000


_USUAL = Thresholds()
_STEADY = Flap()


class Flapping:
    """Holds a flapping alarm raised: only the first few of its changes and the last are reported."""

    def __init__(
        self,
        counters: Counters,
        thresholds: Callable[[Event], Thresholds] = lambda _event: _USUAL,
        new_id: Callable[[int], str] = uuid7,
    ) -> None:
        self._counters = counters
        self._thresholds = thresholds
        self._new_id = new_id

    def __call__(self, draft: Draft, events: Sequence[Event]) -> Sequence[Event]:
        return [kept for event in events if (kept := self._one(draft, event)) is not None]

    def _one(self, draft: Draft, event: Event) -> Event | None:
        if event.state is Transition.INFO:
            return event
        key = event.key
        flap = draft.flaps.get(key) or _STEADY
        if not self._is_change(draft, flap, event, key):
            return None if flap.flapping and event.state is Transition.CLEAR else event
        limits = self._thresholds(event)
        times = (*_within(flap.times, event.received_at, limits.within), event.received_at)[-limits.start :]
        flapping = flap.flapping or len(times) >= limits.start
        draft.flaps.put(key, Flap(times, event.state, flapping))
        if flapping:
            draft.flapping.put(key, None)
        return self._flapped(draft, event, began=not flap.flapping) if flapping else event

    def _is_change(self, draft: Draft, flap: Flap, event: Event, key: AlarmKey) -> bool:
        if flap.flapping:
            return event.state is not flap.last
        return (event.state is Transition.RAISE) is (draft.active.get(key) is None)

    def _flapped(self, draft: Draft, event: Event, *, began: bool) -> Event | None:
        """The change of a flapping alarm: a raise without an alarm stands for all, any other is only counted."""
        attributes = {**event.attributes, FLAPPING: event.state.value}
        held = draft.active.get(event.key)
        if held is None:
            return replace(event, attributes=attributes)
        counted = replace(held.fold(event), attributes={**held.attributes, FLAPPING: event.state.value})
        draft.active.put(event.key, counted)
        draft.changes.revise(counted, tell=began)
        self._counters.add("flapping.folded")
        return None

    def quiet(self, draft: Draft) -> Iterator[Event]:
        """The clears of alarms that stopped flapping in the state *clear*; the others are reported as they are."""
        for key in self._perhaps_quiet(draft):
            flap, held = draft.flaps.get(key) or _STEADY, draft.active.get(key)
            if self._is_busy(draft, flap, held):
                continue
            draft.flaps.drop(key)
            draft.flapping.drop(key)
            if held is None or not flap.flapping:
                continue
            if flap.last is Transition.CLEAR:
                yield held.ended(self._new_id(draft.now), draft.now, "it no longer flaps", count=0)
                continue
            steady = {name: value for name, value in held.attributes.items() if name != FLAPPING}
            draft.active.put(key, replace(held, attributes=steady))
            draft.changes.revise(replace(held, attributes=steady), tell=True)

    def _perhaps_quiet(self, draft: Draft) -> list[AlarmKey]:
        """The keys that flap, and of the others those that changed before the first that is busy still."""
        keys = dict.fromkeys(draft.flapping.keys())
        for key in iter(draft.flaps.keys()):
            flap = draft.flaps.get(key) or _STEADY
            if not flap.flapping and self._is_busy(draft, flap, draft.active.get(key)):
                break
            keys[key] = None
        return [*keys]

    def _is_busy(self, draft: Draft, flap: Flap, held: Event | None) -> bool:
        """Whether it changed too often lately to be quiet."""
        limits = _USUAL if held is None else self._thresholds(held)
        most = limits.stop if flap.flapping else 0
        # times are in order: where so many are recent, the last of them is
        return len(flap.times) > most and abs(draft.now - flap.times[-1 - most]) < limits.within

    def recall(self, draft: Draft) -> None:
        """Take up alarms that flapped when the agent was stopped."""
        for alarm in draft.active.values():
            last = alarm.attributes.get(FLAPPING)
            if last is not None and draft.flaps.get(alarm.key) is None:
                draft.flapping.put(alarm.key, None)
                draft.flaps.put(
                    alarm.key, Flap((draft.now,) * (self._thresholds(alarm).stop + 1), Transition(last), True)
                )


def _within(times: tuple[int, ...], now: int, window: int) -> tuple[int, ...]:
    return tuple(at for at in times if abs(now - at) < window)
