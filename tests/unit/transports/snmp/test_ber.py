"""BER, octet by octet."""

import pytest

from cmsp_agent.transports.snmp import ber
from cmsp_agent.transports.snmp.ber import DecodeError, OidOctets, OidTexts


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\x04\x00", (4, 2, 2)),
        (b"\x04\x01a", (4, 2, 3)),
        (b"\x04\x81\x01a", (4, 3, 4)),
        (b"\x04\x81\x00", (4, 3, 3)),
        (b"\x04\x82\x00\x01a", (4, 4, 5)),
        (b"\x04\x84\x00\x00\x00\x01a", (4, 6, 7)),
        (b"\x04\x01ab", (4, 2, 3)),
        (b"\x04\x7f" + b"x" * 127, (4, 2, 129)),
        (b"\x04\x88" + bytes(7) + b"\x01a", (4, 10, 11)),
    ],
)
def test_headers(data: bytes, expected: tuple[int, int, int]) -> None:
    assert ber.header(data, 0, len(data)) == expected
    assert ber.header(b"\xee" + data, 1, len(data) + 1) == (expected[0], expected[1] + 1, expected[2] + 1)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x04",
        b"\x04\x01",
        b"\x04\x80a\x00\x00",
        b"\x04\x80" + bytes(130),
        b"\x04\x89\x00\x00\x00\x00\x00\x00\x00\x00\x01a",
        b"\x04\x82\x01",
        b"\x04\x84\xff\xff\xff\xff",
    ],
)
def test_headers_refused(data: bytes) -> None:
    with pytest.raises(DecodeError):
        ber.header(data, 0, len(data))


def test_nothing_past_the_enclosing_element_is_read() -> None:
    assert ber.header(b"\x04\x02ab", 0, 4) == (4, 2, 4)
    with pytest.raises(DecodeError):
        ber.header(b"\x04\x02ab", 0, 3)
    with pytest.raises(DecodeError):
        ber.header(b"\x04\x82\x00\x00ab", 0, 3)
    with pytest.raises(DecodeError):
        ber.header(b"\x04\x00", 1, 2)


def test_another_tag_is_refused() -> None:
    assert ber.content(b"\x30\x00", 0, 2, ber.SEQUENCE) == (2, 2)
    with pytest.raises(DecodeError, match=r"0x31 at octet 0 where 0x30"):
        ber.content(b"\x31\x00", 0, 2, ber.SEQUENCE)


@pytest.mark.parametrize(
    ("octets", "value"),
    [
        ("00", 0),
        ("7f", 127),
        ("0080", 128),
        ("80", -128),
        ("ff", -1),
        ("ff7f", -129),
        ("7fffffff", 0x7FFFFFFF),
        ("0000000001", 1),
    ],
)
def test_integers(octets: str, value: int) -> None:
    data = ber.element(ber.INTEGER, bytes.fromhex(octets))
    assert ber.integer(data, 0, len(data), -200, 0x7FFFFFFF) == (value, len(data))


def test_an_integer_of_no_octets_is_not_zero() -> None:
    with pytest.raises(DecodeError, match="no octets at octet 0"):
        ber.integer(b"\x02\x00", 0, 2, 0, 1)


def test_integers_are_held_to_their_range() -> None:
    for value, fits in ((4, False), (5, True), (9, True), (10, False)):
        data = ber.encode_integer(value)
        if fits:
            assert ber.integer(data, 0, 3, 5, 9) == (value, 3)
        else:
            with pytest.raises(DecodeError, match=r"5\.\.9"):
                ber.integer(data, 0, 3, 5, 9)
    with pytest.raises(DecodeError):
        ber.integer(b"\x04\x01\x05", 0, 3, 5, 9)


@pytest.mark.parametrize("value", [0, 1, 127, 128, 255, 256, -1, -128, -129, 0x7FFFFFFF, -0x80000000, (1 << 64) - 1])
def test_integers_take_the_fewest_octets(value: int) -> None:
    data = ber.encode_integer(value)
    assert int.from_bytes(data[2:], "big", signed=True) == value
    assert len(data) - 2 == next(size for size in range(1, 10) if -(1 << 8 * size - 1) <= value < 1 << 8 * size - 1)
    assert ber.encode_integer(value, 0x41)[0] == 0x41
    assert data[0] == 2


@pytest.mark.parametrize(
    ("size", "expected"), [(0, "00"), (127, "7f"), (128, "8180"), (255, "81ff"), (256, "820100"), (65536, "83010000")]
)
def test_lengths(size: int, expected: str) -> None:
    assert ber.length(size).hex() == expected


