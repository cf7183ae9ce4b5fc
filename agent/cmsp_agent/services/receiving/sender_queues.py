"""The queues of all components, and how what waits in them is measured, cut and shared out. Waits for nothing itself.

All that is done for each datagram between socket and reader is here: the module is compiled for the package.
"""

import heapq
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from cmsp_agent.transports.datagrams import SendAnswer, plain_host
from cmsp_agent.transports.recvmmsg import Datagram

OVERHEAD = 300
"""Octets that a waiting datagram takes besides its payload: three objects and their places in lists."""
UNIT = 256
"""Octets that are an effort of one to read. What is longer takes longer, so turns are shared out by effort and not by
count: a storm of lines of 8 KiB, or of traps with thousands of bindings, would hold the loop for seconds otherwise."""
FEWEST = 16
"""Effort that a sender is served at least when its turn comes."""


class Chunk(NamedTuple):
    """Datagrams of one component that came in together."""

    component: str
    """Empty: unknown senders."""
    received_at: int
    """ms since the epoch."""
    datagrams: list[Datagram]
    answer: SendAnswer


class Lane:
    """What one component sent and was not read yet."""

    __slots__ = ("chunks", "cost", "count")

    def __init__(self) -> None:
        self.chunks: deque[Chunk] = deque()
        self.count = 0
        self.cost = 0

    def put(self, chunk: Chunk) -> int:
        """Queue it and return its cost."""
        self.chunks.append(chunk)
        cost = cost_of(chunk.datagrams)
        self.count += len(chunk.datagrams)
        self.cost += cost
        return cost

    def take(self, share: int, taken: list[Chunk]) -> int:
        """Move the oldest to `taken`, up to an effort of `share`, and return their effort."""
        left = share
        while left > 0 and self.chunks:
            chunk = self.chunks.popleft()
            count, effort = portion(chunk.datagrams, left)
            if count < len(chunk.datagrams):
                self.chunks.appendleft(chunk._replace(datagrams=chunk.datagrams[count:]))
                chunk = chunk._replace(datagrams=chunk.datagrams[:count])
            taken.append(chunk)
            left -= effort
            self._less(chunk.datagrams)
        return share - left

    def drop_newest(self, excess: int) -> tuple[int, int]:
        """Drop of the newest chunk what is too much: how many, and their cost."""
        newest = self.chunks.pop()
        kept = list(newest.datagrams)
        dropped: list[Datagram] = []
        while kept and excess > 0:
            dropped.append(kept.pop())
            excess -= len(dropped[-1][0]) + OVERHEAD
        if kept:
            self.chunks.append(newest._replace(datagrams=kept))
        return len(dropped), self._less(dropped)

    def _less(self, gone: list[Datagram]) -> int:
        cost = cost_of(gone)
        self.count -= len(gone)
        self.cost -= cost
        return cost


class Lanes:
    """The lane of each component that has something waiting, in the order of their turns."""

    def __init__(self) -> None:
        self.by_component: dict[str, Lane] = {}
        self.cost = 0
        """Octets that all of them take."""

    def put(
        self, received_at: int, datagrams: Iterable[Datagram], components: Mapping[str, str], answer: SendAnswer
    ) -> None:
        """Queue what was received, each component's in its own lane."""
        lanes = self.by_component
        for component, group in grouped(datagrams, components).items():
            lane = lanes.get(component)
            if lane is None:
                lane = lanes[component] = Lane()
            self.cost += lane.put(Chunk(component, received_at, group, answer))

    def take(self, limit: int) -> list[Chunk]:
        """The oldest of each, in turn, up to an effort of `limit`; who has more gets in line again."""
        taken: list[Chunk] = []
        lanes = self.by_component
        while lanes and limit > 0:
            share = max(FEWEST, limit // len(lanes))
            component = next(iter(lanes))
            lane = lanes.pop(component)
            before = lane.cost
            limit -= lane.take(share, taken)
            self.cost -= before - lane.cost
            if lane.count:
                lanes[component] = lane
        return taken

    def shed(self, capacity: int) -> list[tuple[str, int]]:
        """Drop the newest of the longest lanes until no more than `capacity` waits: of whom, and how many."""
        dropped: list[tuple[str, int]] = []
        longest = [(-lane.cost, component) for component, lane in self.by_component.items()]
        heapq.heapify(longest)
        while self.cost > capacity:
            _, component = heapq.heappop(longest)
            lane = self.by_component[component]
            count, cost = lane.drop_newest(self.cost - capacity)
            self.cost -= cost
            dropped.append((component, count))
            if lane.count:
                heapq.heappush(longest, (-lane.cost, component))
            else:
                del self.by_component[component]
        return dropped


def portion(datagrams: Sequence[Datagram], effort: int) -> tuple[int, int]:
    """How many of the first datagrams make up that effort (one at least, where there is any), and what it really is."""
    spent = 0
    for count, datagram in enumerate(datagrams, 1):
        size = len(datagram[0])
        spent += 1 if size < UNIT else size // UNIT
        if spent >= effort:
            return count, spent
    return len(datagrams), spent


def cost_of(datagrams: Sequence[Datagram]) -> int:
    """Octets that the datagrams take while they wait."""
    return sum([len(datagram[0]) for datagram in datagrams]) + OVERHEAD * len(datagrams)


def grouped(datagrams: Iterable[Datagram], components: Mapping[str, str]) -> dict[str, list[Datagram]]:
    """The datagrams by component, each component's in their order."""
    groups: dict[str, list[Datagram]] = {}
    for datagram in datagrams:
        host = datagram[-1][0]
        component = components.get(host)
        if component is None:  # a link-local source comes with its zone
            component = components.get(plain_host(host), "")
        group = groups.get(component)
        if group is None:
            groups[component] = [datagram]
        else:
            group.append(datagram)
    return groups


def slices(chunks: Iterable[Chunk], effort: int) -> Iterator[list[Chunk]]:
    """The chunks in parts of that effort, cut where need be."""
    part: list[Chunk] = []
    left = effort
    for chunk in chunks:
        waiting = chunk.datagrams
        while waiting:
            count, spent = portion(waiting, left)
            if count == len(waiting):
                part.append(chunk)
                waiting = []
            else:
                part.append(chunk._replace(datagrams=waiting[:count]))
                chunk = chunk._replace(datagrams=waiting[count:])
                waiting = chunk.datagrams
            left -= spent
            if left <= 0:
                yield part
                part, left = [], effort
    if part:
        yield part
