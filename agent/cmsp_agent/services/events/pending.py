"""Signals that wait to be judged, and the futures of the callers that wait for the commit."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from cmsp_agent.model.signal import AgentSignal, Signal


@dataclass(slots=True)
class WaitingSignals:
    """What one caller handed in."""

    signals: Sequence[Signal] = ()
    repeated: Sequence[Signal] = ()
    """Of what was received before: to be judged first."""
    done: "asyncio.Future[None]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())


def lost_before(count: int, now: int) -> list[Signal]:
    """The event that earlier signals could not be stored; nothing where all were."""
    if not count:
        return []
    text = f"{count} signals were not stored while the database could not be written"
    return [AgentSignal("", now, "storage.lost", "", True, text, transient=True)]
