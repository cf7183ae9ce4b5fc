"""What was received and waits to be read, shared fairly between senders. `intake` reads it.

Each component has a queue of its own; all unknown senders together have one, so that forged addresses gain nothing.
Senders are served in turn: one that sends little is read at once, whatever others send. There is no quota for a lone
sender: it may use all that the machine has. Only when the whole is full, the newest message of the longest queue is
dropped and counted: the first messages of a storm show its cause, the later ones repeat it.
"""

import asyncio
import heapq
from collections.abc import Callable, Iterable, Mapping

from cmsp_agent.aio.counters import Counters
from cmsp_agent.services.receiving.lanes import Chunk, Lane, grouped
from cmsp_agent.transports.datagrams import Datagram, SendAnswer

CAPACITY = 48 << 20
"""Octets, with what Python needs besides the payload: some 100,000 messages of common length."""
FEWEST = 16
"""Effort that a sender is served at least when its turn comes."""


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
        self._queues: dict[str, Lane] = {}
        self._cost = 0
        self._filled = asyncio.Event()
        counters.gauge(f"{name}.waiting", lambda: float(len(self)))

    def __len__(self) -> int:
        return sum(lane.count for lane in self._queues.values())

    def has_room(self, address: str) -> bool:
        """Whether a sender that can wait (TCP) may go on: half is free, or its component has no more than its share.

        So a flooder is made to wait before anything of it is dropped, and nobody else is.
        """
        half = self._capacity // 2
        if self._cost < half:
            return True
        lane = self._queues.get(self._senders().get(address, ""))
        return lane is None or lane.cost < half // len(self._queues)

    def offer(self, received_at: int, datagrams: Iterable[Datagram], answer: SendAnswer) -> None:
        """Queue what was received; where that is too much, drop of the longest queues."""
        for component, group in grouped(datagrams, self._senders()).items():
            lane = self._queues.get(component)
            if lane is None:
                lane = self._queues[component] = Lane()
            self._cost += lane.put(Chunk(component, received_at, group, answer))
        if self._cost > self._capacity:
            self._shed()
        self._filled.set()

    async def take(self, limit: int) -> list[Chunk]:
        """Wait until something is there; then give it, each component's in their order, up to an effort of `limit`.

        A datagram of common length is an effort of one: see `UNIT`.
        """
        while not self._queues:
            self._filled.clear()
            await self._filled.wait()
        taken: list[Chunk] = []
        while self._queues and limit > 0:
            share = max(FEWEST, limit // len(self._queues))
            limit -= self._serve_next(share, taken)
        return taken

    def _serve_next(self, share: int, taken: list[Chunk]) -> int:
        """Serve the component that has waited longest for its turn, and put it at the end of the line."""
        component, lane = next(iter(self._queues.items()))
        del self._queues[component]
        before = lane.cost
        effort = lane.take(share, taken)
        self._cost -= before - lane.cost
        if lane.count:
            self._queues[component] = lane
        return effort

    def _shed(self) -> None:
        longest = [(-lane.cost, component) for component, lane in self._queues.items()]
        heapq.heapify(longest)
        while self._cost > self._capacity:
            _, component = heapq.heappop(longest)
            lane = self._queues[component]
            dropped, cost = lane.drop_newest(self._cost - self._capacity)
            self._cost -= cost
            self._counters.add(f"{self._name}.dropped", dropped, component or "unknown senders")
            if lane.count:
                heapq.heappush(longest, (-lane.cost, component))
            else:
                del self._queues[component]
