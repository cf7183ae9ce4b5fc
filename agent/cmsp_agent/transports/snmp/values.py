"""What a binding may hold, and the reading of unusual values: as tolerant as net-snmp, without inventing a figure.

The usual values are read by the hot loop in `varbinds`; the others are read here, one at a time.
"""

import struct
from enum import Enum
from math import isfinite
from typing import TypeAlias

from cmsp_agent.model.signal import Unreadable, Value
from cmsp_agent.transports.snmp import ber
from cmsp_agent.transports.snmp.ber import DecodeError, OidTexts


class Missing(Enum):
    """What a device says instead of a value (RFC 3416 section 3): never zero, never an empty string."""

    UNSPECIFIED = ber.NULL
    NO_SUCH_OBJECT = ber.NO_SUCH_OBJECT
    NO_SUCH_INSTANCE = ber.NO_SUCH_INSTANCE
    END_OF_MIB_VIEW = ber.END_OF_MIB_VIEW


HeldValue: TypeAlias = Value | Missing | Unreadable
"""What stands beside a name."""

NO_NAME = "binding without a name"
MISSING = {missing.value: missing for missing in Missing}
MASKS = {
    ber.COUNTER32: 0xFFFFFFFF,
    ber.GAUGE32: 0xFFFFFFFF,
    ber.TIME_TICKS: 0xFFFFFFFF,
    ber.UINTEGER32: 0xFFFFFFFF,
    ber.COUNTER64: 0xFFFFFFFFFFFFFFFF,
}
"""Unsigned numbers, by tag → the bits that they have."""

OPAQUE_FLOAT = b"\x9f\x78\x04"
OPAQUE_DOUBLE = b"\x9f\x79\x08"
OPAQUE_COUNTER64 = b"\x9f\x76"
OPAQUE_INT64 = b"\x9f\x7a"
OPAQUE_UINT64 = b"\x9f\x7b"
"""What Opaque wraps by net-snmp's convention (draft-perkins-opaque-01): tag in two octets, length."""
BARE = {(0x78, 4): OPAQUE_FLOAT, (0x79, 8): OPAQUE_DOUBLE}
"""Float and double without the Opaque around them: the second octet of their tag stands alone."""


def unusual(tag: int, content: bytes, texts: OidTexts) -> HeldValue:
    """Read the value of any type from its content octets; an `Unreadable` with the reason where it can't be."""
    if tag in MASKS:
        return unsigned(content, MASKS[tag])
    if tag == ber.INTEGER:
        return _integer(content)
    if tag == ber.BIT_STRING:
        return content or Unreadable("bit string of no octets", content)
    if tag in (ber.OCTET_STRING, ber.NSAP):
        return content
    if tag == ber.OBJECT_IDENTIFIER:
        try:
            return texts[content]
        except DecodeError as error:
            return Unreadable(str(error), content)
    if tag == ber.IP_ADDRESS:
        if len(content) != 4:
            return Unreadable("IpAddress that is not four octets long", content)
        return "%d.%d.%d.%d" % tuple(content)  # noqa: UP031 - a fifth of the time of IPv4Address
    if tag == ber.OPAQUE:
        return _opaque(content)
    if tag in MISSING:
        return MISSING[tag]
    if (tag, len(content)) in BARE:
        return _opaque(BARE[tag, len(content)] + content)
    return Unreadable(f"value of unknown tag {tag:#04x}", content)


def unsigned(content: bytes, mask: int) -> int | Unreadable:
    """An unsigned number: devices leave out the leading zero, so the first bit is no sign; low bits of one too long."""
    size = len(content)
    if not size:
        return Unreadable("number of no octets", content)  # never zero for want of a value
    if size > 9 or (size == 9 and content[0]):
        return Unreadable("number of more than 64 bits", content)
    return int.from_bytes(content, "big") & mask


def _integer(content: bytes) -> int | Unreadable:
    if not content:
        return Unreadable("number of no octets", content)
    value = int.from_bytes(content, "big", signed=True)
    if not -0x80000000 <= value <= 0x7FFFFFFF:
        return Unreadable("INTEGER of more than 32 bits", content)
    return value


def _opaque(content: bytes) -> HeldValue:
    """A number wrapped by net-snmp's convention, else the octets as they are."""
    size = len(content)
    if size == 7 and content.startswith(OPAQUE_FLOAT):
        return _finite(struct.unpack(">f", content[3:])[0], content)
    if size == 11 and content.startswith(OPAQUE_DOUBLE):
        return _finite(struct.unpack(">d", content[3:])[0], content)
    kind, number = content[:2], content[3:]
    if size < 3 or content[2] != size - 3 or kind not in (OPAQUE_COUNTER64, OPAQUE_UINT64, OPAQUE_INT64):
        return content
    value = unsigned(number, 0xFFFFFFFFFFFFFFFF)
    if kind == OPAQUE_INT64 and isinstance(value, int):
        return int.from_bytes(number[-8:], "big", signed=True)
    return value


def _finite(value: float, content: bytes) -> float | Unreadable:
    return value if isfinite(value) else Unreadable("not a finite number", content)
