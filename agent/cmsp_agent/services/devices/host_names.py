"""Host names in the YAML file, resolved off the loop and remembered. A name that fails is not a device that is down."""

import asyncio
import ipaddress
import logging
import socket
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial

from cmsp_agent.aio.blocking import BlockingPool, PoolFull
from cmsp_agent.aio.clock import Clock
from cmsp_agent.aio.threads import SYSTEM_THREADS, Threads
from cmsp_agent.model.component import Component

log = logging.getLogger(__name__)

WITHIN = 5.0
"""Seconds that one look-up may take."""
AGAIN = 300.0
"""Seconds between two look-ups of the same name."""

LookUp = Callable[[str], Awaitable[tuple[str, ...]]]
"""The addresses of a name, or none."""


def is_literal(address: str) -> bool:
    """Whether it is an IPv4 or IPv6 address already."""
    try:
        ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return True


class Resolver:
    """Asks the system's resolver in threads of its own, because it may block for long."""

    def __init__(self, threads: Threads = SYSTEM_THREADS) -> None:
        self._pool = BlockingPool("names", threads=4, waiting=500, source=threads)

    async def __call__(self, name: str) -> tuple[str, ...]:
        try:
            return await self._pool.run(partial(_look_up, name), within=WITHIN)
        except (TimeoutError, PoolFull):
            return ()

    async def close(self) -> None:
        """Give up what is still asked."""
        await self._pool.close()


class Names:
    """The last known addresses of each name."""

    def __init__(self, look_up: LookUp, clock: Clock) -> None:
        self._look_up = look_up
        self._clock = clock
        self._known: dict[str, tuple[str, ...]] = {}
        self._failing: set[str] = set()

    async def resolve(self, hosts: Iterable[str]) -> None:
        """Look up all names among the addresses, all at once; a failure leaves what was known."""
        names = {address for address in hosts if not is_literal(address)}
        await asyncio.gather(*(self._resolve(name) for name in names))

    def literals(self, hosts: Iterable[str]) -> tuple[str, ...]:
        """The addresses, those of names in place of the names; a name that leads nowhere has none."""
        found = (each for host in hosts for each in ((host,) if is_literal(host) else self._known.get(host, ())))
        return tuple(dict.fromkeys(found))

    def literal(self, component: Component) -> Component:
        """The component with addresses in place of names; one that has none can't be asked and has no addresses."""
        if all(is_literal(address) for address in component.addresses):
            return component
        return replace(component, addresses=self.literals(component.addresses))

    def lost(self, component: Component) -> str:
        """A host name of the component that led somewhere and can't be resolved any more; empty: none."""
        failing = (each for each in component.addresses if each in self._failing and each in self._known)
        return next(failing, "")

    async def run(self, hosts: Callable[[], Iterable[str]], changed: Callable[[], None]) -> None:
        """Look again every few minutes, until cancelled; report where an address changed."""
        while True:
            await self._clock.sleep(AGAIN)
            before: Mapping[str, tuple[str, ...]] = dict(self._known)
            await self.resolve(hosts())
            if before != self._known:
                changed()

    async def _resolve(self, name: str) -> None:
        found = await self._look_up(name)
        if found:
            self._known[name] = found
            self._failing.discard(name)
        elif name not in self._failing:
            self._failing.add(name)
            log.warning("name can't be resolved", extra={"host": name, "kept": self._known.get(name, ())})


def _look_up(name: str) -> tuple[str, ...]:
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError):
        return ()
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))
