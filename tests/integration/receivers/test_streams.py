"""Syslog over TCP from real senders: framing, halves, caps, patience."""

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from cmsp_agent.aio.counters import Counters
from cmsp_agent.transports.syslog.message import parse_syslog
from cmsp_agent.transports.syslog.streams import StreamLimits, StreamReceiver
from tests.integration.receivers.conftest import until
from tests.lab.listening import bind_streams

pytestmark = pytest.mark.usefixtures("nothing_left")


COMMON = StreamLimits()


class Ear:
    def __init__(self, limits: StreamLimits) -> None:
        self.received: list[bytes] = []
        self.sources: set[str] = set()
        self.wants_more = True
        self.counters = Counters()
        self.receiver = StreamReceiver("tcp", bind_streams(0), self.deliver, self.counters, limits=limits)

    def deliver(self, source: str, messages: list[bytes]) -> bool:
        self.sources.add(source)
        self.received += messages
        return self.wants_more

    @property
    def port(self) -> int:
        return self.receiver.addresses[0][1]


@asynccontextmanager
async def listening(limits: StreamLimits = COMMON) -> AsyncIterator[Ear]:
    ear = Ear(limits)
    await ear.receiver.start()
    yield ear
    await ear.receiver.stop()
    await ear.receiver.stop()
    await asyncio.sleep(0.01)


@asynccontextmanager
async def connected(
    ear: Ear, host: str = "127.0.0.1"
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection(host, ear.port)
    yield reader, writer
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()


async def is_closed(reader: asyncio.StreamReader) -> bool:
    try:
        async with asyncio.timeout(3):
            return await reader.read(1) == b""
    except ConnectionError:
        return True


async def test_both_framings_on_one_connection_in_single_octets() -> None:
    async with listening() as ear:
        async with connected(ear) as (_, writer):
            for octet in b"4 <1>a<1>b\r\n4 <1>c\n<1>last":
                writer.write(bytes([octet]))
                await writer.drain()
        await until(lambda: len(ear.received) == 4)
        assert ear.received == [b"<1>a", b"<1>b", b"<1>c", b"<1>last"]


async def test_over_ipv6_too() -> None:
    async with listening() as ear:
        async with connected(ear, "::1") as (_, writer):
            writer.write(b"<1>a\n")
        await until(lambda: ear.received)
        assert ear.sources == {"::1"}


async def test_half_a_frame_at_the_close_is_counted() -> None:
    async with listening() as ear:
        async with connected(ear) as (_, writer):
            writer.write(b"99 <1>half")
        await until(lambda: ear.counters.value("tcp.half_frames", "127.0.0.1") == 1)
        assert ear.received == []


async def test_a_long_message_is_cut_and_counted() -> None:
    async with listening() as ear:
        async with connected(ear) as (_, writer):
            writer.write(b"<1>" + b"x" * 300_000 + b"\n<1>next\n")
        await until(lambda: len(ear.received) == 2)
        assert [len(message) for message in ear.received] == [8192, 7]
        assert ear.counters.value("tcp.truncated", "127.0.0.1") == 1


async def test_an_absurd_count_ends_the_connection() -> None:
    async with listening() as ear:
        async with connected(ear) as (reader, writer):
            writer.write(b"<1>before\n9999999999 <1>")
            assert await is_closed(reader)
        assert ear.received == [b"<1>before"]
        assert ear.counters.value("tcp.framing_errors", "127.0.0.1") == 1


async def test_one_source_may_not_take_all_connections() -> None:
    async with listening(StreamLimits(per_source=1)) as ear, connected(ear) as (_, writer):
        await until(lambda: ear.counters.gauges()["tcp.connections"] == 1)
        async with connected(ear) as (reader, _):
            assert await is_closed(reader)
        writer.write(b"<1>still here\n")
        await until(lambda: ear.received)
        assert ear.counters.value("tcp.refused", "127.0.0.1") == 1


async def test_when_all_places_are_taken_the_one_silent_longest_goes() -> None:
    async with listening(StreamLimits(connections=1)) as ear, connected(ear) as (old, _):
        await until(lambda: ear.counters.gauges()["tcp.connections"] == 1)
        async with connected(ear) as (_, writer):
            assert await is_closed(old)
            writer.write(b"<1>new\n")
            await until(lambda: ear.received)
        assert ear.counters.value("tcp.crowded_out") == 1


async def test_an_idle_connection_is_closed_and_a_talking_one_is_not() -> None:
    async with listening(StreamLimits(idle=0.2)) as ear, connected(ear) as (idle, _), connected(ear) as (_, writer):
        for _ in range(4):
            writer.write(b"<1>a\n")
            await asyncio.sleep(0.1)
        assert await is_closed(idle)
        writer.write(b"<1>a\n")
        await until(lambda: len(ear.received) == 5)
        assert ear.counters.value("tcp.idle_closed") == 1


async def test_a_sender_waits_while_no_more_is_wanted_and_loses_nothing() -> None:
    async with listening(StreamLimits(pause=0.01)) as ear, connected(ear) as (_, writer):
        ear.wants_more = False
        writer.write(b"<1>a\n" * 500_000)
        await until(lambda: ear.counters.total("tcp.paused") > 0)
        await asyncio.sleep(0.05)
        held = len(ear.received)
        assert held < 500_000
        ear.wants_more = True
        await until(lambda: len(ear.received) == 500_000)


async def test_a_connection_that_is_reset() -> None:
    async with listening() as ear:
        sock = socket.create_connection(("127.0.0.1", ear.port))
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        await until(lambda: ear.counters.gauges()["tcp.connections"] == 1)
        sock.close()
        await until(lambda: ear.counters.gauges()["tcp.connections"] == 0)


@pytest.mark.parametrize("arguments", [["--rfc5424"], ["--rfc3164"], ["--rfc5424", "--octet-count"]])
async def test_logger_of_util_linux(arguments: list[str]) -> None:
    logger = shutil.which("logger")
    assert logger is not None
    async with listening() as ear:
        line = [
            "--tcp",
            "-n",
            "127.0.0.1",
            "-P",
            str(ear.port),
            *arguments,
            "-t",
            "gw1",
            "-p",
            "local7.err",
            "%LINK-3-UPDOWN: x",
        ]
        process = await asyncio.create_subprocess_exec(logger, *line)
        assert await process.wait() == 0
        await until(lambda: ear.received)
        message = parse_syslog(ear.received[0])
        assert (message.code, message.process, message.pri, message.text) == ("LINK-3-UPDOWN", "gw1", 187, "x")
