"""The shortcut for usual traps reads the same as the long way, whatever the octets are."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmsp_agent.transports.snmp import ber, message
from cmsp_agent.transports.snmp.ber import DecodeError, OidTexts
from cmsp_agent.transports.snmp.notifications import NotificationDecoder
from cmsp_agent.transports.snmp.pdu import INFORM, TRAP, Pdu, encode_pdu
from cmsp_agent.transports.snmp.trap_datagram import Notification
from cmsp_agent.transports.snmp.usual_trap import UsualTraps
from cmsp_agent.transports.snmp.varbinds import encode_value, encode_varbind, encode_varbinds
from tests.lab.clock import ManualClock

TEXTS = OidTexts()
USUAL = UsualTraps(TEXTS)
LINK_DOWN = "1.3.6.1.6.3.1.1.5.3"
Binding = tuple[str, int, int | bytes | str | None]
FIRST: list[Binding] = [
    ("1.3.6.1.2.1.1.3.0", ber.TIME_TICKS, 4711),
    ("1.3.6.1.6.3.1.1.4.1.0", ber.OBJECT_IDENTIFIER, LINK_DOWN),
]
OTHERS: list[Binding] = [
    ("1.3.6.1.2.1.2.2.1.1.3", ber.INTEGER, 3),
    ("1.3.6.1.2.1.2.2.1.2.3", ber.OCTET_STRING, b"Serial0/1/0:15"),
    ("1.3.6.1.6.3.18.1.3.0", ber.IP_ADDRESS, "10.1.2.3"),
    ("1.3.6.1.9", ber.NULL, None),
    FIRST[0],
    FIRST[1],
]


def trap(
    bindings: list[Binding], kind: int = TRAP, community: bytes = b"public", number: int = 1234567, tail: bytes = b""
) -> bytes:
    """A notification; behind the last binding, within all lengths, the tail."""
    encoded = encode_varbinds([(ber.oid_octets(oid), encode_value(tag, value)) for oid, tag, value in bindings])
    return message.encode(message.prefix(message.V2C, community), encode_pdu(kind, number, 0, 0, encoded + tail))


def the_long_way(data: bytes) -> tuple[object, ...] | None:
    """What `NotificationDecoder` makes of it without the shortcut."""
    decoder = NotificationDecoder([], None, ManualClock())
    try:
        received = message.decode(data, TEXTS)
        assert isinstance(received.pdu, Pdu)
        decoded = decoder._from_v2c(received, received.pdu)
    except DecodeError:
        return None
    return (*decoded[2:6], decoded.community) if decoded.kind == "trap" else None


def agree(data: bytes) -> bool:
    """Whether the shortcut was taken; it must then read the same."""
    try:
        read = USUAL.read(data)
    except DecodeError:
        assert the_long_way(data) is None
        return False
    assert read is None or read == the_long_way(data)
    return read is not None


def test_the_usual_trap_takes_the_shortcut() -> None:
    assert agree(trap([*FIRST, *OTHERS[:3]]))
    assert agree(trap([*FIRST, *OTHERS[:3] * 20]))
    assert agree(trap(list(FIRST)))
    assert agree(trap([*FIRST, OTHERS[3]]))


def test_whatever_is_unusual_does_not() -> None:
    assert not agree(trap([*FIRST, *OTHERS]))
    assert not agree(trap([FIRST[1], FIRST[0]]))
    assert not agree(trap(list(FIRST), kind=INFORM))
    assert not agree(trap(list(FIRST), community=b"c" * 200))
    assert not agree(b"")


def with_uptime(ticks: int, *others: Binding) -> list[Binding]:
    return [("1.3.6.1.2.1.1.3.0", ber.TIME_TICKS, ticks), FIRST[1], *others]


def unsized_uptime(octets: int, number: bytes = b"\x02\x01\x01") -> bytes:
    """The uptime is a one in so many octets: in none it is unreadable, and in five the long way takes 32 bits of it."""
    ticks = ber.element(ber.TIME_TICKS, b"\x01" + bytes(octets - 1) if octets else b"")
    first = encode_varbind(ber.oid_octets(FIRST[0][0]), ticks)
    name = encode_varbind(ber.oid_octets(FIRST[1][0]), encode_value(ber.OBJECT_IDENTIFIER, LINK_DOWN))
    pdu = ber.element(TRAP, number + ber.encode_integer(0) * 2 + ber.element(ber.SEQUENCE, first + name))
    return message.encode(message.prefix(message.V2C, b"public"), pdu)


def named(arcs: int) -> list[Binding]:
    """The trap's name has so many octets."""
    return [FIRST[0], ("1.3.6.1.6.3.1.1.4.1.0", ber.OBJECT_IDENTIFIER, ".".join(["1.3", *["6"] * (arcs - 1)]))]


