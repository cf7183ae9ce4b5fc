"""UDP over the loopback: both families, answers from the address that was asked, and nothing left behind."""

import asyncio
import os
import socket
from collections.abc import Iterator

import pytest

from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.errors import CannotListen
from cmsp_agent.transports.datagrams import NAP, DatagramReceiver, SendAnswer
from cmsp_agent.transports.listening import inherited_sockets
from cmsp_agent.transports.recvmmsg import Datagram, ReceiveMany
from tests.integration.receivers.conftest import until
from tests.lab.listening import bind_datagrams, bind_streams

pytestmark = pytest.mark.usefixtures("nothing_left")


class Ear:
    """A receiver and what it delivered."""

    def __init__(
        self, sockets: list[socket.socket], *, answers: bool = False, buffer: int = 1 << 20, nap: float = NAP
    ) -> None:
        self.received: list[Datagram] = []
        self.batches: list[int] = []
        self.counters = Counters()
        self.receiver = DatagramReceiver(
            "ear", sockets, self.deliver, self.counters, answers=answers, buffer=buffer, nap=nap
        )

    def deliver(self, datagrams: list[Datagram], answer: SendAnswer) -> None:
        self.answer = answer
        self.batches.append(len(datagrams))
        self.received += datagrams

    @property
    def port(self) -> int:
        return self.receiver.addresses[0][1]

    def texts(self) -> list[bytes]:
        return [payload for payload, *_ in self.received]


@pytest.fixture
def speaker() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        made.settimeout(5)
        yield made


async def test_both_families_on_one_port(speaker: socket.socket) -> None:
    ear = Ear(bind_datagrams(0))
    ear.receiver.start()
    speaker.sendto(b"four", ("127.0.0.1", ear.port))
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as six:
        six.sendto(b"six", ("::1", ear.port))
    await until(lambda: len(ear.received) == 2)
    assert {(received[0], received[-1][0]) for received in ear.received} == {(b"four", "127.0.0.1"), (b"six", "::1")}
    ear.receiver.close()


@pytest.mark.parametrize("answers", [False, True])
async def test_mapped_addresses_are_unmapped_on_arrival_and_answered_all_the_same(
    speaker: socket.socket, answers: bool
) -> None:
    dual = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    dual.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    dual.bind(("::", 0))
    ear = Ear([dual], answers=answers)
    ear.receiver.start()
    speaker.sendto(b"four", ("127.0.0.3", ear.port))
    await until(lambda: ear.received)
    assert ear.received[0][-1][0] == "127.0.0.1"
    if answers:
        assert ear.answer(ear.received[0], b"answer")
        payload, source = speaker.recvfrom(100)
        assert (payload, source) == (b"answer", ("127.0.0.3", ear.port))
    ear.receiver.close()


async def test_answers_leave_from_the_address_that_was_asked(speaker: socket.socket) -> None:
    ear = Ear(bind_datagrams(0), answers=True)
    ear.receiver.start()
    for asked in ("127.0.0.2", "127.0.0.77"):
        speaker.sendto(b"inform", (asked, ear.port))
        await until(lambda: ear.received)
        assert ear.answer(ear.received.pop(), b"response")
        assert speaker.recvfrom(100) == (b"response", (asked, ear.port))
    ear.receiver.close()


@pytest.mark.parametrize(
    ("family", "hosts"), [(socket.AF_INET, ["127.0.0.1", "127.0.7.1"]), (socket.AF_INET6, ["::1"])]
)
def test_many_at_once_are_what_recvfrom_gives_one_by_one(family: socket.AddressFamily, hosts: list[str]) -> None:
    payloads = [b"", b"x", b"short", bytes(range(256)) * 255, b"y" * 1500, *(b"%d" % number for number in range(150))]
    with socket.socket(family, socket.SOCK_DGRAM) as ear:
        ear.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        ear.bind(("" if family == socket.AF_INET else "::", 0))
        speakers = [socket.socket(family, socket.SOCK_DGRAM) for _ in hosts]
        for speaker, host in zip(speakers, hosts, strict=True):
            speaker.bind((host, 0))

        def say() -> None:
            for number, payload in enumerate(payloads):
                speaker, host = speakers[number % len(hosts)], hosts[number % len(hosts)]
                speaker.sendto(payload, (host, ear.getsockname()[1]))

        say()
        one_by_one = [ear.recvfrom(1000) for _ in payloads]
        say()
        many, at_once = ReceiveMany(ear, 1000, 0), list[Datagram]()
        assert [many(at_once) for _ in range(4)] == [True, True, False, False]
        assert at_once == one_by_one
        for speaker in speakers:
            speaker.close()


