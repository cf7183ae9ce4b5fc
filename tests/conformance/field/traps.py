"""Traps as agents, scripts and proxies send them: what is read of each, its name, its uptime and its bindings."""

from typing import NamedTuple

from cmsp_agent.transports.snmp import ber
from cmsp_agent.transports.snmp.varbinds import encode_varbind
from tests.conformance.field.answers import BAD

UPTIME, TRAP_OID = "1.3.6.1.2.1.1.3.0", "1.3.6.1.6.3.1.1.4.1.0"
LINK_DOWN = "1.3.6.1.6.3.1.1.5.3"
STATUS, TEXT = "1.3.6.1.2.1.2.2.1.8.7", "1.3.6.1.2.1.2.2.1.2.7"
UPS = "1.3.6.1.4.1.99999.2"
DOWN = (STATUS, 2)


class OddTrap(NamedTuple):
    """A trap without its community, and what is read of it."""

    what: str
    version: int
    pdu: bytes
    trap_oid: str | None
    """None: nothing is read."""
    uptime: int = 1000
    bindings: tuple[tuple[str, object], ...] = (DOWN,)


def oid(text: str) -> bytes:
    """An OID as a value."""
    return ber.element(ber.OBJECT_IDENTIFIER, ber.oid_octets(text))


def pair(name: str, value: str | bytes) -> bytes:
    """A binding; the value in hex, or its octets."""
    return encode_varbind(ber.oid_octets(name), bytes.fromhex(value) if isinstance(value, str) else value)


AT, NAMED, IS_DOWN = pair(UPTIME, "4302 03e8"), pair(TRAP_OID, oid(LINK_DOWN)), pair(STATUS, "0201 02")
NUMBERS = "0201 01 0201 00 0201 00"


def v2(*bindings: bytes, numbers: str = NUMBERS, kind: int = 0xA7) -> bytes:
    """A trap of SNMPv2."""
    return ber.element(kind, bytes.fromhex(numbers) + ber.element(0x30, b"".join(bindings)))


def v1(
    generic: str = "0201 02",
    specific: str = "0201 00",
    *bindings: bytes,
    enterprise: str | bytes = UPS,
    address: str = "4004 c0000207",
    time: str = "4302 03e8",
) -> bytes:
    """A trap of SNMPv1; with linkDown's binding where none is given."""
    maker = oid(enterprise) if isinstance(enterprise, str) else enterprise
    numbers = bytes.fromhex(address + generic + specific + time)
    return ber.element(0xA4, maker + numbers + ber.element(0x30, b"".join(bindings or (IS_DOWN,))))


def text(value: bytes) -> bytes:
    """A binding of ifDescr."""
    return pair(TEXT, ber.encode_octets(value))


def stretched(tag: int, body: bytes) -> bytes:
    """An element whose length is written in three octets."""
    return bytes((tag, 0x82)) + len(body).to_bytes(2, "big") + body


