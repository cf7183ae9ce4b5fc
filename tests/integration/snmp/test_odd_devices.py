"""Devices that are late, broken, chatty or hostile: what the client makes of each."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import cast

import pytest

from cmsp_agent.model.errors import AuthenticationRejected, DeviceAnswerInvalid, DeviceError, DeviceUnreachable
from cmsp_agent.transports.snmp import ber, message, pdu
from cmsp_agent.transports.snmp.pdu import GET, GET_BULK, GET_NEXT, RESPONSE, Pdu
from cmsp_agent.transports.snmp.session import SYSTEM
from cmsp_agent.transports.snmp.target import Quirks
from cmsp_agent.transports.snmp.varbinds import encode_value, encode_varbinds
from tests.integration.snmp.peers import Rig, community

GEN_ERR = 5

TABLE = "1.3.6.1.2.1.2.2.1"
COLUMNS = (f"{TABLE}.1", f"{TABLE}.2", f"{TABLE}.5")
Binding = tuple[str, bytes]
Answer = tuple[int, int, list[Binding]]
END = bytes((ber.END_OF_MIB_VIEW, 0))


class Device(asyncio.DatagramProtocol):
    """A v2c agent over a sorted list of objects; a subclass or hook makes it odd."""

    def __init__(self, rows: int = 60) -> None:
        self.asked: list[Pdu] = []
        self.texts = ber.OidTexts()
        self.port = 0
        objects = [
            (f"{TABLE}.{column}.{row}", encode_value(ber.INTEGER, row))
            for column in (1, 2, 5)
            for row in range(1, rows + 1)
        ]
        self.objects = sorted(objects, key=lambda pair: ber.oid_arcs(pair[0]))
        self.send: Callable[[bytes], None] = lambda _: None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)
        self.port = self.transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        received = message.decode(data, self.texts)
        assert isinstance(received.pdu, Pdu)
        self.asked.append(received.pdu)
        self.send = lambda out: self.transport.sendto(out, addr)
        for out in self.datagrams(received.version, received.pdu):
            self.send(out)

    def datagrams(self, version: int, asked: Pdu) -> Iterator[bytes]:
        """What goes out in answer to a request."""
        status, index, bindings = self.answer(asked)
        yield self.encode(version, asked.request_id, status, index, bindings)

    @staticmethod
    def encode(version: int, request_id: int, status: int, index: int, bindings: list[Binding]) -> bytes:
        body = encode_varbinds([(ber.oid_octets(oid), value) for oid, value in bindings])
        return message.encode(
            message.prefix(version, b"public"), pdu.encode_pdu(RESPONSE, request_id, status, index, body)
        )

    def answer(self, asked: Pdu) -> Answer:
        """error-status, error-index, bindings."""
        names = [self.texts[name] for name in asked.names]
        if asked.kind == GET:
            known = dict(self.objects)
            return 0, 0, [(name, known.get(name, bytes((ber.NO_SUCH_INSTANCE, 0)))) for name in names]
        rows = asked.error_index if asked.kind == GET_BULK else 1
        out: list[Binding] = []
        for _ in range(rows):
            following = [self.after(name) for name in names]
            out.extend(following)
            names = [name for name, _ in following]
        return 0, 0, out[:200]

    def after(self, name: str) -> Binding:
        """The object after a name."""
        arcs = ber.oid_arcs(name)
        for oid, value in self.objects:
            if ber.oid_arcs(oid) > arcs:
                return oid, value
        return name, END


@asynccontextmanager
async def running(device: Device) -> AsyncIterator[Device]:
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: device, local_addr=("127.0.0.1", 0)
    )
    try:
        yield device
    finally:
        transport.close()
        await asyncio.sleep(0)


def whole(tables: dict[str, dict[str, object]], rows: int = 60) -> bool:
    wanted = {str(row): row for row in range(1, rows + 1)}
    return all(tables[column] == wanted for column in COLUMNS)


async def test_an_orderly_device_fills_its_datagrams() -> None:
    async with running(Device(rows=200)) as device, Rig() as rig:
        session = rig.session(community(), device.port)
        assert whole(await session.columns(*COLUMNS), 200)
        first = len(device.asked)
        assert whole(await session.columns(*COLUMNS), 200)
        assert len(device.asked) - first <= 11  # 600 bindings of about 20 octets, 1,472 octets an answer
        assert session.quirks == Quirks()


async def test_late_and_double_answers_are_counted() -> None:
    class Late(Device):
        def datagrams(self, version: int, asked: Pdu) -> Iterator[bytes]:
            [out] = super().datagrams(version, asked)
            asyncio.get_running_loop().call_later(0.35, self.transport.sendto, out, ("127.0.0.1", client))
            yield from ()

    class Double(Device):
        def datagrams(self, version: int, asked: Pdu) -> Iterator[bytes]:
            [out] = super().datagrams(version, asked)
            yield out
            yield out

    async with running(Late()) as device, Rig() as rig:
        session = rig.session(community(), device.port, timeout=0.1, retries=0)
        endpoint = next(iter(rig.client._endpoints.values()))
        client = endpoint._socket.getsockname()[1]
        with pytest.raises(DeviceUnreachable):
            await session.get(f"{TABLE}.1.1")
        await asyncio.sleep(0.4)
        assert rig.counters.value("snmp.answers.late") == 1
    async with running(Double()) as device, Rig() as rig:
        assert await rig.session(community(), device.port).get(f"{TABLE}.1.1") == {f"{TABLE}.1.1": 1}
        await asyncio.sleep(0.05)
        assert rig.counters.value("snmp.answers.double") == 1


@pytest.mark.parametrize("allowed", [False, True])
async def test_answers_from_another_address(allowed: bool) -> None:
    async with running(Device()) as device, running(Device()) as other, Rig() as rig:
        original = device.datagram_received

        def divert(data: bytes, addr: tuple[str, int]) -> None:
            device.transport, kept = other.transport, device.transport
            original(data, addr)
            device.transport = kept

        device.datagram_received = divert  # type: ignore[method-assign]
        session = rig.session(community(), device.port, timeout=0.2, retries=0, answers_from="any" if allowed else "")
        if allowed:
            assert await session.get(f"{TABLE}.1.1") == {f"{TABLE}.1.1": 1}
            assert rig.counters.total("snmp.answers.other_address") == 1
        else:
            with pytest.raises(DeviceAnswerInvalid, match=rf"one came from 127\.0\.0\.1 port {other.port}, which"):
                await session.get(f"{TABLE}.1.1")
            assert rig.counters.total("snmp.answers.other_address_refused") == 1


async def test_a_device_without_getbulk_is_found_out() -> None:
    class Silent(Device):
        def datagrams(self, version: int, asked: Pdu) -> Iterator[bytes]:
            if asked.kind != GET_BULK:
                yield from super().datagrams(version, asked)

    class Refusing(Device):
        def answer(self, asked: Pdu) -> Answer:
            return (GEN_ERR, 0, []) if asked.kind == GET_BULK else super().answer(asked)

    for device in (Silent(rows=5), Refusing(rows=5)):
        async with running(device), Rig() as rig:
            session = rig.session(community(), device.port, timeout=0.1, retries=1)
            await session.get(f"{TABLE}.1.1")
            assert whole(await session.columns(*COLUMNS), 5)
            assert session.quirks.no_bulk
            again = rig.session(community(), device.port, quirks=session.quirks)
            device.asked.clear()
            assert whole(await again.columns(*COLUMNS), 5)
            assert [asked.names for asked in device.asked if asked.kind == GET_BULK] == [[ber.oid_octets(SYSTEM)]]
            assert again.quirks.no_bulk
            device.asked.clear()
            assert whole(await again.columns(*COLUMNS), 5)
            assert {asked.kind for asked in device.asked} == {GET_NEXT}, "asked once in a session"


async def test_a_device_without_getbulk_is_found_out_though_each_poll_ends_too_soon_for_it() -> None:
    class Silent(Device):
        def datagrams(self, version: int, asked: Pdu) -> Iterator[bytes]:
            if asked.kind != GET_BULK:
                yield from super().datagrams(version, asked)

    async with running(Silent(rows=5)) as device, Rig() as rig:
        session = rig.session(community(), device.port, timeout=0.1, retries=2)
        for _ in range(4):
            await session.get(f"{TABLE}.1.1")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.25):
                    assert whole(await session.columns(*COLUMNS), 5)
        assert session.quirks.no_bulk
        device.asked.clear()
        assert whole(await session.columns(*COLUMNS), 5)
        assert {asked.kind for asked in device.asked} == {GET_NEXT}


async def test_no_bulk_is_forgotten_of_a_device_that_has_it() -> None:
    async with running(Device(rows=5)) as device, Rig() as rig:
        session = rig.session(community(), device.port, quirks=Quirks(no_bulk=True))
        assert whole(await session.columns(*COLUMNS), 5)
        assert GET_BULK in {asked.kind for asked in device.asked if len(asked.names) > 1}
        assert not session.quirks.no_bulk


async def test_a_way_that_loses_large_answers_is_not_taken_for_a_device_without_getbulk() -> None:
    class Lossy(Device):
        def datagrams(self, version: int, asked: Pdu) -> Iterator[bytes]:
            if asked.kind != GET_BULK or len(asked.names) == asked.error_index == 1:
                yield from super().datagrams(version, asked)

    async with running(Lossy(rows=5)) as device, Rig() as rig:
        session = rig.session(community(), device.port, timeout=0.05, retries=1)
        await session.get(f"{TABLE}.1.1")
        await session.columns(*COLUMNS[:2], limit=2)
        assert not session.quirks.no_bulk


async def test_a_dead_device_is_not_asked_again_another_way() -> None:
    class Dead(Device):
        def datagrams(self, version: int, asked: Pdu) -> Iterator[bytes]:
            yield from ()

    async with running(Dead()) as device, Rig() as rig:
        with pytest.raises(DeviceUnreachable):
            await rig.session(community(), device.port, timeout=0.1, retries=1).columns(*COLUMNS)
        assert len(device.asked) == 2


@pytest.mark.parametrize("repeats", [0, 2])
async def test_where_a_rate_is_kept_each_datagram_awaits_its_turn_a_repeated_one_too(repeats: int) -> None:
    class Deaf(Device):
        def datagrams(self, version: int, asked: Pdu) -> Iterator[bytes]:
            if len(self.asked) > repeats:
                yield from super().datagrams(version, asked)

    turns: list[int] = []

    async with running(Deaf()) as device, Rig() as rig:

        async def turn() -> None:
            turns.append(len(device.asked))

        session = rig.session(community(), device.port, timeout=0.05, retries=2, turn=turn)
        assert await session.get(f"{TABLE}.1.1") == {f"{TABLE}.1.1": 1}
        assert turns == list(range(len(device.asked)))
        assert len(turns) == repeats + 1


async def test_one_oid_per_request() -> None:
    class OneOid(Device):
        def answer(self, asked: Pdu) -> Answer:
            return (GEN_ERR, 1, []) if len(asked.names) > 1 else super().answer(asked)

    async with running(OneOid(rows=30)) as device, Rig() as rig:
        session = rig.session(community(), device.port)
        oids = [f"{TABLE}.1.{row}" for row in range(1, 8)]
        assert await session.get(*oids) == {oid: row for row, oid in enumerate(oids, 1)}
        assert session.quirks.most_oids == 1
        assert whole(await session.columns(*COLUMNS), 30)
        assert not session.quirks.no_bulk


@pytest.mark.parametrize(("version", "index"), [("1", 0), ("2c", 0), ("1", 99), ("1", -1)])
async def test_no_such_name_that_does_not_say_which_hides_nothing_else(version: str, index: int) -> None:
    class Nameless(Device):
        def answer(self, asked: Pdu) -> Answer:
            status, _, bindings = super().answer(asked)
            absent = any(value[0] == ber.NO_SUCH_INSTANCE for _, value in bindings)
            return (pdu.NO_SUCH_NAME, index, []) if absent else (status, 0, bindings)

    async with running(Nameless()) as device, Rig() as rig:
        session = rig.session(community(version), device.port)
        oids = [f"{TABLE}.1.{row}" for row in range(55, 65)]
        for requests in (15, 5, 5):
            device.asked.clear()
            assert await session.get(*oids) == {f"{TABLE}.1.{row}": row for row in range(55, 61)}
            assert len(device.asked) <= requests
        assert session.quirks == Quirks(alone=dict.fromkeys(oids[6:], "noSuchName"))


@pytest.mark.parametrize("index", [0, 4])
async def test_one_object_that_fails_spoils_neither_the_others_nor_the_width(index: int) -> None:
    broken = f"{TABLE}.1.4"

    class Broken(Device):
        def answer(self, asked: Pdu) -> Answer:
            names = [self.texts[name] for name in asked.names]
            return (GEN_ERR, index, []) if broken in names else super().answer(asked)

    async with running(Broken()) as device, Rig() as rig:
        session = rig.session(community(), device.port)
        oids = [f"{TABLE}.1.{row}" for row in range(1, 11)]
        assert await session.get(*oids) == {oid: row for row, oid in enumerate(oids, 1) if oid != broken}
        assert rig.counters.total("snmp.objects.failed") == 1
        assert session.quirks.most_oids == 0
        with pytest.raises(DeviceAnswerInvalid, match="genErr"):
            await session.get(broken)


async def test_a_get_next_answered_in_part_is_completed() -> None:
    class First(Device):
        def answer(self, asked: Pdu) -> Answer:
            status, index, bindings = super().answer(asked)
            return status, index, bindings[:1]

    async with running(First()) as device, Rig() as rig:
        session = rig.session(community(), device.port)
        following = await session.get_next(*COLUMNS)
        assert following == {column: (f"{column}.1", 1) for column in COLUMNS}


async def test_a_device_that_takes_two_bindings_at_most_is_walked_by_get_next() -> None:
    class Tiny(Device):
        def answer(self, asked: Pdu) -> Answer:
            status, index, bindings = super().answer(asked)
            return (status, index, bindings) if len(bindings) <= 2 else (pdu.TOO_BIG, 0, [])

    async with running(Tiny(rows=20)) as device, Rig() as rig:
        session = rig.session(community(), device.port)
        assert whole(await session.columns(*COLUMNS), 20)
        assert rig.counters.total("snmp.columns.failed") == 0


async def test_too_big_halves_until_it_fits() -> None:
    class Small(Device):
        def answer(self, asked: Pdu) -> Answer:
            status, index, bindings = super().answer(asked)
            return (status, index, bindings) if len(bindings) <= 12 else (pdu.TOO_BIG, 0, [])

    async with running(Small()) as device, Rig() as rig:
        session = rig.session(community(), device.port)
        assert whole(await session.columns(*COLUMNS))
        assert 0 < session.quirks.answer_size < 1472
        oids = [f"{TABLE}.1.{row}" for row in range(1, 31)]
        assert len(await session.get(*oids)) == 30


async def test_large_answers_that_never_arrive_make_pages_smaller() -> None:
    class Fragile(Device):
        def datagrams(self, version: int, asked: Pdu) -> Iterator[bytes]:
            [out] = super().datagrams(version, asked)
            if len(out) < 700:
                yield out

    async with running(Fragile()) as device, Rig() as rig:
        session = rig.session(community(), device.port, timeout=0.1, retries=4)
        assert whole(await session.columns(*COLUMNS))
        assert 0 < session.quirks.answer_size < 800


async def test_partial_answers_are_completed() -> None:
    class Partial(Device):
        def answer(self, asked: Pdu) -> Answer:
            status, index, bindings = super().answer(asked)
            return status, index, bindings[:4]

    async with running(Partial(rows=10)) as device, Rig() as rig:
        session = rig.session(community(), device.port)
        assert whole(await session.columns(*COLUMNS), 10)
        oids = [f"{TABLE}.1.{row}" for row in range(1, 11)]
        assert len(await session.get(*oids)) == 10


async def test_tables_out_of_order_end() -> None:
    class Simple(Device):
        def answer(self, asked: Pdu) -> Answer:
            return (GEN_ERR, 0, []) if asked.kind == GET_BULK else super().answer(asked)

    class Circle(Simple):
        def after(self, name: str) -> Binding:
            following = super().after(name)
            return (f"{TABLE}.1.1", encode_value(ber.INTEGER, 1)) if following[0] == f"{TABLE}.1.5" else following

    class Unsorted(Simple):
        order = (1, 4, 2, 3, 5)

        def after(self, name: str) -> Binding:
            row = int(name.rsplit(".", 1)[1]) if name.startswith(f"{TABLE}.1.") else 0
            place = self.order.index(row) + 1 if row else 0
            if place == len(self.order):
                return f"{TABLE}.2.1", encode_value(ber.INTEGER, 1)
            return f"{TABLE}.1.{self.order[place]}", encode_value(ber.INTEGER, self.order[place])

    async with running(Circle()) as device, Rig() as rig:
        session = rig.session(community(), device.port, quirks=Quirks(no_bulk=True))
        assert (await session.columns(f"{TABLE}.1")) == {f"{TABLE}.1": {str(row): row for row in range(1, 5)}}
        assert session.quirks.non_increasing
    for stop, rows in ((False, 5), (True, 3)):
        async with running(Unsorted()) as device, Rig() as rig:
            quirks = Quirks(no_bulk=True)
            session = rig.session(community(), device.port, quirks=quirks, stop_at_disorder=stop)
            assert len((await session.columns(f"{TABLE}.1"))[f"{TABLE}.1"]) == rows
            assert session.quirks.non_increasing


async def test_a_column_without_end_is_cut() -> None:
    class Endless(Device):
        def after(self, name: str) -> Binding:
            row = int(name.rsplit(".", 1)[1]) + 1 if name.startswith(f"{TABLE}.1.") else 1
            return f"{TABLE}.1.{row}", encode_value(ber.INTEGER, 1)

    async with running(Endless()) as device, Rig() as rig:
        rows = (await rig.session(community(), device.port).columns(f"{TABLE}.1", limit=500))[f"{TABLE}.1"]
        assert 500 <= len(rows) < 800
        assert rig.counters.total("snmp.columns.cut") == 1


GARBAGE = [b"", b"\x00", b"\xff" * 40, b"\x30\x84\xff\xff\xff\xff", b"x" * 60_000]


@pytest.mark.parametrize("garbage", GARBAGE)
async def test_garbage_does_not_hide_the_true_answer(garbage: bytes) -> None:
    class Noisy(Device):
        def datagrams(self, version: int, asked: Pdu) -> Iterator[bytes]:
            [out] = super().datagrams(version, asked)
            yield garbage
            yield out[:-1]
            yield out.replace(b"public", b"secret")
            yield out

    async with running(Noisy()) as device, Rig() as rig:
        assert await rig.session(community(), device.port).get(f"{TABLE}.1.1") == {f"{TABLE}.1.1": 1}
        assert rig.counters.total("snmp.answers.untrue") == 2


async def test_nothing_but_garbage_is_an_invalid_answer() -> None:
    class Broken(Device):
        def datagrams(self, version: int, asked: Pdu) -> Iterator[bytes]:
            [out] = super().datagrams(version, asked)
            yield out[:-1]

    async with running(Broken()) as device, Rig() as rig:
        session = rig.session(community(), device.port, timeout=0.1, retries=1)
        with pytest.raises(DeviceAnswerInvalid):
            await session.get(f"{TABLE}.1.1")
        with pytest.raises(DeviceAnswerInvalid):
            await session.columns(*COLUMNS)


async def test_answers_to_another_question_and_errors() -> None:
    class Other(Device):
        status = 0

        def answer(self, asked: Pdu) -> Answer:
            return self.status, 1, [("1.3.6.1.9.9", encode_value(ber.INTEGER, 1))]

    device = Other()
    async with running(device), Rig() as rig:
        session = rig.session(community(), device.port)
        with pytest.raises(DeviceAnswerInvalid):
            await session.get(f"{TABLE}.1.1")
        for status, error in ((16, AuthenticationRejected), (5, DeviceAnswerInvalid), (1, DeviceAnswerInvalid)):
            device.status = status
            with pytest.raises(error):
                await session.get(f"{TABLE}.1.1")


async def test_closing_fails_what_is_out() -> None:
    class Dead(Device):
        def datagrams(self, version: int, asked: Pdu) -> Iterator[bytes]:
            yield from ()

    async with running(Dead()) as device:
        async with Rig() as rig:
            waiting = asyncio.ensure_future(rig.session(community(), device.port).get(f"{TABLE}.1.1"))
            await asyncio.sleep(0.05)
        with pytest.raises(DeviceError):
            await waiting


async def test_a_table_of_100_000_rows_is_cut_in_seconds_and_says_so() -> None:
    class Huge(Device):
        def after(self, name: str) -> Binding:
            row = int(name.rsplit(".", 1)[1]) + 1 if name.startswith(f"{TABLE}.1.") else 1
            return (f"{TABLE}.1.{row}", encode_value(ber.INTEGER, row)) if row <= 100_000 else (name, END)

    async with running(Huge()) as device, Rig() as rig:
        session = rig.session(community(), device.port)
        async with asyncio.timeout(20):
            rows = (await session.columns(f"{TABLE}.1", limit=5_000))[f"{TABLE}.1"]
        assert 5_000 <= len(rows) < 5_400
        assert rows["5000"] == 5_000
        assert rig.counters.total("snmp.columns.cut") == 1
