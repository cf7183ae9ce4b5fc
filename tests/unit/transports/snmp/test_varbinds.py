"""Lists of variable bindings."""

import pytest

from cmsp_agent.transports.snmp import ber
from cmsp_agent.transports.snmp.ber import DecodeError, OidTexts
from cmsp_agent.transports.snmp.varbinds import (
    Missing,
    Value,
    decode_varbinds,
    encode_value,
    encode_varbind,
    encode_varbinds,
    refuse_v2_types,
    unspecified,
)

NAME = ber.oid_octets("1.3.6.1.2.1.1.1.0")


def decoded(value: bytes, name: bytes = NAME) -> Value | Missing:
    data = encode_varbind(name, value)
    names, values, holes = decode_varbinds(data, 0, len(data), OidTexts())
    assert names == [name]
    assert holes is isinstance(values[0], Missing)
    return values[0]


@pytest.mark.parametrize(
    ("tag", "value"),
    [
        (ber.INTEGER, 0),
        (ber.INTEGER, 127),
        (ber.INTEGER, 128),
        (ber.INTEGER, -1),
        (ber.INTEGER, 0x7FFFFFFF),
        (ber.INTEGER, -0x80000000),
        (ber.COUNTER32, 0xFFFFFFFF),
        (ber.COUNTER32, 1),
        (ber.GAUGE32, 0x80000000),
        (ber.TIME_TICKS, 0xFFFFFFFF),
        (ber.COUNTER64, (1 << 64) - 1),
        (ber.COUNTER64, 1 << 32),
        (ber.COUNTER64, 5),
        (ber.OCTET_STRING, b""),
        (ber.OCTET_STRING, b"x" * 300),
        (ber.OPAQUE, b"\x9f\x78\x04\x00\x00\x00\x00"),
        (ber.IP_ADDRESS, "192.0.2.1"),
        (ber.OBJECT_IDENTIFIER, "1.3.6.1.4.1.9"),
    ],
)
def test_values_both_ways(tag: int, value: Value) -> None:
    assert decoded(encode_value(tag, value)) == value
    assert decoded(encode_value(tag, value), ber.oid_octets("1.3" + ".4294967295" * 30)) == value


@pytest.mark.parametrize("missing", list(Missing))
def test_missing_values(missing: Missing) -> None:
    assert decoded(encode_value(missing.value, None)) is missing


@pytest.mark.parametrize(
    "value",
    [
        "0200",
        "4100",
        "4200",
        "4300",
        "4600",
        "0205 0080000000",
        "0205 ff7fffffff",
        "4104 80000000",
        "4101 ff",
        "4105 0100000000",
        "4209 00000000000000000a0b".replace(" 0000", " 01"),
        "4609 010000000000000000",
        "4608 8000000000000000",
        "4003 010203",
        "4005 0102030405",
        "4000",
        "0501 00",
        "8001 00",
        "0602 2b81",
        "0600",
        "0480",
        "2403 040161",
        "4500",
        "4701 05",
        "8300",
        "0485 0000000001 61",
        "0402 61",
        "0401 6161",
    ],
)
def test_bad_values_are_refused(value: str) -> None:
    with pytest.raises(DecodeError):
        decoded(bytes.fromhex(value))


def test_odd_but_lawful_integers() -> None:
    assert decoded(bytes.fromhex("02060000000000 01")) == 1
    assert decoded(bytes.fromhex("4105 00ffffffff")) == 0xFFFFFFFF
    assert decoded(bytes.fromhex("0403616263".replace("0403", "04820003"))) == b"abc"


@pytest.mark.parametrize(
    "data",
    [
        "3106 06012b0201 05",
        "3007 06012b0201 05",
        "3006 07012b0201 05",
        "3005 06012b0201 05",
        "30",
        "3006",
        "3006 0601",
        "3080 06012b0500 0000",
        "30850000000006 06012b020105",
    ],
)
def test_bad_bindings_are_refused(data: str) -> None:
    octets = bytes.fromhex(data)
    with pytest.raises(DecodeError):
        decode_varbinds(octets, 0, len(octets), OidTexts())


def test_the_list_ends_where_it_says() -> None:
    one = encode_varbind(NAME, b"\x02\x01\x05")
    assert decode_varbinds(one * 3, 0, len(one) * 3, OidTexts())[1] == [5, 5, 5]
    assert decode_varbinds(b"", 0, 0, OidTexts()) == ([], [], False)
    assert decode_varbinds(one * 3, len(one), 2 * len(one), OidTexts())[1] == [5]
    for end in range(1, len(one)):
        with pytest.raises(DecodeError):
            decode_varbinds(one * 2, 0, end, OidTexts())
    with pytest.raises(DecodeError):
        decode_varbinds(one, 0, len(one) + 1, OidTexts())


def test_long_lengths_are_read_wherever_they_stand() -> None:
    data = bytes.fromhex("30820009 0681012b 04820001 61".replace("0009", "0009"))
    assert decode_varbinds(data, 0, len(data), OidTexts()) == ([b"\x2b"], [b"a"], False)


def test_requests() -> None:
    long = ber.oid_octets("1.3" + ".4294967295" * 30)
    assert unspecified([NAME]) == encode_varbinds([(NAME, b"\x05\x00")])
    assert unspecified([NAME, long]) == encode_varbinds([(NAME, b"\x05\x00"), (long, b"\x05\x00")])
    for size in (122, 123, 124, 125):
        name = b"\x2b" * size
        assert unspecified([name]) == encode_varbinds([(name, b"\x05\x00")])


@pytest.mark.parametrize(("tag", "value"), [(ber.COUNTER64, 5), (0x80, None), (0x81, None), (0x82, None)])
def test_v1_has_no_v2_types(tag: int, value: int | None) -> None:
    good = encode_varbind(NAME, encode_value(ber.OPAQUE, b"x"))
    data = good + encode_varbind(NAME, encode_value(tag, value))
    refuse_v2_types(good, 0, len(good))
    with pytest.raises(DecodeError):
        refuse_v2_types(data, 0, len(data))
