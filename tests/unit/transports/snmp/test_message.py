"""PDUs and messages of v1 and v2c."""

import pytest

from cmsp_agent.transports.snmp import ber, message, pdu
from cmsp_agent.transports.snmp.ber import DecodeError, OidTexts
from cmsp_agent.transports.snmp.pdu import Pdu, TrapV1
from cmsp_agent.transports.snmp.varbinds import encode_value, encode_varbinds

NAME = ber.oid_octets("1.3.6.1.2.1.1.1.0")
BINDINGS = encode_varbinds([(NAME, encode_value(ber.INTEGER, 5))])
COUNTER64 = encode_varbinds([(NAME, encode_value(ber.COUNTER64, 5))])
NO_BINDINGS = encode_varbinds([])


def in_message(body: bytes, version: int = 1, community: bytes = b"public") -> bytes:
    return message.encode(message.prefix(version, community), body)


def response(request_id: int = 0x12345678, status: int = 0, index: int = 0, bindings: bytes = BINDINGS) -> bytes:
    return pdu.encode_pdu(pdu.RESPONSE, request_id, status, index, bindings)


def test_a_response() -> None:
    received = message.decode(in_message(response(status=2, index=1)), OidTexts())
    assert received == (1, b"public", Pdu(pdu.RESPONSE, 0x12345678, 2, 1, [NAME], [5], False, b""))
    assert "public" not in repr(received)


def test_requests() -> None:
    for kind, repetitions in ((pdu.GET, 0), (pdu.GET_NEXT, 0), (pdu.GET_BULK, 17)):
        asked = message.decode(in_message(pdu.ask(kind, 7, [NAME], 17)), OidTexts()).pdu
        assert asked[:4] == (kind, 7, 0, repetitions)


def test_an_inform_keeps_its_bindings_for_the_answer() -> None:
    received = message.decode(in_message(pdu.encode_pdu(pdu.INFORM, 7, 0, 0, BINDINGS)), OidTexts()).pdu
    assert isinstance(received, Pdu)
    assert received.raw == BINDINGS


@pytest.mark.parametrize(
    "data",
    [
        in_message(response())[:-1],
        in_message(pdu.encode_pdu(pdu.RESPONSE, 1 << 32, 0, 0, BINDINGS)),
        in_message(pdu.encode_pdu(pdu.RESPONSE, -(1 << 31) - 1, 0, 0, BINDINGS)),
        in_message(pdu.encode_pdu(pdu.TRAP_V1, 7, 0, 0, BINDINGS)),
        in_message(pdu.encode_pdu(0xA9, 7, 0, 0, BINDINGS)),
        in_message(pdu.encode_pdu(0x9F, 7, 0, 0, BINDINGS)),
        in_message(response(), version=2),
        in_message(response(), version=3),
        in_message(b""),
        b"",
    ],
)
def test_refused(data: bytes) -> None:
    with pytest.raises(DecodeError):
        message.decode(data, OidTexts())


@pytest.mark.parametrize(
    "data",
    [
        in_message(response()) + b"\x00" * 15,
        in_message(response() + b"\x05\x00"),
        in_message(ber.element(pdu.RESPONSE, response()[2:] + b"\x05\x00")),
    ],
)
def test_octets_left_over_mean_nothing(data: bytes) -> None:
    assert message.decode(data, OidTexts()).pdu == message.decode(in_message(response()), OidTexts()).pdu
    assert message.decode_answer(data, message.prefix(1, b"public"), OidTexts()).values == [5]


def test_v1_reads_the_types_of_v2() -> None:
    received = message.decode(in_message(response(bindings=COUNTER64), version=0), OidTexts()).pdu
    assert received.values == [5]


def test_the_ranges_of_a_pdu() -> None:
    for request_id, status, index in ((-(1 << 31), 0, 0), ((1 << 32) - 1, 18, (1 << 31) - 1)):
        received = message.decode(in_message(response(request_id, status, index)), OidTexts()).pdu
        assert received[1:4] == (request_id, status, index)
    assert message.decode(in_message(response(), version=0), OidTexts()).version == 0
    assert message.decode(in_message(response(bindings=NO_BINDINGS)), OidTexts()).pdu.names == []


