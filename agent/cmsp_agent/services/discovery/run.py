"""One discovery: the sweep, and the crawl from neighbour to neighbour. Reports how far it is, and what it finds."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from cmsp_agent.services.devices.facts import Neighbour
from cmsp_agent.services.discovery.asking import Asker
from cmsp_agent.services.discovery.results import FoundDevice
from cmsp_agent.services.discovery.scope import DiscoveryScope

AT_ONCE = 32
"""Addresses that are asked at the same time; the pace bounds the probes in a second."""
MOST_CRAWLED = 2_000
"""Addresses that neighbours may add."""

Tell = Callable[[int, int, FoundDevice | None], None]
"""(asked, of how many, what was found there)."""


@dataclass(slots=True)
class Sweep:
    """Asks every address once.

    Args:
        scope: where it may look.
        asker: who asks.
        tell: called for each address.
        is_own: whether an address is the appliance's.
    """

    scope: DiscoveryScope
    asker: Asker
    tell: Tell
    is_own: Callable[[str], bool]
    found: list[FoundDevice] = field(default_factory=list)
    seen: dict[str, list[Neighbour]] = field(default_factory=dict)
    """Component or name of a device → its neighbours, whether they were asked or not."""
    _asked: set[str] = field(default_factory=set)
    _crawled: int = 0
    _waiting: "asyncio.Queue[tuple[str, str]]" = field(default_factory=asyncio.Queue)
    _done: int = 0

    async def run(
        self, first: Iterable[tuple[str, str]], neighbours: Sequence[tuple[str, Sequence[Neighbour]]]
    ) -> None:
        """Ask the first addresses, (address, via), and all that they lead to.

        Args:
            first: seeds.
            neighbours: what components of the inventory see already.
        """
        for address, via in first:
            self._add(address, via)
        for name, around in neighbours:
            self._follow(name, around, ())
        for address in self.scope.sweep():
            self._add(address, "sweep")
        async with asyncio.TaskGroup() as group:
            workers = [group.create_task(self._work()) for _ in range(AT_ONCE)]
            await self._waiting.join()
            for worker in workers:
                worker.cancel()

    def _add(self, address: str, via: str) -> None:
        if address not in self._asked and self.scope.permits(address) and not self.is_own(address):
            self._asked.add(address)
            self._waiting.put_nowait((address, via))

    async def _work(self) -> None:
        while True:
            address, via = await self._waiting.get()
            try:
                device, around = await self.asker.look(address, via)
                if device is not None:
                    self.found.append(device)
                    self._follow(device.facts.sys_name or address, device.facts.neighbours, around)
                self._done += 1
                self.tell(self._done, len(self._asked), device)
            finally:
                self._waiting.task_done()

    def _follow(self, name: str, neighbours: Sequence[Neighbour], around: Sequence[tuple[str, str]]) -> None:
        for neighbour in neighbours:
            self.seen.setdefault(name, []).append(neighbour)
            if neighbour.address:
                self._crawl(neighbour.address, f"{neighbour.protocol} of {name}")
        for how, address in around:
            self._crawl(address, f"{how} of {name}")

    def _crawl(self, address: str, via: str) -> None:
        if self._crawled < MOST_CRAWLED and address not in self._asked:
            self._crawled += 1
            self._add(address, via)
