"""ICMP echo requests of chosen sizes, and streams of them: what a path carries, and how much of it both ways at once.

Blocking, to be run in a thread. Whoever asks judges the figures.
"""

import ipaddress
import select
import socket
import time
from contextlib import suppress
from dataclasses import dataclass

from cmsp_agent.model.errors import NotPermittedHere
from cmsp_agent.transports.icmp import echo_request, open_echo_socket

ICMP_HEADER = 8
IP_HEADERS = {4: 20, 6: 40}
LEAST = {4: 576, 6: 1280}
"""Octets that every path carries (RFC 1122, RFC 8200)."""
TRIES = 2
STRAGGLERS = 1.0
"""Seconds in which the last replies may still come."""
# linux/in.h, linux/in6.h: send with "don't fragment", whatever is known of the path
MTU_DISCOVER = {4: (socket.IPPROTO_IP, 10), 6: (socket.IPPROTO_IPV6, 23)}
PROBE = 3


@dataclass(frozen=True, slots=True)
class EchoStream:
    """What came of a stream of echo requests."""

    sent: int
    returned: int
    mbit: float
    """Mbit/s that came back, IP headers included: as much went there and came back at the same time."""


def path_mtu(address: str, most: int, within: float = 0.5) -> int:
    """The largest packet in octets, IP header included, that gets an echo reply unfragmented; 0: none does.

    Args:
        address: an IPv4 or IPv6 address.
        most: octets that are tried at most.
        within: seconds to wait for each reply.

    Raises:
        NotPermittedHere: ping sockets are closed to this process.
    """
    version = ipaddress.ip_address(address).version
    low, high = LEAST[version], most
    if not _carries(address, low, within):
        return 0
    while low < high:
        middle = (low + high + 1) // 2
        if _carries(address, middle, within):
            low = middle
        else:
            high = middle - 1
    return low


def stream(address: str, octets: int, mbit: float, seconds: float) -> EchoStream:
    """Send echo requests at a rate, and measure the rate of the replies.

    Args:
        address: an IPv4 or IPv6 address.
        octets: of each packet, IP header included.
        mbit: Mbit/s to send.
        seconds: for how long.

    Raises:
        NotPermittedHere: ping sockets are closed to this process.
    """
    packet = _packet(address, octets)
    with _socket(address) as sock:
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        begun = last = time.monotonic()
        each, sent, returned = octets * 8 / (mbit * 1e6), 0, 0
        while (now := time.monotonic()) < begun + seconds + STRAGGLERS:
            due = int(min(now - begun, seconds) / each) - sent
            for _ in range(due):
                _send(sock, packet)
            sent += max(0, due)
            came = _received(sock)
            returned, last = returned + came, now if came else last
            if now > begun + seconds and returned >= sent:
                break
            select.select([sock], [], [], min(each, 0.002))
    took = max(last - begun, each)
    return EchoStream(sent, returned, returned * octets * 8 / took / 1e6)


def _packet(address: str, octets: int) -> bytes:
    version = ipaddress.ip_address(address).version
    return echo_request(version, bytes(octets - IP_HEADERS[version] - ICMP_HEADER))


def _socket(address: str) -> socket.socket:
    version = ipaddress.ip_address(address).version
    sock = open_echo_socket(version)
    sock.setsockopt(*MTU_DISCOVER[version], PROBE)
    try:
        sock.connect((address, 0))
    except OSError as error:
        sock.close()
        raise NotPermittedHere(f"{address} can't be reached from here ({error.strerror})") from error
    return sock


def _carries(address: str, octets: int, within: float) -> bool:
    with _socket(address) as sock:
        sock.settimeout(within)
        for _ in range(TRIES):
            try:
                sock.send(_packet(address, octets))
                sock.recv(octets)
            except TimeoutError:
                continue
            except OSError:
                # EMSGSIZE: more than the link itself takes, or than a router on the way said
                return False
            return True
    return False


def _send(sock: socket.socket, packet: bytes) -> None:
    """What finds no place counts as lost, as on a narrow link."""
    with suppress(OSError):
        sock.send(packet)


def _received(sock: socket.socket) -> int:
    count = 0
    while True:
        try:
            sock.recv(16)
        except BlockingIOError:
            return count
        except OSError:
            continue
        count += 1
