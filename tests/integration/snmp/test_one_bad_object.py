"""Devices that answer one object wrongly: it costs that object, is remembered, and never costs GETBULK."""

import pytest

from cmsp_agent.model.errors import DeviceError
from cmsp_agent.model.signal import Unreadable
from cmsp_agent.transports.snmp import ber, gathering, pdu
from cmsp_agent.transports.snmp.pdu import GET_BULK, GET_NEXT, Pdu
from cmsp_agent.transports.snmp.target import Quirks
from tests.integration.snmp.peers import Rig, community
from tests.integration.snmp.test_odd_devices import COLUMNS, TABLE, Answer, Device, running, whole

GEN_ERR = 5

OIDS = [f"{TABLE}.1.{row}" for row in range(1, 11)]
BAD = OIDS[4]
OTHERS = {oid: row for row, oid in enumerate(OIDS, 1) if oid != BAD}


async def test_an_object_under_another_oid_is_asked_alone_from_then_on() -> None:
    class Renamed(Device):
        def answer(self, asked: Pdu) -> Answer:
            status, index, bindings = super().answer(asked)
            return status, index, [(f"{oid}.0" if oid == BAD else oid, value) for oid, value in bindings]

    async with running(Renamed()) as device, Rig() as rig:
        session = rig.session(community(), device.port)
        assert await session.get(*OIDS) == OTHERS
        assert session.quirks == Quirks(alone={BAD: "not in the answer, or under another OID"})
        again = rig.session(community(), device.port, quirks=session.quirks)
        device.asked.clear()
        assert await again.get(*OIDS) == OTHERS
        assert sorted(len(asked.names) for asked in device.asked) == [1, 9]


@pytest.mark.parametrize(
    ("status", "reason"), [(1, gathering.TOO_BIG), (16, "authorizationError"), (-1, "error-status -1")]
)
async def test_an_error_of_one_object_costs_neither_the_others_nor_the_width(status: int, reason: str) -> None:
    class Refused(Device):
        def answer(self, asked: Pdu) -> Answer:
            found = super().answer(asked)
            return (status, 0, []) if any(oid == BAD for oid, _ in found[2]) else found

    async with running(Refused()) as device, Rig() as rig:
        session = rig.session(community(), device.port)
        assert await session.get(*OIDS) == OTHERS
        assert session.quirks == Quirks(alone={BAD: reason})
        with pytest.raises(DeviceError, match=reason):
            await session.get(BAD)


async def test_an_object_that_is_answered_again_is_asked_with_the_others_again() -> None:
    async with running(Device()) as device, Rig() as rig:
        session = rig.session(community(), device.port, quirks=Quirks(alone={BAD: "genErr"}))
        assert len(await session.get(*OIDS)) == 10
        assert session.quirks == Quirks()
        device.asked.clear()
        await session.get(*OIDS)
        assert len(device.asked) == 1


async def test_no_such_name_that_names_the_last_object_hides_no_good_one() -> None:
    class Last(Device):
        def answer(self, asked: Pdu) -> Answer:
            status, index, bindings = super().answer(asked)
            absent = any(value[0] == ber.NO_SUCH_INSTANCE for _, value in bindings)
            return (pdu.NO_SUCH_NAME, len(asked.names), []) if absent else (status, index, bindings)

    async with running(Last()) as device, Rig() as rig:
        session = rig.session(community("1"), device.port)
        assert await session.get("1.3.6.1.9.9.0", *OIDS) == {oid: row for row, oid in enumerate(OIDS, 1)}
        assert session.quirks == Quirks(wrong_index=True)


@pytest.mark.parametrize("bad", ["", "0205 0100000000", "4100"])
async def test_a_value_that_can_not_be_decoded_costs_its_own_row(bad: str) -> None:
    class Odd(Device):
        def answer(self, asked: Pdu) -> Answer:
            status, index, bindings = super().answer(asked)
            return status, index, [(oid, bytes.fromhex(bad) if oid == BAD else value) for oid, value in bindings]

    async with running(Odd()) as device, Rig() as rig:
        session = rig.session(community(), device.port)
        assert await session.get(*OIDS) == OTHERS
        assert [type(value) for value in session.take_unreadable().values()] == [Unreadable]
        tables = await session.columns(*COLUMNS)
        assert [len(tables[column]) for column in COLUMNS] == [59, 60, 60]
        assert list(session.take_unreadable()) == [BAD]
        assert session.take_unreadable() == {}
        assert session.quirks == Quirks()
        following = await session.get_next(f"{TABLE}.1.4", COLUMNS[1])
        assert following[f"{TABLE}.1.4"][0] == BAD


