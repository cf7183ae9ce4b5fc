"""Lists of variable bindings."""

import pytest

from cmsp_agent.model.signal import Unreadable, Value
from cmsp_agent.transports.snmp import ber
from cmsp_agent.transports.snmp.ber import DecodeError, OidTexts
from cmsp_agent.transports.snmp.values import HeldValue, Missing
from cmsp_agent.transports.snmp.varbinds import (
    decode_varbinds,
    encode_value,
    encode_varbind,
    encode_varbinds,
    unspecified,
)

NAME = ber.oid_octets("1.3.6.1.2.1.1.1.0")
OTHER = ber.oid_octets("1.3.6.1.2.1.1.2.0")


def decoded(value: bytes, name: bytes = NAME) -> HeldValue:
    data = encode_varbind(name, value)
    names, values, holes = decode_varbinds(data, 0, len(data), OidTexts())
    assert names == [name]
    assert holes is isinstance(values[0], Missing | Unreadable)
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
        (ber.OPAQUE, b"\x9f\x77\x04\x00\x00\x00\x00"),
        (ber.OPAQUE, -0.125),
        (ber.BIT_STRING, b"\x00\x80"),
        (ber.UINTEGER32, 0xFF000000),
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
        "4209 010000000000000005",
        "410a 00000000000000000005",
        "4609 010000000000000000",
        "4003 010203",
        "4005 0102030405",
        "4000",
        "0602 2b81",
        "0606 2b9080808000",
        "0480",
        "2403 040161",
        "8300",
        "0300",
        "0489 000000000000000001 61",
        "0402 61",
        "0401 6161",
        "04",
        "",
        "4407 9f7804 7fc00000",
        "440b 9f7908 7ff0000000000000",
    ],
)
def test_what_can_not_be_read_costs_its_own_binding_only(value: str) -> None:
    bad = encode_varbind(NAME, bytes.fromhex(value))
    good = encode_varbind(OTHER, b"\x02\x01\x05")
    for data in (bad, bad + good, good + bad, good + bad + good):
        names, values, holes = decode_varbinds(data, 0, len(data), OidTexts())
        assert holes
        assert names.count(NAME) == 1
        for name, held in zip(names, values, strict=True):
            assert held == 5 if name == OTHER else isinstance(held, Unreadable) and held.reason


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("4104 80000000", 0x80000000),
        ("4104 f02122a0", 4028703392),
        ("4101 ff", 255),
        ("4105 0100000000", 0),
        ("4105 ff00000001", 1),
        ("4108 0100000000000005", 5),
        ("4209 000000000000000005", 5),
        ("4304 9a000001", 2583691265),
        ("4608 ffffffffffffffff", (1 << 64) - 1),
        ("4609 008000000000000000", 1 << 63),
        ("4701 05", 5),
        ("4704 ff000000", 0xFF000000),
        ("0302 0080", b"\x00\x80"),
        ("4502 6162", b"ab"),
        ("0600", "0.0"),
        ("0604 2b800105", "1.3.1.5"),
        ("4407 9f7804 3f800000", 1.0),
        ("440b 9f7908 c059000000000000", -100.0),
        ("4405 9f7602 0102", 258),
        ("4405 9f7b02 ff02", 0xFF02),
        ("4404 9f7a01 ff", -1),
        ("4406 9f7803 3f8000", b"\x9f\x78\x03\x3f\x80\x00"),
        ("8001 00", Missing.NO_SUCH_OBJECT),
        ("0501 00", Missing.UNSPECIFIED),
    ],
)
def test_what_net_snmp_reads_is_read(value: str, read: HeldValue) -> None:
    assert decoded(bytes.fromhex(value)) == read


def test_a_binding_longer_than_the_list_is_unreadable() -> None:
    good = encode_varbind(OTHER, b"\x02\x01\x05")
    long = encode_varbind(NAME, b"\x04\x05abcd")
    long = long[:1] + bytes((long[1] + 1,)) + long[2:]
    for behind in (b"", b"behind the list"):
        names, values, _ = decode_varbinds(good + long + behind, 0, len(good + long), OidTexts())
        assert names == [OTHER, NAME]
        assert values == [5, Unreadable("binding longer than the list that it is in", b"\x04\x05abcd")]


@pytest.mark.parametrize(
    "binding",
    ["3000", "3006 07012b0201 05", "300c 0508 2b06010201010300 ff00", "300c 4408 2b06010201010300 0600", "3003 06052b"],
)
def test_a_binding_without_a_name_costs_itself(binding: str) -> None:
    octets, good = bytes.fromhex(binding), bytes.fromhex("3006 06012b 020105")
    data = good + octets + good
    names, values, holes = decode_varbinds(data, 0, len(data), OidTexts())
    assert names == [b"\x2b", b"", b"\x2b"]
    assert values == [5, Unreadable("binding without a name", octets[2:]), 5]
    assert holes


def test_the_last_binding_without_a_name_costs_itself() -> None:
    data = bytes.fromhex("3006 06012b 020105 3004 04002005")
    names, values, _ = decode_varbinds(data, 0, len(data), OidTexts())
    assert names == [b"\x2b", b""]
    assert values == [5, Unreadable("binding without a name", data[10:])]


