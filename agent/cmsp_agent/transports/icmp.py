"""ICMP echo over the kernel's unprivileged ping sockets. `services.polling` and the pipeline judge the outcome."""

import asyncio
import ipaddress
import os
import socket
import struct

from cmsp_agent.model.errors import NotPermittedHere
from cmsp_agent.model.ids import Octets
from cmsp_agent.transports.sources import bind_source, endpoint

ECHO_V4 = 8
ECHO_V6 = 128
REPLY_V4 = 0
REPLY_V6 = 129
_HEADER = struct.Struct("!BBHHH")
_TOKEN = 16
_RECEIVE = 2048


async def ping(address: str, within: float, source: str | None = None, octets: Octets = os.urandom) -> float | None:
    """Send one ICMP echo request and wait for its reply.

    The kernel fills in the identifier and the checksum of a ping socket and hands it its own replies only; the random
    token in the payload distinguishes a late or forged reply.

    Args:
        address: an IPv4 or IPv6 address, not a name; a zone (`fe80::1%eth0`) is allowed.
        within: seconds to wait.
        source: the address to send from; the kernel's choice where it is None.
        octets: makes the random token.

    Returns:
        The round-trip time in seconds, or None where nothing came back in time.

    Raises:
        NotPermittedHere: ping sockets are closed to this process (sysctl net.ipv4.ping_group_range), or this machine
            has no such address family or source address.
    """
    version = ipaddress.ip_address(address).version
    with open_echo_socket(version) as sock:
        bind_source(sock, source)
        try:
            return await _exchange(sock, version, address, within, octets(_TOKEN))
        except (TimeoutError, OSError):
            return None  # unreachable network or host: no reply, whatever the kernel's reason


def open_echo_socket(version: int) -> socket.socket:
    """A ping socket of an IP version.

    Raises:
        NotPermittedHere: ping sockets are closed to this process, or this machine has no such address family.
    """
    family, protocol = (
        (socket.AF_INET6, socket.IPPROTO_ICMPV6) if version == 6 else (socket.AF_INET, socket.IPPROTO_ICMP)
    )
    try:
        return socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK, protocol)
    except OSError as error:  # EACCES: closed by the sysctl; EAFNOSUPPORT, EPROTONOSUPPORT: not on this machine
        raise NotPermittedHere(f"ICMP echo is not permitted here ({error.strerror})") from error


def echo_request(version: int, payload: bytes) -> bytes:
    """An echo request; the kernel fills in the identifier and the checksum."""
    return _HEADER.pack(ECHO_V6 if version == 6 else ECHO_V4, 0, 0, 0, 1) + payload


async def _exchange(sock: socket.socket, version: int, address: str, within: float, token: bytes) -> float:
    loop = asyncio.get_running_loop()
    reply = REPLY_V6 if version == 6 else REPLY_V4
    async with asyncio.timeout(within):
        sock.connect(endpoint(sock.family, address))
        started = loop.time()
        await loop.sock_sendall(sock, echo_request(version, token))
        while True:
            answer = await loop.sock_recv(sock, _RECEIVE)
            if answer[:1] == bytes([reply]) and answer[_HEADER.size :] == token:
                return loop.time() - started
