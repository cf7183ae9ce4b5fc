"""A UDP relay between client and agent that changes, drops, repeats or diverts answers on the way."""

import asyncio
from collections.abc import Callable
from typing import Self

Change = Callable[[bytes], list[bytes]]
"""An answer from the agent → what reaches the client instead."""


def unchanged(answer: bytes) -> list[bytes]:
    """Let it pass."""
    return [answer]


class Proxy:
    """Relays datagrams to the agent's port; each client address has its own socket behind it."""

    def __init__(self, agent_port: int, change: Change = unchanged) -> None:
        self.change = change
        self.port = 0
        self._agent = ("127.0.0.1", agent_port)
        self._front: asyncio.DatagramTransport | None = None
        self._behind: dict[tuple[str, int], asyncio.DatagramTransport] = {}

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._front, _ = await loop.create_datagram_endpoint(
            lambda: _Protocol(self._asked), local_addr=("127.0.0.1", 0)
        )
        self.port = self._front.get_extra_info("sockname")[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        for transport in (self._front, *self._behind.values()):
            if transport is not None:
                transport.close()
        await asyncio.sleep(0)

    def _asked(self, data: bytes, client: tuple[str, int]) -> None:
        asyncio.get_running_loop().create_task(self._forward(data, client))

    async def _forward(self, data: bytes, client: tuple[str, int]) -> None:
        if client not in self._behind:
            transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
                lambda: _Protocol(lambda answer, _: self._answered(answer, client)), remote_addr=self._agent
            )
            self._behind.setdefault(client, transport)
        self._behind[client].sendto(data)

    def _answered(self, data: bytes, client: tuple[str, int]) -> None:
        for answer in self.change(data):
            if self._front is not None:
                self._front.sendto(answer, client)


class _Protocol(asyncio.DatagramProtocol):
    def __init__(self, received: Callable[[bytes, tuple[str, int]], None]) -> None:
        self._received = received

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._received(data, addr)

    def error_received(self, exc: Exception) -> None:
        """A refused port is silence."""