async def test_a_column_that_fails_costs_neither_the_others_nor_getbulk() -> None:
    class Broken(Device):
        def answer(self, asked: Pdu) -> Answer:
            names = [self.texts[name] for name in asked.names]
            failed = any(f"{name}.".startswith(f"{COLUMNS[1]}.") for name in names)
            return (GEN_ERR, 1, []) if failed else super().answer(asked)

    class BulkOnly(Device):
        def answer(self, asked: Pdu) -> Answer:
            return (GEN_ERR, 1, []) if asked.kind == GET_BULK and len(asked.names) == 1 else super().answer(asked)

    async with running(Broken()) as device, Rig() as rig:
        session = rig.session(community(), device.port)
        for _ in range(2):
            tables = await session.columns(*COLUMNS)
            assert [len(tables[column]) for column in COLUMNS] == [60, 0, 60]
            assert session.quirks == Quirks(alone={COLUMNS[1]: "genErr"})
        assert {asked.kind for asked in device.asked if len(asked.names) > 1} == {GET_BULK}
    async with running(BulkOnly(rows=5)) as device, Rig() as rig:
        session = rig.session(community(), device.port)
        assert whole(await session.columns(*COLUMNS), 5)
        assert len((await session.columns(COLUMNS[0]))[COLUMNS[0]]) == 5
        assert not session.quirks.no_bulk
        assert device.asked[-1].kind == GET_NEXT


async def test_the_end_of_a_column_is_believed_of_v1_only_where_it_was_asked_alone() -> None:
    class Last(Device):
        def answer(self, asked: Pdu) -> Answer:
            status, index, bindings = super().answer(asked)
            ended = [place for place, (_, value) in enumerate(bindings, 1) if value[0] == ber.END_OF_MIB_VIEW]
            return (pdu.NO_SUCH_NAME, 1, []) if ended else (status, index, bindings)

    async with running(Last(rows=8)) as device, Rig() as rig:
        assert whole(await rig.session(community("1"), device.port).columns(*COLUMNS), 8)


async def test_nonsense_is_not_remembered_as_no_bulk() -> None:
    class Nonsense(Device):
        def answer(self, asked: Pdu) -> Answer:
            return super().answer(asked) if asked.kind != GET_BULK else (1 << 31, 0, [])

    async with running(Nonsense(rows=3)) as device, Rig() as rig:
        session = rig.session(community(), device.port, timeout=0.1, retries=0)
        await session.get(OIDS[0])
        assert whole(await session.columns(*COLUMNS), 3)
        assert not session.quirks.no_bulk


@pytest.mark.parametrize("index", [0, 1, 5, 99])
async def test_the_end_of_all_costs_v1_some_requests_whatever_its_index_says(index: int) -> None:
    class EndsEarly(Device):
        def answer(self, asked: Pdu) -> Answer:
            status, _, bindings = super().answer(asked)
            ended = any(value[0] == ber.END_OF_MIB_VIEW for _, value in bindings)
            return (pdu.NO_SUCH_NAME, index, bindings) if ended else (status, 0, bindings)

    columns = (*COLUMNS, "1.3.6.1.2.1.31.1.1.1.1", "1.3.6.1.2.1.31.1.1.1.15")
    async with running(EndsEarly(rows=20)) as device, Rig() as rig:
        session = rig.session(community("1"), device.port)
        for _ in range(2):
            device.asked.clear()
            read = await session.columns(*columns)
            assert whole({name: read[name] for name in COLUMNS}, 20)
            assert read[columns[3]] == read[columns[4]] == {}
            assert len(device.asked) <= 28


async def test_no_such_name_in_the_middle_still_costs_its_own_column() -> None:
    class Gap(Device):
        def answer(self, asked: Pdu) -> Answer:
            names = [self.texts[name] for name in asked.names]
            if asked.kind == GET_NEXT and any(name.startswith(COLUMNS[1]) for name in names):
                return pdu.NO_SUCH_NAME, 0, [(name, bytes((ber.NULL, 0))) for name in names]
            return super().answer(asked)

    async with running(Gap(rows=5)) as device, Rig() as rig:
        read = await rig.session(community("1"), device.port).columns(*COLUMNS)
        assert read[COLUMNS[1]] == {}
        assert len(read[COLUMNS[0]]) == len(read[COLUMNS[2]]) == 5
