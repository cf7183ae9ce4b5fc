"""What was received and waits to be read, shared fairly between senders. `intake` reads it.

Each component has a queue of its own; all unknown senders together have one, so that forged addresses gain nothing.
Senders are served in turn: one that sends little is read at once, whatever others send. There is no quota for a lone
sender: it may use all that the machine has. Only when the whole is full, the newest message of the longest queue is
dropped and counted: the first messages of a storm show its cause, the later ones repeat it.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping

from cmsp_agent.aio.counters import Counters
from cmsp_agent.services.receiving.sender_queues import Chunk, Lanes
from cmsp_agent.transports.datagrams import SendAnswer
from cmsp_agent.transports.recvmmsg import Datagram

CAPACITY = 48 << 20
"""Octets, with what Python needs besides the payload: some 100,000 messages of common length."""


class FairQueue:
    """Filled by receivers on the loop, emptied by one consumer."""

    def __init__(
        self, name: str, senders: Callable[[], Mapping[str, str]], counters: Counters, capacity: int = CAPACITY
    ) -> None:
        """Make an empty queue.

        Args:
            name: prefix of the counter `<name>.dropped` and of the gauge `<name>.waiting`.
            senders: gives the components by address, as they are now.
            counters: gets the drops of each component.
            capacity: octets that may wait, overhead included.
        """
        self._name = name
        self._senders = senders
        self._counters = counters
        self._capacity = capacity
        self._lanes = Lanes()
        self._filled = asyncio.Event()
        counters.gauge(f"{name}.waiting", lambda: float(len(self)))

    def __len__(self) -> int:
        return sum(lane.count for lane in self._lanes.by_component.values())

    def has_room(self, address: str) -> bool:
        """Whether a sender that can wait (TCP) may go on: half is free, or its component has no more than its share.

        So a flooder is made to wait before anything of it is dropped, and nobody else is.
        """
        half = self._capacity // 2
        if self._lanes.cost < half:
            return True
        lanes = self._lanes.by_component
        lane = lanes.get(self._senders().get(address, ""))
        return lane is None or lane.cost < half // len(lanes)

    def offer(self, received_at: int, datagrams: Iterable[Datagram], answer: SendAnswer) -> None:
        """Queue what was received; where that is too much, drop of the longest queues."""
        self._lanes.put(received_at, datagrams, self._senders(), answer)
        if self._lanes.cost > self._capacity:
            for component, dropped in self._lanes.shed(self._capacity):
                self._counters.add(f"{self._name}.dropped", dropped, component or "unknown senders")
        self._filled.set()

    async def take(self, limit: int) -> list[Chunk]:
        """Wait until something is there; then give it, each component's in their order, up to an effort of `limit`.

        A datagram of common length is an effort of one: see `UNIT`.
        """
        while not self._lanes.by_component:
            self._filled.clear()
            await self._filled.wait()
        return self._lanes.take(limit)