def test_an_error_of_the_socket_is_raised(speaker: socket.socket) -> None:
    many = ReceiveMany(speaker, 100, 0)
    speaker.close()
    with pytest.raises(OSError, match="descriptor"):
        many([])


async def test_a_burst_comes_in_few_batches_and_in_order(speaker: socket.socket) -> None:
    ear = Ear(bind_datagrams(0, ["127.0.0.1"]))
    for number in range(2000):
        speaker.sendto(b"%d" % number, ("127.0.0.1", ear.port))
    ear.receiver.start()
    await until(lambda: len(ear.received) == 2000)
    assert ear.texts() == [b"%d" % number for number in range(2000)]
    assert len(ear.batches) <= 4
    assert max(ear.batches) <= 1024
    assert ear.counters.value("ear.datagrams") == 2000
    ear.receiver.close()


async def test_stop_and_start_lose_nothing_that_the_kernel_can_hold(speaker: socket.socket) -> None:
    ear = Ear(bind_datagrams(0, ["127.0.0.1"]))
    ear.receiver.stop()
    ear.receiver.start()
    ear.receiver.start()
    speaker.sendto(b"1", ("127.0.0.1", ear.port))
    await until(lambda: ear.received)
    ear.receiver.stop()
    ear.receiver.stop()
    speaker.sendto(b"2", ("127.0.0.1", ear.port))
    await asyncio.sleep(0.05)
    assert ear.texts() == [b"1"]
    ear.receiver.start()
    await until(lambda: ear.texts() == [b"1", b"2"])
    ear.receiver.close()
    ear.receiver.close()


async def test_stopped_in_the_middle_of_a_nap(speaker: socket.socket) -> None:
    ear = Ear(bind_datagrams(0, ["127.0.0.1"]), nap=0.2)
    ear.receiver.start()
    speaker.sendto(b"1", ("127.0.0.1", ear.port))
    await asyncio.sleep(0.05)
    ear.receiver.close()
    await asyncio.sleep(0.25)
    assert ear.received == []


async def test_what_the_kernel_dropped_and_granted_is_reported(speaker: socket.socket) -> None:
    ear = Ear(bind_datagrams(0, ["127.0.0.1"]), buffer=1 << 20)
    for _ in range(9000):
        speaker.sendto(b"x" * 1000, ("127.0.0.1", ear.port))
    ear.receiver.start()
    await until(lambda: ear.received and len(ear.received) + ear.receiver.kernel_dropped() == 9000)
    gauges = ear.counters.gauges()
    assert gauges["ear.buffer"] >= 1 << 20
    dropped = gauges["ear.kernel_dropped"]
    assert dropped > 0
    ear.receiver.close()
    assert ear.receiver.kernel_dropped() == dropped


async def test_the_largest_datagram_there_is(speaker: socket.socket) -> None:
    ear = Ear(bind_datagrams(0, ["127.0.0.1"]))
    ear.receiver.start()
    speaker.sendto(b"x" * 65507, ("127.0.0.1", ear.port))
    speaker.sendto(b"", ("127.0.0.1", ear.port))
    await until(lambda: len(ear.received) == 2)
    assert [len(text) for text in ear.texts()] == [65507, 0]
    ear.receiver.close()


def test_a_port_that_is_taken() -> None:
    (first,) = bind_datagrams(0, ["127.0.0.1"])
    with first, pytest.raises(CannotListen, match="in use"):
        bind_datagrams(first.getsockname()[1], ["127.0.0.1"])


def test_an_address_that_is_not_of_this_machine() -> None:
    with pytest.raises(CannotListen, match=r"192\.0\.2\.1"):
        bind_streams(0, ["192.0.2.1"])


def test_sockets_of_systemd_are_known_by_their_names() -> None:
    environment = {"LISTEN_FDS": "0", "LISTEN_PID": str(os.getpid()), "LISTEN_FDNAMES": "", "HOME": "/"}
    assert inherited_sockets(environment, os.getpid()) == {}
    assert environment == {"HOME": "/"}
    assert inherited_sockets({"LISTEN_FDS": "2", "LISTEN_PID": "1"}, os.getpid()) == {}
