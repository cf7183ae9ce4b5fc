"""TLS, HTTP and SIP OPTIONS against real peers: an HTTPS server whose certificate ends, and Kamailio."""

import asyncio
import contextlib
import ssl
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from cmsp_agent.model.component import ServiceCheck
from cmsp_agent.model.errors import NotPermittedHere
from cmsp_agent.transports.probes import ask
from tests.lab.certificates import Authority, Identity
from tests.lab.kamailio import INSTALLED, kamailio

HERE = "127.0.0.1"
DAY = 86_400_000
needs_kamailio = pytest.mark.skipif(not INSTALLED, reason="kamailio is not installed")


def sip(transport: str, port: int) -> ServiceCheck:
    return ServiceCheck("sip", port, transport)


@contextlib.asynccontextmanager
async def web(answer: bytes, identity: Identity | None = None) -> AsyncIterator[int]:
    """A web server that answers so; the port."""
    context = None
    if identity is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(identity.certificate, identity.key)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, HERE, 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.mark.parametrize("days", [90.0, 20.0, 3.0, -2.0])
async def test_the_end_of_a_certificate_is_read(authority: Authority, days: float) -> None:
    identity = authority.server(f"server{days}", days=days)
    async with web(b"HTTP/1.1 200 OK\r\n\r\n", identity) as port:
        for check in (ServiceCheck("tls", port), ServiceCheck("http", 0, url=f"https://localhost:{port}/x")):
            answer = await ask(check, HERE, 5.0)
            assert (answer.alive, answer.works, answer.subject) == (True, True, f"server{days}")
            assert answer.expires_at is not None
            assert (answer.expires_at - time.time() * 1000) / DAY == pytest.approx(days, abs=0.1)


@pytest.mark.parametrize(
    ("said", "works", "status", "detail"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", True, 200, ""),
        (b"HTTP/1.0 302 Found\r\nLocation: /\r\n\r\n", True, 302, ""),
        (b"HTTP/1.1 401 Unauthorized\r\n\r\n", True, 401, ""),
        (b"HTTP/1.1 503 Service Unavailable\r\n\r\n", False, 503, "HTTP/1.1 503 Service Unavailable"),
        (b"SSH-2.0-OpenSSH\r\n", False, None, "not HTTP: 'SSH-2.0-OpenSSH'"),
        (b"HTTP/1.1 2x0 OK\r\n\r\n", False, None, "not HTTP: 'HTTP/1.1 2x0 OK'"),
        (b"", False, None, "not HTTP: ''"),
        (b"x" * 200_000, False, None, "an answer without an end of line"),
    ],
)
async def test_what_a_web_service_answers(said: bytes, works: bool, status: int | None, detail: str) -> None:
    async with web(said) as port:
        answer = await ask(ServiceCheck("http", 0, url=f"http://{HERE}:{port}/"), HERE, 5.0)
    assert (answer.alive, answer.works, answer.status, answer.detail) == (True, works, status, detail)


async def test_what_does_not_answer_at_all() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while await reader.read(1_000):
                pass
        writer.close()

    server = await asyncio.start_server(silent, HERE, 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        for check in (ServiceCheck("tls", port), ServiceCheck("http", 0, url=f"http://x:{port}/"), sip("tcp", port)):
            answer = await ask(check, HERE, 0.2)
            assert (answer.alive, answer.works, answer.detail) == (False, False, "no answer in 0.2 s")
        server.close()
    for check in (ServiceCheck("tls", port), sip("tcp", port), sip("udp", port), sip("tls", port)):
        answer = await ask(check, HERE, 2.0)
        assert (answer.alive, answer.works, answer.detail) == (True, False, "refused")


async def test_plain_text_where_tls_is_wanted() -> None:
    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail\r\n" * 10)
        writer.close()

    server = await asyncio.start_server(greet, HERE, 0)
    async with server:
        answer = await ask(ServiceCheck("tls", server.sockets[0].getsockname()[1]), HERE, 2.0)
    assert (answer.alive, answer.works) == (True, False)


async def test_a_source_address_that_is_not_ours() -> None:
    with pytest.raises(NotPermittedHere):
        await ask(ServiceCheck("tls", 9), HERE, 1.0, "192.0.2.1")


@needs_kamailio
async def test_kamailio_answers_options(tmp_path: Path) -> None:
    async with kamailio(tmp_path) as ports:
        for transport in ("udp", "tcp"):
            answer = await ask(sip(transport, getattr(ports, transport)), HERE, 5.0)
            assert (answer.alive, answer.works, answer.status, answer.detail) == (True, True, 200, ""), transport
            assert answer.seconds is not None


@needs_kamailio
@pytest.mark.parametrize(("status", "works"), [(404, True), (503, False), (408, False)])
async def test_what_kamailio_says_decides(tmp_path: Path, status: int, works: bool) -> None:
    async with kamailio(tmp_path, status, "Because") as ports:
        answer = await ask(sip("udp", ports.udp), HERE, 5.0)
        assert (answer.alive, answer.works, answer.status) == (True, works, status)
        assert answer.detail == ("" if works else f"{status} Because")


async def test_options_over_tls(authority: Authority) -> None:
    """Two messages come in one record: a provisional answer, and the final one in pieces."""
    identity = authority.server("sbc", days=12)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(identity.certificate, identity.key)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readuntil(b"\r\n\r\n")
        assert b";transport=tls SIP/2.0\r\n" in asked
        call = next(line for line in asked.split(b"\r\n") if line.startswith(b"Call-ID"))
        said = b"".join(
            b"SIP/2.0 %b\r\n%b\r\nContent-Length: 0\r\n\r\n" % (status, call) for status in (b"100 T", b"200 OK")
        )
        for part in (said[:-30], said[-30:]):
            writer.write(part)
            await writer.drain()
        await reader.read()

    server = await asyncio.start_server(serve, HERE, 0, ssl=context)
    async with server:
        answer = await ask(sip("tls", server.sockets[0].getsockname()[1]), HERE, 5.0)
    assert (answer.works, answer.status, answer.subject) == (True, 200, "sbc")
    assert answer.expires_at is not None


async def test_an_answer_to_somebody_else_or_a_provisional_one_is_none() -> None:
    """A peer that answers late, first with 100, then for another call, then for ours."""

    class Peer(asyncio.DatagramProtocol):
        asked = 0

        def connection_made(self, transport: Any) -> None:
            self.transport = transport

        def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
            Peer.asked += 1
            if Peer.asked == 1:
                return  # lost: it is sent again
            call = next(line for line in data.split(b"\r\n") if line.startswith(b"Call-ID"))
            for status, whose in ((b"100 Trying", call), (b"503 No", b"Call-ID: other"), (b"200 OK", call)):
                self.transport.sendto(b"SIP/2.0 " + status + b"\r\n" + whose + b"\r\nCSeq: 1 OPTIONS\r\n\r\n", addr)
            self.transport.sendto(b"\xff\xfe garbage", addr)

    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(Peer, local_addr=(HERE, 0))
    try:
        answer = await ask(sip("udp", transport.get_extra_info("sockname")[1]), HERE, 5.0)
    finally:
        transport.close()
    assert (answer.works, answer.status, Peer.asked) == (True, 200, 2)
