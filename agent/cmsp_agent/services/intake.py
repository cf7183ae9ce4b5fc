"""From the receive queue to the durable commit: take a fair batch, read it in slices, hand it on, then answer.

Used by traps and syslog alike, which know how to read their datagrams. While one batch is being committed the next is
read already, but batches are handed on in order.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.errors import AgentError
from cmsp_agent.model.signal import Signal
from cmsp_agent.services.fair_queue import Chunk, FairQueue

log = logging.getLogger(__name__)

Sink: TypeAlias = Callable[[Sequence[Signal]], Awaitable[None]]
"""Returns when what the signals mean is durable; raises an AgentError where it is not."""

BATCH = 1024
"""Datagrams handed on together at most."""
SLICE = 64
"""Datagrams read before others on the loop, receivers above all, have their turn: under 1 ms."""
IN_FLIGHT = 2


@dataclass(slots=True)
class Heard:
    """What a batch said, and what to do once it is durable."""

    signals: list[Signal] = field(default_factory=list)
    acknowledge: list[Callable[[], None]] = field(default_factory=list)


Read: TypeAlias = Callable[[Chunk, Heard], None]
"""Reads the datagrams of one component into `Heard`; never raises for what they contain."""


class Intake:
    """One consumer of a fair queue."""

    def __init__(self, name: str, queue: FairQueue, read: Read, sink: Sink, counters: Counters) -> None:
        self._name = name
        self._queue = queue
        self._read = read
        self._sink = sink
        self._counters = counters
        self._failing = False

    async def run(self) -> None:
        """Go on for ever."""
        room = asyncio.Semaphore(IN_FLIGHT)
        async with asyncio.TaskGroup() as handing_on:
            while True:
                heard = await self._hear(await self._queue.take(BATCH))
                if heard.signals:
                    await room.acquire()
                    handing_on.create_task(self._hand_on(heard, room), name=f"{self._name}: handing on")

    async def _hear(self, chunks: Sequence[Chunk]) -> Heard:
        heard = Heard()
        unread = SLICE
        for chunk in chunks:
            for start in range(0, len(chunk.datagrams), SLICE):
                part = chunk.datagrams[start : start + SLICE]
                self._read(chunk._replace(datagrams=part), heard)
                unread -= len(part)
                if unread <= 0:
                    unread = SLICE
                    await asyncio.sleep(0)
        return heard

    async def _hand_on(self, heard: Heard, room: asyncio.Semaphore) -> None:
        try:
            await self._sink(heard.signals)
        except AgentError as error:
            self._counters.add(f"{self._name}.not_stored", len(heard.signals))
            if not self._failing:
                log.warning(
                    "what was received could not be stored", extra={"receiver": self._name, "error": str(error)}
                )
            self._failing = True
        else:
            self._failing = False
            for acknowledge in heard.acknowledge:
                acknowledge()
        finally:
            room.release()
