"""Datagrams to start mutations from: our own, of every kind, and those in captures that others made."""

import struct
from collections.abc import Iterator
from pathlib import Path

from cmsp_agent.model.signal import Value
from cmsp_agent.transports.snmp import ber, message, pdu, usm
from cmsp_agent.transports.snmp.keys import AUTH_PROTOCOLS, KeyRing
from cmsp_agent.transports.snmp.privacy import PRIV_PROTOCOLS
from cmsp_agent.transports.snmp.users import AUTH, PRIV, LocalUser, UsmUser, localized
from cmsp_agent.transports.snmp.varbinds import encode_value, encode_varbinds

ENGINE_ID = bytes.fromhex("8000000905aabbccddeeff")
USER = UsmUser(b"operator", AUTH_PROTOCOLS["SHA-1"], b"authpass12", PRIV_PROTOCOLS["AES-128"], b"privpass12")

TYPED: tuple[tuple[str, int, Value | None], ...] = (
    ("1.3.6.1.2.1.1.3.0", ber.TIME_TICKS, 4_294_967_295),
    ("1.3.6.1.6.3.1.1.4.1.0", ber.OBJECT_IDENTIFIER, "1.3.6.1.6.3.1.1.5.3"),
    ("1.3.6.1.2.1.1.5.0", ber.OCTET_STRING, b"gw-paris-1"),
    ("1.3.6.1.2.1.2.2.1.5.2147483647", ber.GAUGE32, 1_000_000_000),
    ("1.3.6.1.2.1.2.2.1.10.1", ber.COUNTER32, 127),
    ("1.3.6.1.2.1.4.20.1.1.10.0.0.1", ber.IP_ADDRESS, "10.0.0.1"),
    ("1.3.6.1.4.1.9.9.109.1.1.1.1.7.1", ber.INTEGER, -40),
    ("1.3.6.1.4.1.2021.10.1.6.1", ber.OPAQUE, b"\x9f\x78\x04\x3f\x80\x00\x00"),
    ("2.999.3", ber.NULL, None),
)
V2_TYPED: tuple[tuple[str, int, Value | None], ...] = (
    *TYPED,
    ("1.3.6.1.2.1.31.1.1.1.6.1", ber.COUNTER64, (1 << 64) - 1),
    ("1.3.6.1.2.1.31.1.1.1.6.2", ber.NO_SUCH_OBJECT, None),
    ("1.3.6.1.2.1.31.1.1.1.6.3", ber.NO_SUCH_INSTANCE, None),
    ("1.3.6.1.2.1.31.1.1.1.6.4", ber.END_OF_MIB_VIEW, None),
)


def bindings(typed: tuple[tuple[str, int, Value | None], ...]) -> bytes:
    """An encoded VarBindList."""
    return encode_varbinds([(ber.oid_octets(oid), encode_value(tag, value)) for oid, tag, value in typed])


def trap_v1() -> bytes:
    """An SNMPv1 trap."""
    body = (
        encode_value(ber.OBJECT_IDENTIFIER, "1.3.6.1.4.1.9.1.1")
        + encode_value(ber.IP_ADDRESS, "192.0.2.7")
        + ber.encode_integer(6)
        + ber.encode_integer(42)
        + ber.encode_integer(123456, ber.TIME_TICKS)
        + bindings(TYPED[2:4])
    )
    return message.encode(message.prefix(message.V1, b"public"), ber.element(pdu.TRAP_V1, body))


def own_community() -> list[bytes]:
    """Messages of v1 and v2c of every kind."""
    out = [trap_v1()]
    for version, kinds, typed in (
        (message.V1, (pdu.GET, pdu.RESPONSE), TYPED),
        (message.V2C, (pdu.GET_NEXT, pdu.RESPONSE, pdu.GET_BULK, pdu.INFORM, pdu.TRAP, pdu.REPORT), V2_TYPED),
    ):
        before = message.prefix(version, b"public")
        out.extend(message.encode(before, pdu.encode_pdu(kind, 0x12345678, 2, 1, bindings(typed))) for kind in kinds)
    big = tuple((f"1.3.6.1.2.1.2.2.1.2.{row}", ber.OCTET_STRING, b"x" * 200) for row in range(5))
    before = message.prefix(message.V2C, b"public")
    out.append(message.encode(before, pdu.encode_pdu(pdu.RESPONSE, 0x12345678, 0, 0, bindings(big))))
    return out


def operator() -> LocalUser:
    """The user of the v3 samples."""
    return localized(USER, ENGINE_ID, KeyRing())


def own_v3() -> list[bytes]:
    """SNMPv3 messages at each security level, a REPORT among them."""
    user = operator()
    report = (("1.3.6.1.6.3.15.1.1.4.0", ber.COUNTER32, 5),)
    response = usm.encode_scoped(ENGINE_ID, b"", pdu.encode_pdu(pdu.RESPONSE, 0x12345678, 0, 0, bindings(V2_TYPED)))
    trap = usm.encode_scoped(ENGINE_ID, b"ctx", pdu.encode_pdu(pdu.TRAP, 77, 0, 0, bindings(TYPED)))
    reported = usm.encode_scoped(ENGINE_ID, b"", pdu.encode_pdu(pdu.REPORT, 0, 0, 0, bindings(report)))
    return [
        usm.encode(user, 3, 4711, 0x12345678, response, AUTH | PRIV),
        usm.encode(user, 3, 4711, 0x12345678, response, AUTH),
        usm.encode(user, 3, 4711, 0x12345678, response, 0),
        usm.encode(user, 3, 4711, 77, trap, AUTH | PRIV),
        usm.encode(user, 3, 4711, 77, reported, AUTH),
        usm.encode(usm.NOBODY, 0, 0, 99, usm.encode_scoped(b"", b"", pdu.ask(pdu.GET, 99, [])), usm.REPORTABLE),
    ]


def udp_payloads(capture: Path) -> Iterator[bytes]:
    """The UDP payloads over IPv4 of a classic pcap file of Ethernet or raw IP frames."""
    data = capture.read_bytes()
    order = "<" if data[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
    link = struct.unpack_from(order + "I", data, 20)[0]
    at = 24
    while at + 16 <= len(data):
        size = struct.unpack_from(order + "I", data, at + 8)[0]
        frame = data[at + 16 : at + 16 + size]
        at += 16 + size
        if link == 1:
            skip = 18 if frame[12:14] == b"\x81\x00" else 14
            frame = frame[skip:]
        if len(frame) > 28 and frame[0] >> 4 == 4 and frame[9] == 17:
            yield frame[(frame[0] & 15) * 4 + 8 :]


def captured(shared: Path) -> list[bytes]:
    """All SNMP datagrams of the captures."""
    folder = shared / "testdata" / "pcap-zeek" / "traces" / "snmp"
    return [payload for capture in sorted(folder.glob("*.pcap")) for payload in udp_payloads(capture)]
