"""A device that answers several objects of one request wrongly, each in its own way: each costs itself alone."""

import pytest

from cmsp_agent.transports.snmp import ber
from cmsp_agent.transports.snmp.pdu import GET, NO_SUCH_NAME, Pdu
from cmsp_agent.transports.snmp.varbinds import encode_value
from tests.integration.snmp.peers import Rig, community
from tests.integration.snmp.test_odd_devices import COLUMNS, GEN_ERR, Answer, Binding, Device, running, whole

OBJECTS = tuple(f"1.3.6.1.2.1.4.{number}.0" for number in range(1, 21))
FAILS, ELSEWHERE, LEFT_OUT, TWICE, NOT_THERE = (OBJECTS[place] for place in (2, 6, 10, 14, 17))
NULL = b"\5\0"


class SeveralFaults(Device):
    """Of v1, names the first object in its error-index whatever is missing."""

    def __init__(self, version: str) -> None:
        super().__init__(3)
        self.version = version

    def answer(self, asked: Pdu) -> Answer:
        if asked.kind != GET:
            return super().answer(asked)
        names = [self.texts[name] for name in asked.names]
        if FAILS in names:
            return GEN_ERR, 0, [(name, NULL) for name in names]
        if NOT_THERE in names and self.version == "1":
            return NO_SUCH_NAME, 1, [(name, NULL) for name in names]
        return 0, 0, [binding for name in names for binding in self.bindings(name)]

    def bindings(self, name: str) -> list[Binding]:
        value = encode_value(ber.INTEGER, int(name.split(".")[-2]))
        odd = {
            ELSEWHERE: [("1.3.6.1.2.1.99.1.0", value)],
            LEFT_OUT: [],
            TWICE: [(name, value)] * 2,
            NOT_THERE: [(name, bytes((ber.NO_SUCH_INSTANCE, 0)))],
        }
        return odd.get(name, [(name, value)])


@pytest.mark.parametrize("version", ["1", "2c"])
async def test_each_costs_itself_and_soon_no_more_than_a_request(version: str) -> None:
    gone = (FAILS, ELSEWHERE, LEFT_OUT, NOT_THERE)
    wanted = {oid: int(oid.split(".")[-2]) for oid in OBJECTS if oid not in gone}
    before = 0
    async with running(SeveralFaults(version)) as device, Rig() as rig:
        session = rig.session(community(version), device.port)
        for _ in range(3):
            before = len(device.asked)
            assert await session.get(*OBJECTS) == wanted
        assert len(device.asked) - before <= 6
        assert {FAILS, ELSEWHERE, LEFT_OUT} <= session.quirks.alone.keys()
        assert (NOT_THERE in session.quirks.alone) is (version == "1")
        assert not session.quirks.no_bulk
        assert whole(await session.columns(*COLUMNS), 3)
