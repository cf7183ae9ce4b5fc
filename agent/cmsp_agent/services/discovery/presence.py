"""Whether anything is at an address that does not speak SNMPv3. Asks without any secret: an echo, ARP, a TCP port."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from cmsp_agent.model.errors import NotPermittedHere
from cmsp_agent.services.discovery.rate_limit import Pace
from cmsp_agent.transports.tcp import TcpAnswer

PORTS = (22, 443)
"""A device that hides from echoes mostly has one of these open, or closed with a reset."""


@dataclass(frozen=True, slots=True)
class Presence:
    """Asks one address after the other way.

    Args:
        ping: seconds of an echo's way; None where none came back. Raises NotPermittedHere.
        resolved: whether our own ARP table has it; None where it is not on our link.
        connect: what a TCP port answers.
        pace: held before each probe.
    """

    ping: Callable[[str], Awaitable[float | None]]
    resolved: Callable[[str], bool | None]
    connect: Callable[[str, int], Awaitable[TcpAnswer]]
    pace: Pace

    async def at(self, address: str) -> bool:
        """Whether something is there."""
        if await self._answers_ping(address):
            return True
        on_link = self.resolved(address)
        return on_link if on_link is not None else await self._answers_tcp(address)

    async def _answers_ping(self, address: str) -> bool:
        await self.pace.wait()
        try:
            return await self.ping(address) is not None
        except NotPermittedHere:
            return False

    async def _answers_tcp(self, address: str) -> bool:
        answers = await asyncio.gather(*(self._port(address, port) for port in PORTS))
        return any(answer is not TcpAnswer.SILENT for answer in answers)

    async def _port(self, address: str, port: int) -> TcpAnswer:
        await self.pace.wait()
        return await self.connect(address, port)
