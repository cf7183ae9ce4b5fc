"""Answers changed on the way: whatever octet of an SNMPv3 answer is changed, no value comes out of it."""

import asyncio
import itertools
from collections.abc import Callable

import pytest

from cmsp_agent.model.errors import AuthenticationRejected, DeviceError
from cmsp_agent.transports.snmp import ber, pdu, usm
from cmsp_agent.transports.snmp.users import AUTH, LocalUser, UsmUser
from cmsp_agent.transports.snmp.varbinds import encode_value, encode_varbinds
from tests.integration.snmp.peers import SYS_NAME, SYS_UP_TIME, Rig, Snmpd
from tests.integration.snmp.peers import usm as credential
from tests.integration.snmp.proxy import Proxy, unchanged

LEVELS = [("SHA-1", "AES-128"), ("SHA-256", ""), ("SHA-512", "AES-256"), ("MD5", "DES")]


class Flipper:
    """Flips one bit in each answer, each time the next one."""

    def __init__(self, bits: int) -> None:
        self.sizes: set[int] = set()
        self.positions: set[int] = set()
        self._next = itertools.count()
        self._bits = bits

    def __call__(self, answer: bytes) -> list[bytes]:
        place = next(self._next)
        at, bit = (place // self._bits) % len(answer), place % self._bits
        self.sizes.add(len(answer))
        self.positions.add(at)
        changed = bytearray(answer)
        changed[at] ^= 1 << (bit if self._bits == 8 else at % 8)
        return [bytes(changed)]


@pytest.mark.parametrize(("auth", "priv"), LEVELS)
async def test_no_octet_can_be_changed(snmpd: Snmpd, auth: str, priv: str) -> None:
    async with Rig() as rig, Proxy(snmpd.port) as proxy:
        session = rig.session(credential(auth, priv), proxy.port, timeout=0.6, retries=0)
        assert await session.get(SYS_NAME) == {SYS_NAME: b"gw-test-1"}
        flipper = Flipper(bits=1)
        proxy.change = flipper
        for _ in range(3):  # in three lots, so that the agent's socket buffer holds them
            results = await asyncio.gather(*(session.get(SYS_NAME) for _ in range(80)), return_exceptions=True)
            assert all(isinstance(result, DeviceError) for result in results), results
        assert flipper.positions == set(range(max(flipper.sizes))), "every octet had its turn"
        proxy.change = unchanged
        assert await session.get(SYS_NAME) == {SYS_NAME: b"gw-test-1"}
        assert rig.counters.total("snmp.answers.untrue") > 100


async def test_no_bit_can_be_changed(snmpd: Snmpd) -> None:
    async with Rig() as rig, Proxy(snmpd.port) as proxy:
        session = rig.session(credential("SHA-256", "AES-128"), proxy.port, timeout=0.4, retries=0)
        assert await session.get(SYS_NAME)
        flipper = Flipper(bits=8)
        proxy.change = flipper
        for _ in range(16):
            results = await asyncio.gather(*(session.get(SYS_NAME) for _ in range(100)), return_exceptions=True)
            assert all(isinstance(result, DeviceError) for result in results), results
        assert flipper.positions == set(range(max(flipper.sizes)))


def forged(build: Callable[[usm.V3Message], bytes]) -> Callable[[bytes], list[bytes]]:
    """Replace each answer by one made up from what an onlooker sees of it."""
    return lambda answer: [build(usm.decode(answer))]


def bindings() -> bytes:
    return encode_varbinds([(ber.oid_octets(SYS_NAME), encode_value(ber.OCTET_STRING, b"forged"))])


def unsigned_response(received: usm.V3Message) -> bytes:
    """The value asked for, without a signature."""
    body = pdu.encode_pdu(pdu.RESPONSE, received.msg_id, 0, 0, bindings())
    onlooker = LocalUser(UsmUser(received.user), received.engine_id, None, None)
    scoped = usm.encode_scoped(received.engine_id, b"", body)
    return usm.encode(onlooker, received.boots, received.time, received.msg_id, scoped, 0)


def claimed_signature(received: usm.V3Message) -> bytes:
    """Flags say signed; the digest is empty."""
    body = pdu.encode_pdu(pdu.RESPONSE, received.msg_id, 0, 0, bindings())
    onlooker = LocalUser(UsmUser(received.user), received.engine_id, None, None)
    scoped = usm.encode_scoped(received.engine_id, b"", body)
    return usm.encode(onlooker, received.boots, received.time, received.msg_id, scoped, AUTH)


def report_with_values(received: usm.V3Message) -> bytes:
    """A REPORT, which needs no signature, with the object asked for in it."""
    body = pdu.encode_pdu(pdu.REPORT, received.msg_id, 0, 0, bindings())
    onlooker = LocalUser(UsmUser(b""), received.engine_id, None, None)
    return usm.encode(onlooker, received.boots, received.time, received.msg_id, usm.encode_scoped(b"", b"", body), 0)


def false_time(received: usm.V3Message) -> bytes:
    """An unsigned REPORT that our time is wrong: believing it would let old messages in."""
    stat = encode_varbinds([(ber.oid_octets(usm.NOT_IN_TIME_WINDOW), encode_value(ber.COUNTER32, 1))])
    body = pdu.encode_pdu(pdu.REPORT, received.msg_id, 0, 0, stat)
    onlooker = LocalUser(UsmUser(received.user), received.engine_id, None, None)
    return usm.encode(onlooker, 0, 0, received.msg_id, usm.encode_scoped(b"", b"", body), 0)


@pytest.mark.parametrize("forgery", [unsigned_response, claimed_signature, report_with_values, false_time])
async def test_forgeries_give_no_value(snmpd: Snmpd, forgery: Callable[[usm.V3Message], bytes]) -> None:
    async with Rig() as rig, Proxy(snmpd.port) as proxy:
        session = rig.session(credential("SHA-1", "AES-128"), proxy.port, timeout=0.4, retries=0)
        assert await session.get(SYS_NAME)
        proxy.change = forged(forgery)
        with pytest.raises(DeviceError):
            await session.get(SYS_NAME)
        proxy.change = unchanged
        assert await session.get(SYS_NAME) == {SYS_NAME: b"gw-test-1"}


def refusal(counter: str, engine_id: bytes = b"") -> Callable[[bytes], list[bytes]]:
    """An unsigned REPORT that comes before the true answer, from an onlooker who knows the msgID."""

    def change(answer: bytes) -> list[bytes]:
        received = usm.decode(answer)
        stat = encode_varbinds([(ber.oid_octets(counter), encode_value(ber.COUNTER32, 1))])
        body = pdu.encode_pdu(pdu.REPORT, received.msg_id, 0, 0, stat)
        onlooker = LocalUser(UsmUser(b""), engine_id or received.engine_id, None, None)
        scoped = usm.encode_scoped(engine_id, b"", body)
        return [usm.encode(onlooker, received.boots, received.time, received.msg_id, scoped, 0), answer]

    return change


@pytest.mark.parametrize("engine_id", [b"", b"\x80\0\0\0\x05other"], ids=["this engine", "another"])
@pytest.mark.parametrize("counter", sorted(usm.REPORT_NAMES), ids=usm.REPORT_NAMES.get)
async def test_a_forged_report_does_not_stand_in_the_way(snmpd: Snmpd, counter: str, engine_id: bytes) -> None:
    async with Rig() as rig, Proxy(snmpd.port) as proxy:
        session = rig.session(credential("SHA-1", "AES-128"), proxy.port, timeout=0.4, retries=0)
        assert await session.get(SYS_NAME)
        proxy.change = refusal(counter, engine_id)
        for _ in range(3):
            assert await session.get(SYS_NAME) == {SYS_NAME: b"gw-test-1"}
        assert rig.counters.value("snmp.engines.discovered") == 1
        assert rig.counters.total("snmp.reports") <= 1  # the one of the first contact


async def test_a_report_that_nothing_contradicts_is_believed_in_the_end(snmpd: Snmpd) -> None:
    async with Rig() as rig, Proxy(snmpd.port) as proxy:
        session = rig.session(credential("SHA-1", "AES-128"), proxy.port, timeout=0.3, retries=3)
        assert await session.get(SYS_NAME)
        proxy.change = lambda answer: refusal(usm.UNKNOWN_USER)(answer)[:1]
        started = asyncio.get_running_loop().time()
        with pytest.raises(AuthenticationRejected):
            await session.get(SYS_NAME)
        assert asyncio.get_running_loop().time() - started < 1.0  # once, not four times: retrying locks accounts
        assert rig.counters.value("snmp.requests.repeated") == 0


async def test_a_repeated_answer_is_no_answer_to_the_next_request(snmpd: Snmpd) -> None:
    kept: list[bytes] = []

    def keep(answer: bytes) -> list[bytes]:
        kept.append(answer)
        return [answer]

    async with Rig() as rig, Proxy(snmpd.port, keep) as proxy:
        session = rig.session(credential("SHA-1", "AES-128"), proxy.port, timeout=0.4, retries=0)
        assert await session.get(SYS_UP_TIME)
        proxy.change = lambda _: [kept[-1]]
        with pytest.raises(DeviceError):
            await session.get(SYS_UP_TIME)
        assert rig.counters.value("snmp.answers.double") == 1