V2 = (
    OddTrap("as nearly all send it", 1, v2(AT, NAMED, IS_DOWN), LINK_DOWN),
    OddTrap("no uptime", 1, v2(NAMED, IS_DOWN), LINK_DOWN, 0),
    OddTrap("name and uptime the other way round", 1, v2(NAMED, AT, IS_DOWN), LINK_DOWN),
    OddTrap("name and uptime behind the rest", 1, v2(IS_DOWN, AT, NAMED), LINK_DOWN),
    OddTrap("no name", 1, v2(AT, IS_DOWN), None),
    OddTrap("no bindings at all", 1, v2(), None),
    OddTrap("nothing but name and uptime", 1, v2(AT, NAMED), LINK_DOWN, 1000, ()),
    OddTrap("uptime twice", 1, v2(AT, AT, NAMED, IS_DOWN), LINK_DOWN, 1000, ((UPTIME, 1000), DOWN)),
    OddTrap("the name twice", 1, v2(AT, NAMED, pair(TRAP_OID, oid(UPS)), IS_DOWN), LINK_DOWN, 1000,
            ((TRAP_OID, UPS), DOWN)),
    OddTrap("uptime of zero", 1, v2(pair(UPTIME, "4301 00"), NAMED, IS_DOWN), LINK_DOWN, 0),
    OddTrap("uptime as INTEGER", 1, v2(pair(UPTIME, "0202 03e8"), NAMED, IS_DOWN), LINK_DOWN),
    OddTrap("uptime as Gauge32", 1, v2(pair(UPTIME, "4202 03e8"), NAMED, IS_DOWN), LINK_DOWN),
    OddTrap("uptime as Counter64", 1, v2(pair(UPTIME, "4602 03e8"), NAMED, IS_DOWN), LINK_DOWN),
    OddTrap("uptime after 248 days in four octets", 1, v2(pair(UPTIME, "4304 80000001"), NAMED, IS_DOWN), LINK_DOWN,
            0x80000001),
    OddTrap("uptime after 497 days in five octets", 1, v2(pair(UPTIME, "4305 01000003e8"), NAMED, IS_DOWN), LINK_DOWN),
    OddTrap("uptime in five octets for no reason", 1, v2(pair(UPTIME, "4305 00000003e8"), NAMED, IS_DOWN), LINK_DOWN),
    OddTrap("uptime of nothing", 1, v2(pair(UPTIME, "4300"), NAMED, IS_DOWN), LINK_DOWN, 0, (DOWN, (UPTIME, BAD))),
    OddTrap("the name is zeroDotZero", 1, v2(AT, pair(TRAP_OID, "0601 00"), IS_DOWN), "0.0"),
    OddTrap("the name has no octets", 1, v2(AT, pair(TRAP_OID, "0600"), IS_DOWN), "0.0"),
    OddTrap("the name is padded", 1, v2(AT, pair(TRAP_OID, "060a 2b0601060301018005 03"), IS_DOWN), LINK_DOWN),
    OddTrap("the name's length in two octets", 1, v2(AT, pair(TRAP_OID, "068109 2b0601060301010503"), IS_DOWN),
            LINK_DOWN),
    OddTrap("an ID of zero", 1, v2(AT, NAMED, IS_DOWN, numbers="0201 00 0201 00 0201 00"), LINK_DOWN),
    OddTrap("a negative ID", 1, v2(AT, NAMED, IS_DOWN, numbers="0204 80000001 0201 00 0201 00"), LINK_DOWN),
    OddTrap("an ID in five octets", 1, v2(AT, NAMED, IS_DOWN, numbers="0205 0012345678 0201 00 0201 00"), LINK_DOWN),
    OddTrap("an error-status left behind", 1, v2(AT, NAMED, IS_DOWN, numbers="0201 01 0201 02 0201 01"), LINK_DOWN),
    OddTrap("all lengths in three octets", 1, stretched(0xA7, bytes.fromhex(NUMBERS) + stretched(
        0x30, stretched(0x30, AT[2:]) + stretched(0x30, NAMED[2:]) + stretched(0x30, IS_DOWN[2:]))), LINK_DOWN),
    OddTrap("an inform", 1, v2(AT, NAMED, IS_DOWN, kind=0xA6), LINK_DOWN),
    OddTrap("text in UTF-8", 1, v2(AT, NAMED, text("Büro".encode())), LINK_DOWN, 1000, ((TEXT, "Büro".encode()),)),
    OddTrap("text in Latin-1", 1, v2(AT, NAMED, text(b"B\xfcro")), LINK_DOWN, 1000, ((TEXT, b"B\xfcro"),)),
    OddTrap("text with its end", 1, v2(AT, NAMED, text(b"Gi0/1\0")), LINK_DOWN, 1000, ((TEXT, b"Gi0/1\0"),)),
    OddTrap("empty text", 1, v2(AT, NAMED, text(b"")), LINK_DOWN, 1000, ((TEXT, b""),)),
    OddTrap("text of 200 octets", 1, v2(AT, NAMED, text(b"x" * 200)), LINK_DOWN, 1000, ((TEXT, b"x" * 200),)),
    OddTrap("a NULL", 1, v2(AT, NAMED, pair(TEXT, "0500"), IS_DOWN), LINK_DOWN, 1000, ((TEXT, None), DOWN)),
    OddTrap("noSuchInstance, passed on by a script", 1, v2(AT, NAMED, pair(TEXT, "8100"), IS_DOWN), LINK_DOWN, 1000,
            ((TEXT, None), DOWN)),
    OddTrap("a value of nothing", 1, v2(AT, NAMED, pair(STATUS, "0200"), text(b"eth0")), LINK_DOWN, 1000,
            ((TEXT, b"eth0"), (STATUS, BAD))),
    OddTrap("an IpAddress of IPv6", 1, v2(AT, NAMED, pair(TEXT, "4010" + "20010db8" + "00" * 12), IS_DOWN), LINK_DOWN,
            1000, (DOWN, (TEXT, BAD))),
    OddTrap("a float", 1, v2(AT, NAMED, pair(f"{UPS}.1.0", "4407 9f7804 41bc0000")), LINK_DOWN, 1000,
            ((f"{UPS}.1.0", 23.5),)),
    OddTrap("a last binding longer than the message", 1, v2(AT, NAMED, IS_DOWN, bytes.fromhex(
        "3012 060a 2b060102010202010207 0409 65746830")), LINK_DOWN, 1000, (DOWN, (TEXT, BAD))),
    OddTrap("the name of a binding has no octets", 1, v2(AT, NAMED, bytes.fromhex("3005 0600 020107")), LINK_DOWN, 1000,
            (("0.0", 7),)),
    OddTrap("a hundred bindings", 1, v2(AT, NAMED, *[IS_DOWN] * 100), LINK_DOWN, 1000, (DOWN,) * 100),
    OddTrap("the name as text", 1, v2(AT, pair(TRAP_OID, ber.encode_octets(LINK_DOWN.encode())), IS_DOWN), LINK_DOWN),
    OddTrap("the name as words", 1, v2(AT, pair(TRAP_OID, ber.encode_octets(b"linkDown")), IS_DOWN), "0.0", 1000,
            ((TRAP_OID, b"linkDown"), DOWN)),
    OddTrap("an ID over 31 bits", 1, v2(AT, NAMED, IS_DOWN, numbers="0205 00ffffffff 0201 00 0201 00"), LINK_DOWN),
    OddTrap("a trap of v1 in a message of v2c", 1, v1(), LINK_DOWN),
    OddTrap("a trap of v2 in a message of v1", 0, v2(AT, NAMED, IS_DOWN), LINK_DOWN),
    OddTrap("an inform in a message of v1", 0, v2(AT, NAMED, IS_DOWN, kind=0xA6), LINK_DOWN),
    OddTrap("a Response in a message of v1", 0, v2(AT, NAMED, IS_DOWN, kind=0xA2), None),
    OddTrap("a Response at the trap port", 1, v2(AT, NAMED, IS_DOWN, kind=0xA2), None),
    OddTrap("a GET at the trap port", 1, v2(AT, NAMED, IS_DOWN, kind=0xA0), None),
)  # fmt: skip

