"""PDUs by their octets: the numbers themselves, which other tests use by their names only."""

import pytest

from cmsp_agent.transports.snmp import message, pdu
from cmsp_agent.transports.snmp.ber import DecodeError, OidTexts, element, encode_integer, oid_octets
from cmsp_agent.transports.snmp.values import Missing
from cmsp_agent.transports.snmp.varbinds import encode_varbinds

UPTIME = oid_octets("1.3.6.1.2.1.1.3.0")
TAGS = {
    0xA0: pdu.GET,
    0xA1: pdu.GET_NEXT,
    0xA2: pdu.RESPONSE,
    0xA4: pdu.TRAP_V1,
    0xA5: pdu.GET_BULK,
    0xA6: pdu.INFORM,
    0xA7: pdu.TRAP,
    0xA8: pdu.REPORT,
}


def test_the_numbers_of_rfc_3416() -> None:
    assert all(tag == named for tag, named in TAGS.items())
    assert (pdu.TOO_BIG, pdu.NO_SUCH_NAME, pdu.AUTHORIZATION_ERROR) == (1, 2, 16)
    assert pdu.error_name(16) == "authorizationError"
    assert (message.V1, message.V2C, message.V3, message.LARGEST) == (0, 1, 3, 65507)


def test_requests_to_the_octet() -> None:
    names = "30 0e 30 0c 06 08 2b 06 01 02 01 01 03 00 05 00"
    assert pdu.ask(pdu.GET, 7, [UPTIME], 9) == bytes.fromhex(f"a0 19 02 01 07 02 01 00 02 01 00 {names}")
    assert pdu.ask(pdu.GET_BULK, 7, [UPTIME], 9) == bytes.fromhex(f"a5 19 02 01 07 02 01 00 02 01 09 {names}")


@pytest.mark.parametrize("kind", [0xA0, 0xA1, 0xA2, 0xA3, 0xA5, 0xA6, 0xA7, 0xA8])
def test_every_pdu_is_read(kind: int) -> None:
    bindings = encode_varbinds([(UPTIME, b"\x05\x00")])
    data = pdu.encode_pdu(kind, 7, 0x7FFFFFFF, -0x80000000, bindings)
    read = pdu.decode_pdu(data, 0, len(data), OidTexts())
    assert read[:5] == (kind, 7, 0x7FFFFFFF, -0x80000000, [UPTIME])
    assert read.raw == (bindings if kind == 0xA6 else b"")
    assert isinstance(read.values[0], Missing)
    assert read.holes


@pytest.mark.parametrize("kind", [0x9F, 0xA4, 0xA9])
def test_what_is_no_pdu_is_refused(kind: int) -> None:
    data = pdu.encode_pdu(kind, 7, 0, 0, encode_varbinds([]))
    with pytest.raises(DecodeError, match="no PDU"):
        pdu.decode_pdu(data, 0, len(data), OidTexts())


def test_an_error_status_over_31_bits_is_refused() -> None:
    data = element(0xA2, encode_integer(7) + encode_integer(1 << 31) + encode_integer(0) + encode_varbinds([]))
    with pytest.raises(DecodeError):
        pdu.decode_pdu(data, 0, len(data), OidTexts())


def trap_v1(address: bytes = b"\x40\x04\x0a\x01\x02\x03", uptime: bytes = b"\x43\x01\x05") -> bytes:
    return element(0xA4, element(0x06, UPTIME) + address + b"\x02\x01\x06\x02\x01\x09" + uptime + b"\x30\x00")


@pytest.mark.parametrize(("address", "read"), [("40 04 0a 01 02 03", "10.1.2.3"), ("04 02 0a 01", "0.0.0.0")])
def test_the_address_of_a_trap_of_v1(address: str, read: str) -> None:
    data = trap_v1(bytes.fromhex(address))
    trap = pdu.decode_trap_v1(data, 0, len(data), OidTexts())
    assert trap == ("1.3.6.1.2.1.1.3.0", read, 6, 9, 5, [], [])


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (trap_v1(b"\x41\x04\x0a\x01\x02\x03"), "0x41 where the agent address"),
        (trap_v1(uptime=b"\x02\x01\x05"), "0x02 where the time stamp"),
        (trap_v1(uptime=b"\x43\x0a" + b"\x01" * 10), "time stamp: "),
    ],
)
def test_traps_of_v1_whose_head_is_none(data: bytes, said: str) -> None:
    with pytest.raises(DecodeError, match=said):
        pdu.decode_trap_v1(data, 0, len(data), OidTexts())


def test_a_trap_is_no_answer_of_v1_or_v2c() -> None:
    data = message.encode(message.prefix(message.V1, b"public"), trap_v1())
    with pytest.raises(DecodeError, match="a trap instead"):
        message.decode_answer(data, message.prefix(message.V2C, b"public"), OidTexts())


@pytest.mark.parametrize("outer", ["30 1b", "30 81 1b", "30 82 00 1b"])
@pytest.mark.parametrize("inner", ["a2 11", "a2 81 11", "a2 82 00 11"])
@pytest.mark.parametrize(("community", "number"), [("04 00", 7), ("04 03 61 62 63", 0x01020304)])
def test_the_request_id_is_found_behind_lengths_of_any_form(
    outer: str, inner: str, community: str, number: int
) -> None:
    octets = encode_integer(number).hex()
    data = bytes.fromhex(f"{outer} 02 01 01 {community} {inner} {octets} 02 01 00 02 01 00 30 00")
    assert message.request_id_of(data) == number


@pytest.mark.parametrize("outer", ["30 7f", "30 81 80", "30 82 01 00"])
def test_the_message_id_of_v3_is_found(outer: str) -> None:
    assert message.request_id_of(bytes.fromhex(f"{outer} 02 01 03 30 11 02 04 01 02 03 04")) == 0x01020304
