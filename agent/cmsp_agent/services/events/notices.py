"""The events of the agent itself, handed to the event service without waiting: callbacks may use it."""

from collections.abc import Awaitable, Callable
from typing import NoReturn

from cmsp_agent.aio.channel import Channel
from cmsp_agent.aio.clock import Clock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.signal import AgentSignal

CAPACITY = 1_000

RecordSignal = Callable[[AgentSignal], Awaitable[None]]
"""Puts a signal of the agent itself on record."""


class Notices:
    """A bounded queue of own signals; when it is full the newest is dropped and counted."""

    def __init__(self, record: RecordSignal, clock: Clock, counters: Counters) -> None:
        self._record = record
        self._clock = clock
        self._channel: Channel[AgentSignal] = Channel("notices", CAPACITY, counters)

    def note(self, kind: str, name: str, text: str, component: str = "") -> None:
        """Something happened once."""
        self._channel.offer(AgentSignal(component, self._clock.now(), kind, name, True, text, transient=True))

    def alarm(self, kind: str, name: str, text: str, *, raised: bool, component: str = "") -> None:
        """Something holds from now on, or does no more."""
        self._channel.offer(AgentSignal(component, self._clock.now(), kind, name, raised, text))

    async def run(self) -> NoReturn:
        """Hand them on, one after the other, until cancelled."""
        while True:
            for signal in await self._channel.batch(100):
                await self._record(signal)
