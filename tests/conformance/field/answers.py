"""SNMP answers: one odd value among good ones, odd bindings, odd frames around them.

What an agent does is named in plain words: agents of printers, UPSs, modems and gateways differ from the standard in
these ways. `BAD` stands for a value that must be unreadable; its neighbours live all the same.
"""

from typing import NamedTuple

from cmsp_agent.transports.snmp import ber
from cmsp_agent.transports.snmp.varbinds import encode_varbind

BAD = "unreadable"
FIRST, ODD, LAST = "1.3.6.1.2.1.1.4.0", "1.3.6.1.2.1.2.2.1.10.3", "1.3.6.1.2.1.1.6.0"
GOOD = ber.encode_octets(b"good")
REQUEST_ID = 0x01020304


class OddValue(NamedTuple):
    """A value in hex, its header included, and what is read of it."""

    what: str
    octets: str
    value: object


class OddBinding(NamedTuple):
    """A whole binding in hex; the bindings read of an answer that has it between two good ones."""

    what: str
    octets: bytes
    read: tuple[tuple[str, object], ...]


class OddFrame(NamedTuple):
    """A whole message around one good binding."""

    what: str
    octets: bytes


VALUES = (
    OddValue("Gauge32 in five octets, though it is small", "4205 0000000005", 5),
    OddValue("Gauge32 in eight octets", "4208 00000000000003e8", 1000),
    OddValue("Gauge32 with two leading zeros", "4204 000003e8", 1000),
    OddValue("a 64-bit counter under the tag of Counter32", "4108 0000000100000007", 7),
    OddValue("Counter32 in two octets, first bit set", "4102 c350", 50000),
    OddValue("TimeTicks in three octets, first bit set", "4303 c0ffee", 12648430),
    OddValue("TimeTicks in five octets after 497 days", "4305 0100000064", 100),
    OddValue("TimeTicks of nothing", "4300", BAD),
    OddValue("INTEGER in eight octets, as a C long", "0208 0000000000000007", 7),
    OddValue("INTEGER of -1 in eight octets", "0208 ffffffffffffffff", -1),
    OddValue("INTEGER of -1 in four octets", "0204 ffffffff", -1),
    OddValue("INTEGER of -100 in two octets", "0202 ff9c", -100),
    OddValue("an unsigned number over 2^31 as INTEGER", "0205 00ffffffff", BAD),
    OddValue("INTEGER of nothing", "0200", BAD),
    OddValue("text whose length is in two octets", "048104 676f6f64", b"good"),
    OddValue("text whose length is in three octets", "04820004 676f6f64", b"good"),
    OddValue("text whose length is in five octets", "0484 00000004 676f6f64", b"good"),
    OddValue("text whose length is in nine octets", "0488 0000000000000004 676f6f64", b"good"),
    OddValue("text of nothing", "0400", b""),
    OddValue("text of C with its end", "0405 676f6f6400", b"good\0"),
    OddValue("text of Latin-1", "0405 5a fc 72 69 63", b"Z\xfcric"),
    OddValue("a MAC address", "0406 001b54c0ffee", b"\x00\x1b\x54\xc0\xff\xee"),
    OddValue("zeroDotZero", "0601 00", "0.0"),
    OddValue("OID of one arc of ISO alone", "0601 2b", "1.3"),
    OddValue("OID under joint-iso-itu-t", "0603 883703", "2.999.3"),
    OddValue("OID with the largest sub-identifier", "0606 2b8fffffff7f", "1.3.4294967295"),
    OddValue("OID with a sub-identifier over 32 bits", "0606 2b9fffffff7f", BAD),
    OddValue("OID cut in a sub-identifier", "0602 2b86", BAD),
    OddValue("IpAddress", "4004 c0000201", "192.0.2.1"),
    OddValue("IpAddress of IPv6", "4010 20010db8000000000000000000000001", BAD),
    OddValue("IpAddress of nothing", "4000", BAD),
    OddValue("Counter64 in nine octets", "4609 00ffffffffffffffff", (1 << 64) - 1),
    OddValue("Counter64 in eight octets, first bit set", "4608 8000000000000001", (1 << 63) + 1),
    OddValue("Counter64 of one octet", "4601 7f", 127),
    OddValue("Counter64 of ten octets", "460a 00000000000000000001", BAD),
    OddValue("a float in an Opaque", "4407 9f7804 41bc0000", 23.5),
    OddValue("a double in an Opaque", "440b 9f7908 4037800000000000", 23.5),
    OddValue("a float that is no number", "4407 9f7804 7fc00000", BAD),
    OddValue("an Opaque of anything else", "4403 020105", b"\x02\x01\x05"),
    OddValue("a signed number in an Opaque", "4404 9f7a01 fe", -2),
    OddValue("BITS under the tag of BIT STRING", "0303 000080", b"\x00\x00\x80"),
    OddValue("UInteger32 of RFC 1442", "4704 000003e8", 1000),
    OddValue("NSAP address of RFC 1442", "4503 470005", b"\x47\x00\x05"),
    OddValue("a NULL for want of a value", "0500", None),
    OddValue("noSuchInstance", "8100", None),
    OddValue("ENUMERATED instead of INTEGER", "0a01 05", BAD),
    OddValue("BOOLEAN instead of TruthValue", "0101 ff", BAD),
    OddValue("UTF8String instead of OCTET STRING", "0c04 676f6f64", BAD),
    OddValue("a SEQUENCE as value", "3003 020101", BAD),
)