def trap(
    enterprise: bytes = b"\x2b\x06",
    address: bytes = b"\xc0\x00\x02\x07",
    generic: int = 6,
    uptime: int = 9,
    more: bytes = b"",
) -> bytes:
    body = (
        ber.element(ber.OBJECT_IDENTIFIER, enterprise)
        + ber.element(ber.IP_ADDRESS, address)
        + ber.encode_integer(generic)
        + ber.encode_integer(-3)
        + ber.encode_integer(uptime, ber.TIME_TICKS)
        + BINDINGS
        + more
    )
    return ber.element(pdu.TRAP_V1, body)


def test_a_trap_of_v1() -> None:
    received = message.decode(in_message(trap(uptime=0xFFFFFFFF), 0), OidTexts()).pdu
    assert received == TrapV1("1.3.6", "192.0.2.7", 6, -3, 0xFFFFFFFF, [NAME], [5])
    assert message.decode(in_message(trap(generic=0, uptime=0), 0), OidTexts()).pdu[2:5] == (0, -3, 0)
    assert message.decode(in_message(trap(), 1), OidTexts()).pdu[2:5] == (6, -3, 9)


@pytest.mark.parametrize(
    "body",
    [
        trap(generic=-1),
        trap().replace(b"\x43\x01\x09", b"\x43\x00"),
        trap()[:-1],
    ],
)
def test_bad_traps_of_v1(body: bytes) -> None:
    with pytest.raises(DecodeError):
        message.decode(in_message(body, 0), OidTexts())


@pytest.mark.parametrize(
    ("body", "place", "read"),
    [
        (trap(b""), 0, "0.0"),
        (trap(address=b""), 1, "0.0.0.0"),
        (trap(address=b"\xc0\x00\x02"), 1, "0.0.0.0"),
        (trap(address=bytes(16)), 1, "0.0.0.0"),
        (trap(uptime=-1), 4, 255),
        (trap(uptime=1 << 32 | 7), 4, 7),
        (trap(more=b"\x05\x00"), 4, 9),
        (trap() + b"\x05\x00", 4, 9),
    ],
)
def test_careless_traps_of_v1_are_read(body: bytes, place: int, read: object) -> None:
    received = message.decode(in_message(body, 0), OidTexts()).pdu
    assert isinstance(received, TrapV1)
    assert received[place] == read
    assert received.values == [5]


def test_answers_must_have_the_version_and_community_of_the_request() -> None:
    before = message.prefix(1, b"public")
    assert message.decode_answer(in_message(response()), before, OidTexts()).values == [5]
    for data in (in_message(response(), 0), in_message(response(), 1, b"other")):
        with pytest.raises(DecodeError):
            message.decode_answer(data, before, OidTexts())
    with pytest.raises(DecodeError):
        message.decode_answer(in_message(trap(), 0), message.prefix(0, b"public"), OidTexts())


def test_an_answer_encoded_at_more_length_than_needed_is_read() -> None:
    data = ber.element(ber.SEQUENCE, b"\x02\x02\x00\x01" + b"\x04\x81\x06public" + response())
    assert message.decode_answer(data, message.prefix(1, b"public"), OidTexts()).values == [5]


@pytest.mark.parametrize("size", [1, 100, 127])
@pytest.mark.parametrize("padding", [0, 90, 99, 300])  # with 99 the PDU has 127 octets
def test_who_asked(size: int, padding: int) -> None:
    bindings = encode_varbinds([(NAME, encode_value(ber.OCTET_STRING, b"x" * padding))])
    data = in_message(response(bindings=bindings), community=b"c" * size)
    assert message.request_id_of(data) == 0x12345678
    for cut in range(min(len(data), size + 10)):
        with pytest.raises(DecodeError):
            message.request_id_of(data[:cut])


def test_versions() -> None:
    for version in (0, 1, 2, 3):
        assert message.version_of(in_message(response(), version)) == version
    with pytest.raises(DecodeError):
        message.version_of(b"\x30\x02\x04\x00")


def test_error_names() -> None:
    assert [pdu.error_name(status) for status in (0, 1, 5, 16, 18)] == [
        "noError",
        "tooBig",
        "genErr",
        "authorizationError",
        "inconsistentName",
    ]
    assert pdu.error_name(19) == "error-status 19"
    assert pdu.error_name(-1) == "error-status -1"