def text(octets: int) -> Binding:
    return ("1.3.6.1.9", ber.OCTET_STRING, b"x" * octets)


OTHER_ADDRESS: Binding = ("1.3.6.1.9", ber.IP_ADDRESS, "192.0.2.9")
NO_ADDRESS: Binding = ("1.3.6.1.6.3.18.1.3.0", ber.OCTET_STRING, b"abcd")


@pytest.mark.parametrize(
    ("data", "taken"),
    [
        *((trap(with_uptime(ticks)), True) for ticks in (0, 127, 128, 0x7FFF, 0x8000, 0x7FFFFF, 0x7FFFFFFF)),
        *((unsized_uptime(octets), 0 < octets < 5) for octets in (0, 1, 4, 5, 6)),
        (unsized_uptime(1, b"\x02\x05\x41\x12\x34\x56\x78"), False),
        *((trap(FIRST, number=number), True) for number in (0, 127, 128, 0x7FFFFFFF, -1)),
        *((trap(FIRST, community=b"c" * length), length < 128) for length in (0, 1, 127, 128)),
        *((trap(named(octets)), octets < 114) for octets in (1, 2, 112, 113, 114, 127)),
        # the header of the name, and that of the value, take eight octets
        *((trap([*FIRST, text(octets)]), octets < 120) for octets in (0, 1, 118, 119, 120, 121)),
        *((trap([*FIRST, *[OTHERS[0]] * count]), True) for count in (1, 2, 3, 4, 5, 9, 10, 11, 12)),
        (trap([*FIRST, OTHER_ADDRESS, OTHERS[2]]), True),
        (trap([*FIRST, NO_ADDRESS, OTHER_ADDRESS]), True),
        (trap([*FIRST, OTHERS[2], OTHER_ADDRESS]), True),
        *(
            (trap(FIRST, tail=tail), False)
            for tail in (b"0", b"0\0", b"0\x01", b"0\x80", b"0\x81", b"0\x02\5\0", b"\0")
        ),
    ],
)
def test_bounds_of_the_shortcut(data: bytes, taken: bool) -> None:
    assert agree(data) is taken


@pytest.mark.parametrize("bindings", [FIRST, [*FIRST, *OTHERS[:3]], [*FIRST, *[OTHERS[1]] * 4], [*FIRST, text(200)]])
def test_every_octet_changed_left_out_and_doubled(bindings: list[Binding]) -> None:
    data = trap(bindings)
    for place, octet in enumerate(data):
        for other in {
            0,
            1,
            2,
            4,
            5,
            6,
            0x30,
            0x40,
            0x43,
            0x7F,
            0x80,
            0x81,
            0x82,
            0xFF,
            octet - 1 & 255,
            octet + 1 & 255,
        }:
            agree(data[:place] + bytes((other,)) + data[place + 1 :])
        agree(data[:place])
        agree(data[:place] + data[place + 1 :])
        agree(data[: place + 1] + data[place:])
    rest = encode_varbinds([(ber.oid_octets(oid), encode_value(tag, value)) for oid, tag, value in OTHERS[:3]])
    for length in range(len(rest)):
        agree(trap(bindings, tail=rest[:length]))


def test_the_decoder_takes_it() -> None:
    received = NotificationDecoder([], None, ManualClock()).decode(trap([*FIRST, *OTHERS[:3]]), "192.0.2.1")
    assert isinstance(received, Notification)
    assert (received.version, received.kind, received.trap_oid, received.uptime) == ("2c", "trap", LINK_DOWN, 4711)
    assert received.agent_address == "10.1.2.3"
    assert b"public" not in repr(received).encode()


@given(st.lists(st.sampled_from(OTHERS), max_size=8), st.randoms(use_true_random=False), st.integers(0, 4))
def test_octets_changed_at_random(others: list[Binding], draw: random.Random, hits: int) -> None:
    data = bytearray(trap([*FIRST, *others]))
    for _ in range(hits):
        data[draw.randrange(len(data))] = draw.choice(
            [0, 1, 2, 4, 0x30, 0x7F, 0x80, 0x81, 0x82, 0xA7, 0xFF, draw.randrange(256)]
        )
    agree(bytes(data[: len(data) - draw.choice([0, 0, 0, 1, 5])]))
