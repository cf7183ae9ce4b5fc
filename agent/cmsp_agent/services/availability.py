"""The state of each component, since when and why, by the alarms and polls of the moment. Only reads."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from cmsp_agent.model.component import State
from cmsp_agent.model.event import AlarmKey, Event
from cmsp_agent.pipeline.alarm_state import AlarmState
from cmsp_agent.pipeline.built_in import COMPONENT_DEGRADED, COMPONENT_DOWN, COMPONENT_UNRESOLVED, MANAGEMENT_LOST
from cmsp_agent.pipeline.causes import ISOLATED
from cmsp_agent.pipeline.poll_judge import NO_ROUTE, UNANSWERED_POLLS, in_words
from cmsp_agent.pipeline.tier_filter import AVAILABILITY
from cmsp_agent.pipeline.unanswered_polls import UnansweredPolls

NOT_POLLED = UnansweredPolls()


@dataclass(frozen=True, slots=True)
class Availability:
    """What is known of a component. `since` in ms since the epoch."""

    state: State
    since: int
    reason: str = ""
    """Why it is not up, or not known; empty where it is up."""


def availability(known: AlarmState, components: Iterable[str], started_at: int) -> dict[str, Availability]:
    """The availability of components.

    Args:
        known: the alarms and polls of the moment.
        components: their names.
        started_at: when the agent started, ms since the epoch: nothing was known of a component before.
    """
    isolated = known.active.get(ISOLATED)
    return {name: _of(known, name, isolated, started_at) for name in components}


@lru_cache(maxsize=2_000)  # asked for every component at each heartbeat
def _keys(component: str) -> tuple[AlarmKey, ...]:
    """The alarms that say how a component is."""
    return tuple(AlarmKey(component, kind, "") for kind in AVAILABILITY)


def _of(known: AlarmState, component: str, isolated: Event | None, started_at: int) -> Availability:
    alarms = {key.type: known.active.get(key) for key in _keys(component)}
    unanswered = known.unanswered.get(component, NOT_POLLED)
    down = alarms[COMPONENT_DOWN]
    if down is not None:
        if isolated is not None or down.suppressed_by:
            return Availability(State.UNREACHABLE, down.received_at, _behind(known, down, isolated))
        return Availability(State.DOWN, down.received_at, down.text)
    if unanswered.polls and isolated is not None:
        return Availability(State.UNREACHABLE, isolated.received_at, isolated.text)
    if unanswered.unrouted_since:
        return Availability(State.UNKNOWN, unanswered.unrouted_since, in_words(NO_ROUTE, ""))
    for kind, state in _BY_ALARM.items():
        alarm = alarms[kind]
        if alarm is not None and (unanswered.answered_at or state is not State.DEGRADED):
            known_now = State.UNKNOWN if unanswered.asks_nothing else state
            return Availability(known_now, alarm.received_at, alarm.text)
    if not unanswered.answered_at:
        why = isolated or (alarms[COMPONENT_DEGRADED] if unanswered.polled_at else None)
        never = "it has not answered since the agent started" if unanswered.polled_at else "not polled yet"
        since = started_at if isolated is None else isolated.received_at
        return Availability(State.UNKNOWN, since, never if why is None else why.text)
    if unanswered.polls >= UNANSWERED_POLLS:
        return Availability(State.UNKNOWN, unanswered.since, f"it has not answered {unanswered.polls} polls")
    return Availability(State.UP, _up_since(known, component, unanswered))


_BY_ALARM = {
    MANAGEMENT_LOST: State.MANAGEMENT_LOST,
    COMPONENT_UNRESOLVED: State.UNKNOWN,
    COMPONENT_DEGRADED: State.DEGRADED,
}


def _behind(known: AlarmState, down: Event, isolated: Event | None) -> str:
    """What it can't be reached for."""
    key = known.active.key_of(down.suppressed_by or "")
    cause = isolated or (known.active[key] if key is not None else None)
    if cause is None:
        return down.text
    return f"behind {cause.component}, which is down" if cause.component else cause.text


def _up_since(known: AlarmState, component: str, unanswered: UnansweredPolls) -> int:
    """When it answered first, or when the last of what kept it from being up ended."""
    ended = (known.ended_at.get(key, 0) for key in _keys(component))
    return max(unanswered.answering_since, *ended)
