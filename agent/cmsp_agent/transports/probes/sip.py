"""Whether a trunk's far end takes calls, by SIP OPTIONS over UDP, TCP and TLS. The messages are `transports.sip`'s."""

import asyncio
import secrets

from cmsp_agent.transports.probes.answer import ServiceAnswer, connect, expiry
from cmsp_agent.transports.sip import T1, read_answer, request_for

LONGEST_WAIT = 4.0
"""Seconds between two repetitions over UDP (T2)."""
LARGEST = 65_535
OUT_OF_SERVICE = frozenset({408, 503, 505})
"""Answers by which a far end says that it takes no calls; any other final one shows that it does, as CUBE's own
keepalive judges it (408 is a proxy's word for nobody there)."""


class _Ear(asyncio.DatagramProtocol):
    """Takes what comes from the one address that the socket is connected to."""

    def __init__(self) -> None:
        self.messages: asyncio.Queue[bytes | OSError] = asyncio.Queue(32)

    def datagram_received(self, data: bytes, addr: object) -> None:  # noqa: ARG002
        if not self.messages.full():
            self.messages.put_nowait(data)

    def error_received(self, exc: Exception) -> None:
        if isinstance(exc, OSError) and not self.messages.full():
            self.messages.put_nowait(exc)


async def by_udp(address: str, port: int, source: str | None) -> ServiceAnswer:
    """Ask over UDP, again and again until the caller's deadline.

    Raises:
        OSError: nothing leads there, or the port is closed.
    """
    local = (source, 0) if source is not None else None
    loop, token = asyncio.get_running_loop(), secrets.token_hex(8)
    transport, ear = await loop.create_datagram_endpoint(_Ear, local_addr=local, remote_addr=(address, port))
    try:
        request = request_for(transport.get_extra_info("sockname")[:2], address, port, "udp", token)
        wait = T1
        while True:
            transport.sendto(request)
            answer = await _within(ear, token, wait)
            if answer is not None:
                return answer
            wait = min(2 * wait, LONGEST_WAIT)
    finally:
        transport.abort()


async def _within(ear: _Ear, token: str, seconds: float) -> ServiceAnswer | None:
    try:
        async with asyncio.timeout(seconds):
            while True:
                message = await ear.messages.get()
                if isinstance(message, OSError):
                    raise message
                if (answer := _judged(message, token)) is not None:
                    return answer
    except TimeoutError:
        return None


async def by_stream(address: str, port: int, source: str | None, *, tls: bool) -> ServiceAnswer:
    """Ask over TCP or TLS.

    Raises:
        OSError: no connection, or no TLS.
    """
    streams, token = await connect(address, port, source, tls=tls), secrets.token_hex(8)
    ends, subject = expiry(streams.certificate)
    try:
        streams.writer.write(request_for(streams.own_address, address, port, "tls" if tls else "tcp", token))
        received = b""
        while len(received) < LARGEST and (part := await streams.reader.read(4096)):
            received += part
            while b"\r\n\r\n" in received:
                head, _, received = received.partition(b"\r\n\r\n")
                if (answer := _judged(head.lstrip(b"\r\n"), token, ends, subject)) is not None:
                    return answer
    finally:
        streams.close()
    return ServiceAnswer(alive=True, works=False, detail="the connection was closed without an answer", expires_at=ends)


def _judged(message: bytes, token: str, ends: int | None = None, subject: str = "") -> ServiceAnswer | None:
    """What a message says; None: it is another's, or only provisional."""
    answer = read_answer(message, token, 0.0)
    if answer is None:
        return None
    works = answer.status not in OUT_OF_SERVICE
    detail = "" if works else f"{answer.status} {answer.reason}".strip()[:80]
    return ServiceAnswer(True, works, detail, None, answer.status, ends, subject)
