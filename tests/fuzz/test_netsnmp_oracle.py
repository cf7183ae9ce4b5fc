"""Answers and traps with one value out of order: what net-snmp reads of them, by its library and by its commands."""

import asyncio
import random

import pytest

from cmsp_agent.model.signal import Unreadable
from cmsp_agent.transports.snmp import ber, message, pdu
from cmsp_agent.transports.snmp.ber import OidTexts
from cmsp_agent.transports.snmp.varbinds import encode_varbind
from tests.fuzz import netsnmp_oracle
from tests.fuzz.compare import check_community, our_bindings
from tests.integration.snmp.peers import NEEDS_COMMANDS, command

pytestmark = pytest.mark.skipif(netsnmp_oracle.library() is None, reason="needs net-snmp's library")

FIRST, ODD, LAST = ("1.3.6.1.2.1.1.4.0", "1.3.6.1.4.1.99999.1.0", "1.3.6.1.2.1.1.6.0")
GOOD = ber.encode_octets(b"good")
TAGS = (0x01, *range(0x02, 0x07), *range(0x40, 0x48), 0x80, 0x81, 0x82, 0x83)


def answer(odd: bytes, request_id: int = 0x01020304, kind: int = pdu.RESPONSE) -> bytes:
    """An answer of three bindings, the middle one odd."""
    bindings = [encode_varbind(ber.oid_octets(oid), value) for oid, value in ((FIRST, GOOD), (ODD, odd), (LAST, GOOD))]
    body = pdu.encode_pdu(kind, request_id, 0, 0, ber.element(ber.SEQUENCE, b"".join(bindings)))
    return message.encode(message.prefix(message.V2C, b"public"), body)


def ours(data: bytes) -> list[object]:
    received = message.decode(data, OidTexts()).pdu
    return [value for _, value in our_bindings(received, OidTexts())]


def test_every_type_at_every_length() -> None:
    chance = random.Random(8)
    read = 0
    for tag in TAGS:
        for size in range(20):
            for content in (
                bytes(size),
                b"\xff" * size,
                b"\x80" * size,
                b"\x00" + b"\xff" * size,
                chance.randbytes(size),
            ):
                data = answer(ber.element(tag, content))
                check_community(data, OidTexts())
                values = ours(data)
                assert (values[0], values[2]) == (b"good", b"good")
                read += not isinstance(values[1], Unreadable)
    assert read > 700


def test_opaque_numbers() -> None:
    chance = random.Random(9)
    for kind in (0x76, 0x77, 0x78, 0x79, 0x7A, 0x7B):
        for size in range(12):
            for announced in (size, size + 1):
                content = bytes((0x9F, kind, announced)) + chance.randbytes(size)
                check_community(answer(ber.element(ber.OPAQUE, content)), OidTexts())


COMMANDS = {
    "4104 f02122a0": "Counter32: 4028703392",
    "4105 0100000001": "Counter32: 1",
    "4304 9a000001": "Timeticks: (2583691265)",
    "4701 21": "33",
    "0302 0080": "BITS: 00 80",
    "0600": "OID:",
    "4407 9f7804 3f800000": "Float: 1.000000",
    "4608 ffffffffffffffff": "Counter64: 18446744073709551615",
}


class Responder(asyncio.DatagramProtocol):
    """Answers whatever is asked with one value, and some octets more."""

    def __init__(self, value: bytes) -> None:
        self.value = value

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        asked = message.decode(data, OidTexts()).pdu
        assert isinstance(asked, pdu.Pdu)
        bindings = ber.element(ber.SEQUENCE, encode_varbind(asked.names[0], self.value))
        out = message.encode(
            message.prefix(message.V2C, b"public"), pdu.encode_pdu(pdu.RESPONSE, asked.request_id, 0, 0, bindings)
        )
        self.transport.sendto(out + bytes(15), addr)  # type: ignore[attr-defined]


@NEEDS_COMMANDS
@pytest.mark.parametrize(("value", "printed"), COMMANDS.items())
async def test_snmpget_prints_what_the_library_reads(value: str, printed: str) -> None:
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(
        lambda: Responder(bytes.fromhex(value)), local_addr=("127.0.0.1", 0)
    )
    try:
        place = f"127.0.0.1:{transport.get_extra_info('sockname')[1]}"
        code, out = await command("snmpget", "-v2c", "-cpublic", "-On", "-t2", "-r0", place, ODD)
    finally:
        transport.close()
        await asyncio.sleep(0)
    assert code == 0
    assert printed in out
    assert not isinstance(ours(answer(bytes.fromhex(value)))[1], Unreadable)
