"""The trap that nearly every device sends, read at one go: v2c, short lengths, sysUpTime and snmpTrapOID first.

Takes a shortcut, never a liberty: it accepts nothing that `message.decode` refuses and reads nothing otherwise (a test
holds it to that). Whatever is unusual, broken ones included, it leaves to `message.decode`.
"""

from typing import TypeAlias, cast

from cmsp_agent.transports.snmp import ber
from cmsp_agent.transports.snmp.ber import OidTexts
from cmsp_agent.transports.snmp.pdu import TRAP
from cmsp_agent.transports.snmp.varbinds import Value, decode_varbinds

SYS_UP_TIME = ber.oid_octets("1.3.6.1.2.1.1.3.0")
SNMP_TRAP_OID = ber.oid_octets("1.3.6.1.6.3.1.1.4.1.0")
SNMP_TRAP_ADDRESS = ber.oid_octets("1.3.6.1.6.3.18.1.3.0")

SHORTEST = 40
"""Octets; nothing shorter holds both of the first bindings."""
LONGEST_HEADERS = 20
"""Octets from the PDU's tag to the first binding at most, so that all of them can be looked at without asking."""

_FIRST = [SYS_UP_TIME, SNMP_TRAP_OID]
_VERSION_2C = b"\x02\x01\x01\x04"
_NO_ERROR = b"\x02\x01\x00\x02\x01\x00\x30"


UsualTrap: TypeAlias = tuple[str, int, tuple[tuple[str, Value], ...], str, bytes]
"""snmpTrapOID, sysUpTime, the other bindings, snmpTrapAddress or empty, community: as in `Notification`."""


def read_usual(data: bytes, texts: OidTexts) -> UsualTrap | None:
    """Read it, or None where it is not of the usual form.

    Raises:
        DecodeError: the variable bindings are malformed.
    """
    size = len(data)
    if size < SHORTEST or data[0] != ber.SEQUENCE:
        return None
    at, end = _content(data, 0)
    if end != size or not data.startswith(_VERSION_2C, at):
        return None
    start = at + 5
    at = start + data[start - 1]
    if data[start - 1] > 127 or at + LONGEST_HEADERS > size or data[at] != TRAP:
        return None
    community = data[start:at]
    at, end = _content(data, at)
    if end != size or data[at] != ber.INTEGER or not 0 < data[at + 1] < 5:
        return None
    at += 2 + data[at + 1]
    if not data.startswith(_NO_ERROR, at):
        return None
    at, end = _content(data, at + 6)
    if end != size:
        return None
    names, values, holes = decode_varbinds(data, at, size, texts)
    if holes or names[:2] != _FIRST or names.count(SYS_UP_TIME) + names.count(SNMP_TRAP_OID) > 2:
        return None
    uptime, trap_oid = values[0], values[1]
    if not isinstance(uptime, int) or not isinstance(trap_oid, str):
        return None
    # There are no holes: each value is one.
    varbinds = cast(
        "tuple[tuple[str, Value], ...]", tuple(zip(map(texts.__getitem__, names[2:]), values[2:], strict=True))
    )
    address = values[names.index(SNMP_TRAP_ADDRESS)] if SNMP_TRAP_ADDRESS in names else ""
    return trap_oid, uptime, varbinds, address if isinstance(address, str) else "", community


def _content(data: bytes, at: int) -> tuple[int, int]:
    """Where the content of the element starts and stops; lengths of more than two octets stop nowhere."""
    first = data[at + 1]
    if first < 128:
        return at + 2, at + 2 + first
    if first == 0x81:
        return at + 3, at + 3 + data[at + 2]
    if first == 0x82:
        return at + 4, at + 4 + (data[at + 2] << 8 | data[at + 3])
    return at, -1
