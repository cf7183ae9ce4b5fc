"""Tries what the tunnel carries: handshake, path MTU, latency, throughput both ways beside what the service asks for.

Up: whole batches without a record, which any head-end reads and none keeps. Both ways at once: ICMP echo.
"""

import asyncio
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from cmsp_agent.aio.blocking import BlockingPool
from cmsp_agent.aio.clock import Clock
from cmsp_agent.aio.threads import SYSTEM_THREADS, Threads
from cmsp_agent.model.errors import AgentError, HeadendUnreachable
from cmsp_agent.model.tunnel import LEAST_MTU, MOST_MTU
from cmsp_agent.services.tunnel.health import DOWN_AFTER, TunnelHealth
from cmsp_agent.transports.echo_load import path_mtu, stream
from cmsp_agent.transports.headend import HeadendClient
from cmsp_agent.transports.icmp import ping

ASKED = 10.0
"""Mbit/s that the service asks for."""
TOLERATED = 0.9
"""Of that, as what is measured: headers of TCP, TLS and WireGuard take the rest."""
PINGS = 10
PING_WITHIN = 2.0
GIVE_UP = 2
"""Pings in a row without an answer after which no more are sent."""
BODY = b"[" + b" " * (2**20 - 2) + b"]"
UPLOADS = 3
STREAM_SECONDS = 3.0
STREAM_FACTOR = 1.3
ECHO_WITHIN = 30.0
"""Seconds for the search for the path MTU, and for the stream."""
WITHIN = 300.0
"""Seconds for the whole test: three uploads may each take as long as a request may."""


@dataclass(frozen=True, slots=True)
class TunnelTest:
    """What was measured; None where it could not be."""

    url: str
    address: str
    handshake_age: float | None
    mtu: int | None
    latency: tuple[float, ...]
    """Seconds of each ping that had an answer."""
    up: float | None
    """Mbit/s."""
    both: float | None
    """Mbit/s, there and back at the same time."""
    unknown: tuple[str, ...] = ()
    """Why something could not be measured."""

    @property
    def problems(self) -> tuple[str, ...]:
        """What is less than it should be."""
        least = ASKED * TOLERATED
        checks = (
            (not self.address, f"{self.url}: its name leads nowhere"),
            ((self.handshake_age or 0) > DOWN_AFTER, f"the last handshake was {self.handshake_age or 0:.0f} s ago"),
            (bool(self.mtu) and (self.mtu or 0) < LEAST_MTU, f"the path carries {self.mtu} octets, not {LEAST_MTU}"),
            (self.up is None, "nothing could be sent to the head-end"),
            (self.up is not None and self.up < least, f"{self.up or 0:.1f} Mbit/s up, not {ASKED:g}"),
            (self.both is not None and self.both < least, f"{self.both or 0:.1f} Mbit/s both ways, not {ASKED:g}"),
        )
        return tuple(text for holds, text in checks if holds)

    def view(self) -> Mapping[str, Any]:
        """For people and programs."""
        each = sorted(round(latency * 1000, 1) for latency in self.latency)
        return {
            "headend": self.url,
            "address": self.address or None,
            "handshake_age_seconds": None if self.handshake_age is None else round(self.handshake_age, 1),
            "path_mtu": self.mtu,
            "latency_ms": {"least": each[0], "median": each[len(each) // 2], "most": each[-1]} if each else None,
            "pings_lost": PINGS - len(each),
            "up_mbit": None if self.up is None else round(self.up, 1),
            "both_ways_mbit": None if self.both is None else round(self.both, 1),
            "asked_mbit": ASKED,
            "unknown": list(self.unknown),
            "problems": list(self.problems),
        }


async def tried(
    client: HeadendClient, health: TunnelHealth | None, clock: Clock, threads: Threads = SYSTEM_THREADS
) -> TunnelTest:
    """Try the way to the head-end that is asked at present, and close the client."""
    pool = BlockingPool("tunnel test", threads=1, waiting=1, source=threads)
    try:
        return await _tried(client, health, clock, pool)
    finally:
        await pool.close(within=1.0)
        await client.close()


async def _tried(client: HeadendClient, health: TunnelHealth | None, clock: Clock, pool: BlockingPool) -> TunnelTest:
    url = client.url
    address = await _resolved(urlsplit(url).hostname or "")
    age = None
    if health is not None and health.handshake_at:
        age = clock.monotonic() - health.handshake_at
    if not address:
        return TunnelTest(url, "", age, None, (), None, None)
    unknown: list[str] = []
    latency, mtu, both = await _echoed(address, unknown, pool)
    return TunnelTest(url, address, age, mtu, latency, await _up(client, clock, unknown), both, tuple(unknown))


async def _resolved(host: str) -> str:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return ""
    return str(found[0][4][0])


async def _echoed(
    address: str, unknown: list[str], pool: BlockingPool
) -> tuple[tuple[float, ...], int | None, float | None]:
    try:
        latency = await _latency(address)
        if not latency:
            unknown.append("the head-end answers no ICMP echo: path MTU, latency and the way down are not known")
            return (), None, None
        mtu = await pool.run(partial(path_mtu, address, MOST_MTU), within=ECHO_WITHIN)
        echoes = partial(stream, address, mtu or LEAST_MTU, ASKED * STREAM_FACTOR, STREAM_SECONDS)
        came = await pool.run(echoes, within=ECHO_WITHIN)
    except (AgentError, TimeoutError) as error:
        unknown.append(str(error) or f"ICMP echoes took more than {ECHO_WITHIN:g} s")
        return (), None, None
    return latency, mtu, came.mbit


async def _latency(address: str) -> tuple[float, ...]:
    answers: list[float | None] = []
    while len(answers) < PINGS and (not answers or any(each is not None for each in answers[-GIVE_UP:])):
        answers += [await ping(address, PING_WITHIN)]
    return tuple(each for each in answers if each is not None)


async def _up(client: HeadendClient, clock: Clock, unknown: list[str]) -> float | None:
    best: float | None = None
    try:
        for _ in range(UPLOADS):
            await client.durable()
            started = clock.monotonic()
            await client.events(BODY, "identity")
            rate = len(BODY) * 8 / (clock.monotonic() - started) / 1e6
            best = max(best or 0.0, rate)
    except HeadendUnreachable as error:
        unknown.append(str(error))
    return best
