"""Opens the places where the agent listens, one by one. Each that fails gets an alarm, and is tried again."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import NoReturn

from cmsp_agent.aio.clock import Clock
from cmsp_agent.model.errors import CannotListen
from cmsp_agent.model.event import AlarmKey
from cmsp_agent.services.events.conditions import AlarmSink, Conditions
from cmsp_agent.services.runtime import Runtime

LISTEN_FAILED = "listen.failed"
FIRST_WAIT = 1.0
LONGEST_WAIT = 15.0
"""Seconds between two attempts: an attempt costs next to nothing, and what is sent meanwhile is lost."""


@dataclass(frozen=True, slots=True)
class Place:
    """One address and port, or one path.

    Attributes:
        name: as people know it, with the key of the file: `listen.traps 0.0.0.0:162`.
        open: listens there; raises `CannotListen`.
    """

    name: str
    open: Callable[[], Awaitable[None]]


class Listening:
    """Owns the attempts; the caller owns the sockets."""

    def __init__(self, conditions: Conditions, clock: Clock) -> None:
        self._conditions = conditions
        self._clock = clock
        self._missing: list[Place] = []
        self._more = asyncio.Event()

    @property
    def missing(self) -> list[str]:
        """The places that can't be had at present."""
        return [place.name for place in self._missing]

    async def open(self, places: Iterable[Place]) -> None:
        """Try each once; those that can't be had are tried again by `run`."""
        for place in places:
            if not await self._try(place):
                self._missing.append(place)
                self._more.set()

    def forget_others(self) -> None:
        """End the alarms of an earlier run about places that this one does not use."""
        kept = set(self.missing)
        for _, name in [one for one in self._conditions.held if one[1] not in kept]:
            self._conditions.end(name, f"{name}: not asked for any more")

    async def run(self) -> NoReturn:
        """Try again what is missing, after growing waits, until cancelled."""
        wait = FIRST_WAIT
        while True:
            if not self._missing:
                self._more.clear()
                await self._more.wait()
                wait = FIRST_WAIT
            await self._clock.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT)
            for place in list(self._missing):
                if await self._try(place):
                    self._missing.remove(place)

    async def _try(self, place: Place) -> bool:
        try:
            await place.open()
        except CannotListen as error:
            self._conditions.hold(place.name, f"{place.name}: {error}; it is tried again, everything else goes on")
            return False
        self._conditions.end(place.name, f"{place.name}: listening")
        return True


def start_listening(runtime: Runtime, notices: AlarmSink, active: Iterable[AlarmKey]) -> Listening:
    """What can't be listened on now is tried again until it can."""
    listening = Listening(Conditions(LISTEN_FAILED, notices, active), runtime.clock)
    runtime.supervisor.keep_running("listening", listening.run)
    return listening
