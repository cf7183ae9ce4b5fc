"""Two sets of rules over the same recorded events at once: each in a process of its own, as they take a minute."""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, TypeAlias

from cmsp_agent.model.errors import AgentError
from cmsp_agent.model.event import Event
from cmsp_agent.pipeline.rules.replay import Replay, ReplayedIncident, ReplaySite, replay
from cmsp_agent.pipeline.rules.rule import FilterRule, Rules

ReadRecorded: TypeAlias = Callable[[], Iterable[Event]]
"""Reads the recorded events from the first to the last."""


@dataclass(frozen=True, slots=True)
class ReplayOutcome:
    """What one set of rules would have made of the events."""

    figures: dict[str, Any]
    incidents: Sequence[ReplayedIncident]


def outcomes(recorded: ReadRecorded, rules: Sequence[Rules], site: ReplaySite, now: int) -> list[ReplayOutcome]:
    """What each set of rules makes of the events that were received until now (ms since the epoch)."""
    each = [Replay(one, site) for one in rules]
    if len(each) == 1 or threading.active_count() > 1:  # a process of several threads can't be doubled safely
        replay(_until(now, recorded()), each)
        return [_outcome(one) for one in each]
    receiving, sending = get_context("fork").Pipe(duplex=False)
    beside = get_context("fork").Process(target=_send, args=(sending, recorded, each[1:], now), daemon=True)
    beside.start()
    sending.close()
    try:
        replay(_until(now, recorded()), each[:1])
        found = receiving.recv()
    except EOFError:
        raise AgentError("the replay of the proposed rules broke off: is there memory enough?") from None
    finally:
        beside.terminate()
        beside.join()
    if isinstance(found, AgentError):
        raise found
    return [_outcome(each[0]), *found]


def _send(sending: Connection, recorded: ReadRecorded, each: Sequence[Replay], now: int) -> None:
    try:
        replay(_until(now, recorded()), each)
        sending.send([_outcome(one) for one in each])
    except AgentError as error:
        sending.send(error)


def _until(now: int, events: Iterable[Event]) -> Iterator[Event]:
    return (event for event in events if event.received_at <= now)


def _outcome(one: Replay) -> ReplayOutcome:
    figures = {
        "events": one.events,
        "dropped": one.dropped,
        "changed": one.changed,
        "incidents": len(one.incidents),
        "by_rule": dict(one.by_rule.most_common()),
        "warnings": [] if one.decides_all is None else [_warning(one.decides_all, one.asked)],
    }
    return ReplayOutcome(figures, one.incidents)


def _warning(rule: FilterRule, events: int) -> str:
    return f"{rule.origin}: {rule.name} matches every event: {events} of {events}, with {rule.action}"