@pytest.mark.parametrize("value", ["020105", "040161", "06012b", "410105"])
def test_one_octet_behind_a_value_is_not_read_with_it(value: str) -> None:
    data = bytes.fromhex(f"3007 06012b {value} 00")
    [held] = decode_varbinds(data, 0, len(data), OidTexts())[1]
    assert held == Unreadable("octets after the value", data[5:])


def test_odd_but_lawful_integers() -> None:
    assert decoded(bytes.fromhex("02060000000000 01")) == 1
    assert decoded(bytes.fromhex("4105 00ffffffff")) == 0xFFFFFFFF
    assert decoded(bytes.fromhex("0403616263".replace("0403", "04820003"))) == b"abc"


@pytest.mark.parametrize(
    "data",
    [
        "3106 06012b0201 05",
        "2f06 06012b0201 05",
        "3005 06012b0201 05",
        "30",
        "3006",
        "3006 0601",
        "3080 06012b0500 0000",
        "3089000000000000000006 06012b020105",
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
        if end < 2 + 2 + len(NAME):
            with pytest.raises(DecodeError):
                decode_varbinds(one * 2, 0, end, OidTexts())
        else:
            assert isinstance(decode_varbinds(one * 2, 0, end, OidTexts())[1][0], Unreadable)
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


def test_a_list_announced_past_the_datagram_gives_no_value() -> None:
    data = encode_varbind(NAME, b"\x02\x01\x05")
    with pytest.raises(DecodeError, match="past the end of the datagram"):
        decode_varbinds(data, 0, len(data) + 1, OidTexts())


def test_octets_that_look_like_an_oid_seen_before_keep_their_type() -> None:
    texts = OidTexts()
    assert texts[b"\x2b\x06\x01\x02"] == "1.3.6.1.2"
    data = encode_varbind(NAME, b"\x40\x04\x2b\x06\x01\x02")
    assert decode_varbinds(data, 0, len(data), texts)[1] == ["43.6.1.2"]


@pytest.mark.parametrize("value", ["40 05 00 01 02 03 04", "44 05 00 01 02 03 04", "02 05 00 80 00 00 00"])
def test_five_octets_are_a_number_of_32_bits_only_where_the_type_says_so(value: str) -> None:
    encoded = bytes.fromhex(value)
    assert decoded(encoded) == decoded(encoded, ber.oid_octets("1.3" + ".4294967295" * 30))
    assert not isinstance(decoded(encoded), int) or encoded[0] == ber.INTEGER


@pytest.mark.parametrize("tag", [ber.COUNTER32, ber.GAUGE32, ber.TIME_TICKS])
def test_five_octets_that_do_not_begin_with_zero_are_cut_to_32_bits(tag: int) -> None:
    assert decoded(bytes((tag, 5, 1, 0, 0, 0, 2))) == 2


def test_a_value_of_another_length_than_its_binding_says_so() -> None:
    data = bytes.fromhex("300f 060a 2b060102010202bcbd18 010a03")
    _, [value], _ = decode_varbinds(data, 0, len(data), OidTexts())
    assert value == Unreadable("value longer than the binding that it is in", b"\x01\x0a\x03")


BAD = "unreadable"
SYS_UP_TIME = "2b06010201010300"


@pytest.mark.parametrize(
    ("data", "read"),
    [
        ("300c 0608 2b06010201010310 4100", [("2b06010201010310", BAD)]),
        ("3010 0608 8106010a0101198e 0300", [("8106010a0101198e", BAD)]),
        ("3013 0600 2b010102010202010a030405", [("", BAD)]),
        ("3010 0606 082b06010201 0300430480842e4f", [("082b06010201", BAD)]),
        ("300d 0608 2b06010201010300 430401", [(SYS_UP_TIME, BAD)]),
        ("300c 0608 082b060102010103 0042", [("082b060102010103", BAD)]),
        ("300d 0608 2b0103000401ff00 0405ff", [("2b0103000401ff00", BAD)]),
        ("300d 0608 2b06010201010300 4100ff", [(SYS_UP_TIME, BAD)]),
        ("3012 0608 2b06010201010300 4106003241cce462", [(SYS_UP_TIME, 0x41CCE462)]),
        ("3010 0608 2b06010201010300 020105 020106", [(SYS_UP_TIME, BAD)]),
        ("3011 0603 2b0601 030603010e030603", [("2b0601", BAD)]),
        ("300f 060a 2b060102010202bcbd18 010a03", [("2b060102010202bcbd18", BAD)]),
    ],
)
def test_lengths_that_do_not_add_up_are_followed_header_by_header(
    data: str, read: list[tuple[str, int | str]] | None
) -> None:
    octets = bytes.fromhex(data)
    if read is None:
        with pytest.raises(DecodeError):
            decode_varbinds(octets, 0, len(octets), OidTexts())
        return
    names, values, _ = decode_varbinds(octets, 0, len(octets), OidTexts())
    shown = [BAD if isinstance(value, Unreadable) else value for value in values]
    assert [(name.hex(), value) for name, value in zip(names, shown, strict=True)] == read
