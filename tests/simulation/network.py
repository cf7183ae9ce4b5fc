"""The network between the agent, the devices and the head-end, played: datagrams arrive after some virtual time."""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from cmsp_agent.transports.network import Network, Ways
from cmsp_agent.transports.recvmmsg import Datagram, TakeMany
from cmsp_agent.transports.tcp import TcpAnswer

Address = tuple[str, int]
AGENT = "127.0.0.1"
FASTEST, SLOWEST = 0.0005, 0.02
"""Seconds on the way, one way."""


@dataclass(slots=True, eq=False)
class PlayedSocket:
    """A UDP socket on the played network, as much of one as the agent uses."""

    wire: Wire
    address: Address
    family: int = socket.AF_INET
    _inbox: deque[tuple[bytes, Address]] = field(default_factory=deque)
    _ready: Callable[[], object] | None = None

    def watch(self, ready: Callable[[], object] | None) -> None:
        self._ready = ready
        self._call()

    def _call(self) -> None:
        if self._ready is not None and self._inbox:
            asyncio.get_running_loop().call_soon(self._readable)

    def _readable(self) -> None:
        if self._ready is not None and self._inbox:
            self._ready()
            self._call()

    def arrive(self, data: bytes, sender: Address) -> None:
        self._inbox.append((data, sender))
        if len(self._inbox) == 1:
            self._call()

    def recvfrom(self, size: int, /) -> tuple[bytes, Address]:
        if not self._inbox:
            raise BlockingIOError
        return self._inbox.popleft()

    def take_many(self, batch: list[Datagram]) -> bool:
        batch.extend(self._inbox)
        self._inbox.clear()
        return False

    def sendto(self, data: bytes, address: Any, /) -> int:
        self.wire.send(data, self.address, (str(address[0]), int(address[1])))
        return len(data)

    def sendmsg(self, parts: list[bytes], control: object, flags: int, address: Any, /) -> int:
        return self.sendto(b"".join(parts), address)

    def getsockopt(self, level: int, option: int, size: int = 0, /) -> Any:
        return bytes(size) if size else 1 << 30

    def setsockopt(self, *_: Any) -> None: ...
    def setblocking(self, _: bool, /) -> None: ...

    def fileno(self) -> int:
        return -1

    def getsockname(self) -> Address:
        return self.address

    def close(self) -> None:
        self._ready = None
        self.wire.ports.pop(self.address, None)


@dataclass(slots=True)
class PlayedTransport(asyncio.DatagramTransport):
    """What a played device sends by."""

    wire: Wire
    address: Address

    def sendto(self, data: Any, addr: Any = None) -> None:
        self.wire.send(bytes(data), self.address, addr)

    def close(self) -> None:
        self.wire.ports.pop(self.address, None)


@dataclass(slots=True)
class Wire:
    """Carries datagrams between addresses.

    Attributes:
        alive: whether the device of an address can be reached.
        ways: the kernel's routes and links.
    """

    random: Random
    alive: Callable[[str], bool]
    ways: Ways = field(default_factory=lambda: Ways(known=list, leads_to=lambda _: True, carrier=lambda _: None))
    ports: dict[Address, Callable[[bytes, Address], object]] = field(default_factory=dict)
    _next_port: int = 40_000

    def send(self, data: bytes, sender: Address, to: Address) -> None:
        asyncio.get_running_loop().call_later(self.delay(), self._arrive, data, sender, to)

    def _arrive(self, data: bytes, sender: Address, to: Address) -> None:
        receive = self.ports.get(to)
        if receive is not None and self._passes(sender[0]) and self._passes(to[0]):
            receive(data, sender)

    def _passes(self, host: str) -> bool:
        return host == AGENT or self.alive(host)

    def delay(self) -> float:
        return self.random.uniform(FASTEST, SLOWEST)

    def free_port(self) -> int:
        self._next_port += 1
        return self._next_port

    def open(self, host: str, port: int) -> PlayedSocket:
        made = PlayedSocket(self, (host, port or self.free_port()))
        self.ports[made.address] = made.arrive
        return made

    async def ping(self, address: str, within: float, source: str | None = None) -> float | None:
        if not self._passes(address):
            await asyncio.sleep(within)
            return None
        trip = self.delay()
        await asyncio.sleep(trip)
        return trip

    async def check_port(self, address: str, port: int, within: float, source: str | None = None) -> TcpAnswer:
        return TcpAnswer.CONNECTED if await self.ping(address, within) is not None else TcpAnswer.SILENT

    def network(self, headend: Callable[..., Any], cli: Callable[..., Any]) -> Network:
        """The agent's side of it."""

        def bind(_: socket.SocketKind, host: str, port: int) -> Any:
            return self.open(host, port)

        def receive_many(sock: Any, _largest: int, _control: int) -> TakeMany:
            taken: TakeMany = sock.take_many
            return taken

        return Network(
            ping=self.ping,
            check_port=self.check_port,
            snmp_socket=lambda _family, _source: self.open(AGENT, 0),
            path_payload=lambda *_: 1472,
            bind=bind,
            receive_many=receive_many,
            ways=self.ways,
            headend=headend,
            cli=cli,
        )