def test_octet_strings() -> None:
    assert ber.encode_octets(b"abc") == b"\x04\x03abc"
    assert ber.octets(b"\x04\x03abcd", 0, 6) == (b"abc", 5)
    with pytest.raises(DecodeError):
        ber.octets(b"\x24\x03abc", 0, 5)


OIDS = [
    ("1.3.6.1.2.1", "2b06010201"),
    ("0.0", "00"),
    ("0.39", "27"),
    ("1.0", "28"),
    ("1.39", "4f"),
    ("2.0", "50"),
    ("2.47", "7f"),
    ("2.48", "8100"),
    ("2.999.3", "883703"),
    ("1.3.127.128.16383.16384", "2b7f8100ff7f818000"),
    ("1.3.4294967295", "2b8fffffff7f"),
]


@pytest.mark.parametrize(("text", "octets"), OIDS)
def test_oids_both_ways(text: str, octets: str) -> None:
    assert ber.oid_octets(text).hex() == octets
    assert ber.oid_octets(f".{text}").hex() == octets
    assert ber.oid_text(bytes.fromhex(octets)) == text
    assert ber.oid_arcs(f".{text}") == tuple(map(int, text.split(".")))


@pytest.mark.parametrize("octets", ["2b81", "2b9080808000", "2b8fffffff8f", "2b8180", "ff"])
def test_bad_oids_are_refused(octets: str) -> None:
    with pytest.raises(DecodeError):
        ber.oid_text(bytes.fromhex(octets))


@pytest.mark.parametrize(
    ("octets", "text", "plain"),
    [
        ("", "0.0", ""),
        ("2b8001", "1.3.1", "2b01"),
        ("802b01", "1.3.1", "2b01"),
        ("2b80808001", "1.3.1", "2b01"),
        ("2b818001", "1.3.16385", "2b818001"),
        ("2b8081800180", None, "2b818001"),
        ("2b01", "1.3.1", "2b01"),
        ("2b818080018001", None, "2b8180800101"),
        ("2b7f8001", None, "2b7f01"),
    ],
)
def test_padding_means_nothing(octets: str, text: str | None, plain: str) -> None:
    assert ber.oid_plain(bytes.fromhex(octets)).hex() == plain
    if text:
        assert ber.oid_text(bytes.fromhex(octets)) == text


def test_an_oid_has_128_sub_identifiers_at_most() -> None:
    assert ber.oid_text(b"\x2b" + b"\x01" * 126) == "1.3" + ".1" * 126
    with pytest.raises(DecodeError):
        ber.oid_text(b"\x2b" + b"\x01" * 127)


def test_a_zero_group_within_a_sub_identifier_is_no_padding() -> None:
    assert ber.oid_text(bytes.fromhex("2b818000")) == "1.3.16384"


@pytest.mark.parametrize("text", ["", "1", "3.1", "0.40", "1.40", "1.3.4294967296", "1.3.-1", "a.b", "1..3", "-1.3"])
def test_bad_dotted_oids_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        ber.oid_octets(text)


def test_the_largest_second_arc() -> None:
    assert ber.oid_text(ber.oid_octets("2.4294967215")) == "2.4294967215"
    with pytest.raises(ValueError, match="not an OID"):
        ber.oid_octets("2.4294967216")


def test_the_caches_fill_themselves_and_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ber, "MOST_OIDS_KEPT", 3)
    texts, octets = OidTexts(), OidOctets()
    for last in range(10):
        text = f"1.3.{last}"
        assert octets[text] == bytes((43, last))
        assert texts[octets[text]] == text
        assert texts[octets[text]] == text
        assert 1 <= len(texts) <= 3
        assert len(texts) == len(octets) == last % 3 + 1
    with pytest.raises(DecodeError):
        texts[b"\x81"]
    assert b"\x81" not in texts


def test_tags_are_those_of_the_standards() -> None:
    """X.690 and RFC 2578: the other tests use the names only."""
    universal = (ber.INTEGER, ber.BIT_STRING, ber.OCTET_STRING, ber.NULL, ber.OBJECT_IDENTIFIER, ber.SEQUENCE)
    application = (
        ber.IP_ADDRESS,
        ber.COUNTER32,
        ber.GAUGE32,
        ber.TIME_TICKS,
        ber.OPAQUE,
        ber.NSAP,
        ber.COUNTER64,
        ber.UINTEGER32,
    )
    context = (ber.NO_SUCH_OBJECT, ber.NO_SUCH_INSTANCE, ber.END_OF_MIB_VIEW)
    assert bytes(universal + application + context).hex() == "0203040506304041424344454647808182"
