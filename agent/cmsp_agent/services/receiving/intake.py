"""From the receive queue to the durable commit: take a fair batch, read it in slices, hand it on, then answer.

Used by traps and syslog alike, which know how to read their datagrams. While one batch is being committed the next is
read already, but batches are handed on in order.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import TypeAlias

from cmsp_agent.aio.counters import Counters
from cmsp_agent.aio.supervise import attempt
from cmsp_agent.model.errors import AgentError
from cmsp_agent.model.signal import Signal
from cmsp_agent.services.receiving.fair_queue import FairQueue
from cmsp_agent.services.receiving.sender_queues import Chunk, slices
from cmsp_agent.services.signal_handler import SignalHandler

log = logging.getLogger(__name__)

BATCH = 1024
"""Effort (`fair_queue.UNIT`) of the datagrams handed on together at most: so many of common length."""
SLICE = 64
"""Effort before others on the loop, receivers above all, have their turn: under 1 ms with common datagrams."""
IN_FLIGHT = 8
"""Batches that wait for their commit: on a slow disk it takes a tenth of a second, in which thousands come."""


@dataclass(slots=True)
class Received:
    """What a batch said, and what to do once it is durable."""

    signals: list[Signal] = field(default_factory=list)
    acknowledge: list[Callable[[], None]] = field(default_factory=list)
    give_up: list[Callable[[], None]] = field(default_factory=list)
    """What to do where it can't be stored."""

    def add(self, more: "Received") -> None:
        """Take in what was read after it."""
        self.signals += more.signals
        self.acknowledge += more.acknowledge
        self.give_up += more.give_up


Read: TypeAlias = Callable[[Sequence[Chunk], Received], None]
"""Reads datagrams into `Received`; should not raise for what they contain, see `_read_slice`."""


class Intake:
    """One consumer of a fair queue."""

    def __init__(self, name: str, queue: FairQueue, read: Read, handle: SignalHandler, counters: Counters) -> None:
        self._name = name
        self._queue = queue
        self._read = read
        self._handle = handle
        self._counters = counters
        self._failing = False

    async def run(self) -> None:
        """Go on until cancelled."""
        room = asyncio.Semaphore(IN_FLIGHT)
        async with asyncio.TaskGroup() as handing_on:
            while True:
                received = await self._receive(await self._queue.take(BATCH))
                if received.signals or received.acknowledge:
                    await room.acquire()
                    handing_on.create_task(self._hand_on(received, room), name=f"{self._name}: handing on")

    async def _receive(self, chunks: Sequence[Chunk]) -> Received:
        received = Received()
        for part in slices(chunks, SLICE):
            self._read_slice(part, received)
            await asyncio.sleep(0)
        return received

    def _read_slice(self, part: Sequence[Chunk], received: Received) -> None:
        """Read a slice; where something in it makes the reader fail, read one after the other and give up that one."""
        read = attempt(f"{self._name}.slice", self._counters, partial(self._said, part))
        if read is not None:
            received.add(read)
            return
        for alone in (chunk._replace(datagrams=[datagram]) for chunk in part for datagram in chunk.datagrams):
            read = attempt(f"{self._name}.datagram", self._counters, partial(self._said, [alone]))
            if read is not None:
                received.add(read)

    def _said(self, part: Sequence[Chunk]) -> Received:
        said = Received()
        with ExitStack() as undo:
            undo.callback(self._give_up, said)
            self._read(part, said)
            undo.pop_all()
        return said

    def _give_up(self, received: Received) -> None:
        for undo in received.give_up:
            attempt(f"{self._name}.give_up", self._counters, undo)

    async def _hand_on(self, received: Received, room: asyncio.Semaphore) -> None:
        try:
            if received.signals:
                await self._handle(received.signals)
        except AgentError as error:
            for component, lost in Counter(signal.component for signal in received.signals).items():
                self._counters.add(f"{self._name}.not_stored", lost, component)
            if not self._failing:
                log.warning(
                    "what was received could not be stored", extra={"receiver": self._name, "error": str(error)}
                )
            self._failing = True
            self._give_up(received)
        else:
            self._failing = False
            for acknowledge in received.acknowledge:
                attempt(f"{self._name}.acknowledge", self._counters, acknowledge)
        finally:
            room.release()
