"""Whether something answers at an address, by ICMP and TCP. States facts; up and down are the pipeline's to say."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.component import ReachPlan
from cmsp_agent.model.errors import NotPermittedHere
from cmsp_agent.transports import icmp, tcp

log = logging.getLogger(__name__)

Ping = Callable[[str, float, str | None], Awaitable[float | None]]
Knock = Callable[[str, int, float, str | None], Awaitable[tcp.TcpAnswer]]


@dataclass(frozen=True, slots=True)
class Reach:
    """What answered. None: not asked, or not permitted here; False: asked, silent."""

    icmp: bool | None = None
    tcp: bool | None = None
    round_trip: float | None = None
    """Of the ICMP echo, seconds."""
    port_open: bool | None = None
    """None: no port asked. A refused connection proves the host alive (`tcp` is True), the port closed."""


class Reachability:
    """Asks by the ways that a component's plan names, both at once."""

    def __init__(self, counters: Counters, ping: Ping = icmp.ping, knock: Knock = tcp.knock) -> None:
        self._counters = counters
        self._ping = ping
        self._knock = knock
        self._told_closed = False

    async def check(self, address: str, plan: ReachPlan, within: float, source: str | None = None) -> Reach:
        """Ask once by each way.

        Args:
            address: an IPv4 or IPv6 address.
            plan: which ways.
            within: seconds for each.
            source: the site's source address, or None.
        """
        async with asyncio.TaskGroup() as both:
            echo = both.create_task(self._echo(address, within, source) if plan.icmp else _nothing())
            port = both.create_task(self._try_port(address, plan.tcp, within, source) if plan.tcp else _nothing())
        trip, answer = echo.result(), port.result()
        return Reach(
            icmp=None if trip is None else trip >= 0,
            tcp=None if answer is None else answer is not tcp.TcpAnswer.SILENT,
            round_trip=trip if trip is not None and trip >= 0 else None,
            port_open=None if answer is None else answer is tcp.TcpAnswer.CONNECTED,
        )

    async def _try_port(self, address: str, port: int, within: float, source: str | None) -> tcp.TcpAnswer | None:
        try:
            return await self._knock(address, port, within, source)
        except NotPermittedHere:
            self._counters.add("tcp.not_permitted")
            return None

    async def _echo(self, address: str, within: float, source: str | None) -> float | None:
        """Seconds; -1 for silence; None where this machine doesn't let us ask."""
        try:
            trip = await self._ping(address, within, source)
        except NotPermittedHere as error:
            self._counters.add("icmp.not_permitted")
            if not self._told_closed:
                self._told_closed = True
                log.warning("%s; ICMP reads 'not permitted here' until that changes", error)
            return None
        return -1.0 if trip is None else trip


async def _nothing() -> None:
    return None