def _pair(oid: str, value: str) -> bytes:
    return ber.element(ber.OBJECT_IDENTIFIER, ber.oid_octets(oid)) + bytes.fromhex(value)


def _stretched(tag: int, body: bytes, octets: int) -> bytes:
    """An element whose length is written in more octets than needed."""
    return bytes((tag, 0x80 | octets)) + len(body).to_bytes(octets, "big") + body


BINDINGS = (
    OddBinding("length in two octets", _stretched(0x30, _pair(ODD, "020107"), 1), ((ODD, 7),)),
    OddBinding("length in five octets", _stretched(0x30, _pair(ODD, "020107"), 4), ((ODD, 7),)),
    OddBinding(
        "the name's length in two octets",
        ber.element(0x30, _stretched(0x06, ber.oid_octets(ODD), 1) + b"\x02\x01\x07"),
        ((ODD, 7),),
    ),
    OddBinding(
        "a padded sub-identifier in the name",
        ber.element(0x30, ber.element(0x06, ber.oid_octets(ODD[:-2]) + b"\x80\x03") + b"\x02\x01\x07"),
        ((ODD, 7),),
    ),
    OddBinding("a name of nothing", ber.element(0x30, b"\x06\x00\x02\x01\x07"), (("0.0", 7),)),
    OddBinding(
        "the same object twice",
        ber.element(0x30, _pair(ODD, "020107")) + ber.element(0x30, _pair(ODD, "020108")),
        ((ODD, 7), (ODD, 8)),
    ),
    OddBinding("a second value behind the first", ber.element(0x30, _pair(ODD, "020107 0500")), ((ODD, BAD),)),
    OddBinding("a value longer than its binding", ber.element(0x30, _pair(ODD, "0409 676f6f64")), ((ODD, BAD),)),
    OddBinding("nothing at all", b"\x30\x00", (("0.0", BAD),)),
    OddBinding("a name under the tag of text", ber.element(0x30, b"\x04\x01\x2b\x02\x01\x07"), (("0.0", BAD),)),
    OddBinding("no value", ber.element(0x30, _pair(ODD, "")), ((ODD, BAD),)),
)


def response(bindings: bytes, *, status: bytes = b"\x02\x01\x00", index: bytes = b"\x02\x01\x00") -> bytes:
    """A Response PDU."""
    return ber.element(0xA2, ber.encode_integer(REQUEST_ID) + status + index + ber.element(0x30, bindings))


BEFORE = b"\x02\x01\x01\x04\x06public"
HEAD = b"\x02\x04\x01\x02\x03\x04\x02\x01\x00\x02\x01\x00"
SOUND = encode_varbind(ber.oid_octets(FIRST), GOOD)
FRAMES = (
    OddFrame("all lengths in three octets, as a careless encoder writes them", _stretched(
        0x30, BEFORE + _stretched(0xA2, HEAD + _stretched(0x30, SOUND, 2), 2), 2
    )),
    OddFrame("the version in two octets", ber.element(0x30, b"\x02\x02\x00\x01\x04\x06public" + response(SOUND))),
    OddFrame("the community's length in two octets", ber.element(
        0x30, b"\x02\x01\x01\x04\x81\x06public" + response(SOUND)
    )),
    OddFrame("the request ID in five octets", ber.element(0x30, BEFORE + ber.element(
        0xA2, b"\x02\x05\x00\x01\x02\x03\x04\x02\x01\x00\x02\x01\x00" + ber.element(0x30, SOUND)
    ))),
    OddFrame("error fields in four octets", ber.element(
        0x30, BEFORE + response(SOUND, status=b"\x02\x04\x00\x00\x00\x00", index=b"\x02\x04\x00\x00\x00\x00")
    )),
    OddFrame("padding behind the message", ber.element(0x30, BEFORE + response(SOUND)) + bytes(7)),
    OddFrame("an old answer's tail behind the message", ber.element(0x30, BEFORE + response(SOUND)) + SOUND),
    OddFrame("octets behind the PDU", ber.element(0x30, BEFORE + response(SOUND) + b"\x05\x00")),
    OddFrame("octets behind the list", ber.element(0x30, BEFORE + ber.element(
        0xA2, HEAD + ber.element(0x30, SOUND) + b"\x05\x00"
    ))),
    OddFrame("an error index without an error", ber.element(
        0x30, BEFORE + response(SOUND, index=b"\x02\x01\x09")
    )),
)  # fmt: skip