GENERIC = "1.3.6.1.6.3.1.1.5"
V1 = (
    *(OddTrap(f"generic trap {number}", 0, v1(f"0201 0{number}"), f"{GENERIC}.{number + 1}") for number in range(6)),
    OddTrap("a maker's trap", 0, v1("0201 06", "0201 2a"), f"{UPS}.0.42"),
    OddTrap("a maker's trap of number zero", 0, v1("0201 06", "0201 00"), f"{UPS}.0.0"),
    OddTrap("a maker's trap of the highest number", 0, v1("0201 06", "0204 7fffffff"), f"{UPS}.0.2147483647"),
    OddTrap("a maker's trap of a number over 31 bits", 0, v1("0201 06", "0205 0080000001"), f"{UPS}.0.2147483649"),
    OddTrap("a generic trap that there is not", 0, v1("0201 07", "0201 2a"), f"{UPS}.0.42"),
    OddTrap("a maker's trap whose number is padded", 0, v1("0201 06", "0204 0000002a"), f"{UPS}.0.42"),
    OddTrap("a generic trap with a number of the maker's too", 0, v1("0201 02", "0201 2a"), LINK_DOWN),
    OddTrap("the generic number in four octets", 0, v1("0204 00000002"), LINK_DOWN),
    OddTrap("an enterprise of no octets", 0, v1("0201 02", enterprise=b"\6\0"), LINK_DOWN),
    OddTrap("an enterprise that ends with zero", 0, v1("0201 06", "0201 2a", enterprise=f"{UPS}.0"), f"{UPS}.0.0.42"),
    OddTrap("a padded enterprise", 0, v1("0201 02", enterprise=bytes.fromhex("0608 2b060104018009 09")), LINK_DOWN),
    OddTrap("no address of its own", 0, v1(address="4004 00000000"), LINK_DOWN),
    OddTrap("an address of no octets", 0, v1(address="4000"), LINK_DOWN),
    OddTrap("an address as OCTET STRING", 0, v1(address="0404 c0000207"), LINK_DOWN),
    OddTrap("an address of IPv6", 0, v1(address="4010 20010db8" + "00" * 12), LINK_DOWN),
    OddTrap("a time stamp after 248 days", 0, v1(time="4304 80000001"), LINK_DOWN, 0x80000001),
    OddTrap("a time stamp after 497 days", 0, v1(time="4305 01000003e8"), LINK_DOWN),
    OddTrap("a time stamp as Gauge32", 0, v1(time="4202 03e8"), LINK_DOWN),
    OddTrap("a Counter64, which v1 has not", 0, v1("0201 02", "0201 00", pair(STATUS, "4601 02")), LINK_DOWN),
    OddTrap("a value of nothing", 0, v1("0201 02", "0201 00", pair(STATUS, "4100"), text(b"eth0")), LINK_DOWN, 1000,
            ((TEXT, b"eth0"), (STATUS, BAD))),
)  # fmt: skip
TRAPS = (*V2, *V1)
