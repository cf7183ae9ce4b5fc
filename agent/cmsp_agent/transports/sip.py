"""SIP OPTIONS (RFC 3261 section 11): whether a SIP peer answers, with what, and how soon. Judges nothing."""

import asyncio
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass

from cmsp_agent.transports.sources import bind_source

T1 = 0.5
"""Seconds to the first repetition over UDP (RFC 3261 section 17.1.2.1); doubled by each."""
MOST_BYTES = 16 * 1024
LONGEST_VALUE = 300


@dataclass(frozen=True, slots=True)
class SipAnswer:
    """A final answer; header names in lower case."""

    status: int
    reason: str
    headers: Mapping[str, str]
    seconds: float


async def options(
    address: str, port: int, transport: str, within: float, source: str | None = None
) -> SipAnswer | None:
    """Ask a peer for its options.

    Args:
        address: an IPv4 or IPv6 address.
        port: 1 to 65535.
        transport: `udp` or `tcp`.
        within: seconds for the answer.
        source: the address to send from; the kernel's choice where it is None.

    Returns:
        The answer; None where none came.

    Raises:
        NotPermittedHere: the source address is not ours.
    """
    loop, token = asyncio.get_running_loop(), secrets.token_hex(8)
    started = loop.time()
    with _socket(address, transport, source) as sock:
        try:
            async with asyncio.timeout(within):
                await loop.sock_connect(sock, (address, port))
                request = request_for(sock.getsockname(), address, port, transport, token)
                data = await (_over_udp(sock, request, token) if transport == "udp" else _over_tcp(sock, request))
        except (TimeoutError, OSError):
            return None
    return read_answer(data, token, loop.time() - started)


def _socket(address: str, transport: str, source: str | None) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    kind = socket.SOCK_DGRAM if transport == "udp" else socket.SOCK_STREAM
    sock = socket.socket(family, kind | socket.SOCK_NONBLOCK)
    bind_source(sock, source)
    return sock


def request_for(local: tuple[str, int], address: str, port: int, transport: str, token: str) -> bytes:
    """The request from our address and port to a peer; the token is known again in its answer."""
    here, there = _host(local[0]), _host(address)
    lines = (
        f"OPTIONS sip:{there}:{port};transport={transport} SIP/2.0",
        f"Via: SIP/2.0/{transport.upper()} {here}:{local[1]};rport;branch=z9hG4bK{token}",
        "Max-Forwards: 70",
        f"From: <sip:cmsp-agent@{here}>;tag={token}",
        f"To: <sip:{there}:{port}>",
        f"Call-ID: {token}@{here}",
        "CSeq: 1 OPTIONS",
        f"Contact: <sip:cmsp-agent@{here}:{local[1]};transport={transport}>",
        "Accept: application/sdp",
        "User-Agent: cmsp-agent",
        "Content-Length: 0",
    )
    return "\r\n".join((*lines, "", "")).encode()


def _host(address: str) -> str:
    return f"[{address}]" if ":" in address else address


async def _over_udp(sock: socket.socket, request: bytes, token: str) -> bytes:
    """Send, and again while nothing comes, until a final answer to this request."""
    loop, pause = asyncio.get_running_loop(), T1
    while True:
        await loop.sock_sendall(sock, request)
        try:
            async with asyncio.timeout(pause):
                while True:
                    data = await loop.sock_recv(sock, MOST_BYTES)
                    if read_answer(data, token, 0.0) is not None:
                        return data
        except TimeoutError:
            pause *= 2


async def _over_tcp(sock: socket.socket, request: bytes) -> bytes:
    loop, data = asyncio.get_running_loop(), b""
    await loop.sock_sendall(sock, request)
    while b"\r\n\r\n" not in data and len(data) < MOST_BYTES:
        part = await loop.sock_recv(sock, MOST_BYTES)
        if not part:
            break
        data += part
    return data


def read_answer(data: bytes, token: str, seconds: float) -> SipAnswer | None:
    """The final answer to the request of this token; None where it is something else."""
    head = data.decode("utf-8", "replace").partition("\r\n\r\n")[0].split("\r\n")
    version, _, rest = head[0].partition(" ")
    status, _, reason = rest.partition(" ")
    if version != "SIP/2.0" or not (status.isascii() and status.isdecimal() and 200 <= int(status) <= 699):
        return None
    headers: dict[str, str] = {}
    for line in head[1:]:
        name, _, value = line.partition(":")
        headers.setdefault(_FULL.get(name.strip().lower(), name.strip().lower()), value.strip()[:LONGEST_VALUE])
    return SipAnswer(int(status), reason, headers, seconds) if token in headers.get("call-id", "") else None


_FULL = {"i": "call-id"}
"""Short forms of header names (RFC 3261 section 7.3.3) that are looked at."""
