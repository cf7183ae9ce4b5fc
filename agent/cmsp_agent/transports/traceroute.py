"""The way to an address, hop by hop: UDP with a growing TTL, answers from the socket's error queue. No privilege."""

import asyncio
import errno
import ipaddress
import socket
import struct
from dataclasses import dataclass

from cmsp_agent.model.errors import NotPermittedHere
from cmsp_agent.transports.sources import bind_source

FIRST_PORT = 33434
"""Where traceroute(8) sends to: nobody listens there."""
MOST_HOPS = 30
MOST_SILENT = 5
"""Hops in a row that say nothing, after which nothing will."""
WITHIN = 1.5
TRIES = 2
_IP_RECVERR, _IPV6_RECVERR = 11, 25
_TIME_EXCEEDED = {socket.AF_INET: 11, socket.AF_INET6: 3}
_ERROR = struct.Struct("=IBBBBII")
"""struct sock_extended_err: errno, origin, type, code, pad, info, data (ip(7))."""
_QUEUE = 0x2000
"""MSG_ERRQUEUE."""


@dataclass(frozen=True, slots=True)
class Hop:
    """What answered at a distance; `address` is empty where nothing did."""

    ttl: int
    address: str = ""
    seconds: float | None = None
    reached: bool = False
    """It is the end of the way."""


async def traceroute(address: str, source: str | None = None) -> list[Hop]:
    """The hops up to the address, or up to where nothing answers any more.

    Raises:
        NotPermittedHere: the source address is not ours, or this machine has no such address family.
    """
    hops: list[Hop] = []
    while len(hops) < MOST_HOPS and not (hops and hops[-1].reached):
        if len(hops) >= MOST_SILENT and not any(hop.address for hop in hops[-MOST_SILENT:]):
            break
        hops.append(await _hop(address, len(hops) + 1, source))
    return hops


async def _hop(address: str, ttl: int, source: str | None) -> Hop:
    hop = Hop(ttl)
    for _ in range(TRIES):
        hop = await _probe(address, ttl, source)
        if hop.address:
            break
    return hop


async def _probe(address: str, ttl: int, source: str | None) -> Hop:
    family = socket.AF_INET6 if ipaddress.ip_address(address).version == 6 else socket.AF_INET
    loop = asyncio.get_running_loop()
    with _socket(family, ttl, source) as sock:
        answered = asyncio.Event()
        loop.add_reader(sock, answered.set)
        started = loop.time()
        try:
            sock.connect((address, FIRST_PORT + ttl))
            sock.send(bytes(32))
            async with asyncio.timeout(WITHIN):
                await answered.wait()
            return _read(sock, family, ttl, loop.time() - started)
        except TimeoutError:
            return Hop(ttl)
        except OSError:  # no way there: the kernel's own word
            return Hop(ttl)
        finally:
            loop.remove_reader(sock)


def _socket(family: int, ttl: int, source: str | None) -> socket.socket:
    try:
        sock = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
    except OSError as error:
        raise NotPermittedHere(f"this machine has no such address family ({error.strerror})") from error
    if family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, _IPV6_RECVERR, 1)
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, ttl)
    else:
        sock.setsockopt(socket.IPPROTO_IP, _IP_RECVERR, 1)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, ttl)
    bind_source(sock, source)
    return sock


def _read(sock: socket.socket, family: int, ttl: int, seconds: float) -> Hop:
    _, ancillary, _, _ = sock.recvmsg(512, 512, _QUEUE)
    for level, kind, data in ancillary:
        if (level, kind) in ((socket.IPPROTO_IP, _IP_RECVERR), (socket.IPPROTO_IPV6, _IPV6_RECVERR)):
            code, _, icmp, *_ = _ERROR.unpack_from(data)
            reached = code == errno.ECONNREFUSED
            if reached or icmp == _TIME_EXCEEDED[socket.AddressFamily(family)] or code == errno.EHOSTUNREACH:
                return Hop(ttl, _offender(data[_ERROR.size :], family), seconds, reached)
    return Hop(ttl)


def _offender(data: bytes, family: int) -> str:
    """The address in the sockaddr that follows the error: who sent it."""
    start, size = (8, 16) if family == socket.AF_INET6 else (4, 4)
    return str(ipaddress.ip_address(data[start : start + size]))
