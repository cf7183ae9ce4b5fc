"""PDUs of all versions (RFC 1157, RFC 3416): requests, responses, traps and informs.

Leaves the message around them to `message` and `usm`.
"""

from typing import NamedTuple

from cmsp_agent.model.signal import Unreadable
from cmsp_agent.transports.snmp import ber
from cmsp_agent.transports.snmp.ber import DecodeError, OidTexts
from cmsp_agent.transports.snmp.values import HeldValue, unsigned
from cmsp_agent.transports.snmp.varbinds import decode_varbinds, unspecified

GET = 0xA0
GET_NEXT = 0xA1
RESPONSE = 0xA2
TRAP_V1 = 0xA4
GET_BULK = 0xA5
INFORM = 0xA6
TRAP = 0xA7
REPORT = 0xA8

TOO_BIG = 1
NO_SUCH_NAME = 2
AUTHORIZATION_ERROR = 16

ERROR_NAMES = (
    "noError",
    "tooBig",
    "noSuchName",
    "badValue",
    "readOnly",
    "genErr",
    "noAccess",
    "wrongType",
    "wrongLength",
    "wrongEncoding",
    "wrongValue",
    "noCreation",
    "inconsistentValue",
    "resourceUnavailable",
    "commitFailed",
    "undoFailed",
    "authorizationError",
    "notWritable",
    "inconsistentName",
)

LOWEST = -0x80000000
HIGHEST = 0x7FFFFFFF
HIGHEST_UNSIGNED = 0xFFFFFFFF
"""Senders that count without a sign write a fifth octet."""


class Pdu(NamedTuple):
    """Any PDU but the trap of v1. In a GETBULK the two error fields are non-repeaters and max-repetitions."""

    kind: int
    request_id: int
    error_status: int
    error_index: int
    names: list[bytes]
    """Content octets of the OIDs, in order."""
    values: list[HeldValue]
    """As many as there are names."""
    holes: bool = False
    """Whether any value is a `Missing` or an `Unreadable`."""
    raw: bytes = b""
    """The encoded VarBindList of an inform, which its acknowledgement repeats; empty for all others."""


class TrapV1(NamedTuple):
    """The trap PDU of SNMPv1 (RFC 1157 section 4.1.6)."""

    enterprise: str
    agent_address: str
    generic: int
    specific: int
    uptime: int
    """Hundredths of a second."""
    names: list[bytes]
    values: list[HeldValue]


def error_name(status: int) -> str:
    """The name of an error-status, as RFC 3416 spells it."""
    return ERROR_NAMES[status] if 0 <= status < len(ERROR_NAMES) else f"error-status {status}"


def decode_pdu(data: bytes, at: int, end: int, texts: OidTexts) -> Pdu:
    """Decode the PDU that begins `data[at:end]`. Octets after it mean nothing.

    Raises:
        DecodeError: anything around the bindings is wrong, an SNMPv1 trap among others.
    """
    kind, at, stop = ber.header(data, at, end)
    if not GET <= kind <= REPORT or kind == TRAP_V1:
        raise DecodeError(f"no PDU (tag {kind:#04x})")
    request_id, at = ber.integer(data, at, stop, LOWEST, HIGHEST_UNSIGNED)
    status, at = ber.integer(data, at, stop, LOWEST, HIGHEST)
    index, at = ber.integer(data, at, stop, LOWEST, HIGHEST)
    bindings = at
    at, stop = ber.content(data, at, stop, ber.SEQUENCE)
    names, values, holes = decode_varbinds(data, at, stop, texts)
    return Pdu(kind, request_id, status, index, names, values, holes, data[bindings:stop] if kind == INFORM else b"")


def decode_trap_v1(data: bytes, at: int, end: int, texts: OidTexts) -> TrapV1:
    """Decode the SNMPv1 trap that begins `data[at:end]`. An invalid agent address reads as 0.0.0.0.

    Raises:
        DecodeError: anything around the bindings is wrong.
    """
    at, stop = ber.content(data, at, end, TRAP_V1)
    start, at = ber.content(data, at, stop, ber.OBJECT_IDENTIFIER)
    enterprise = texts[data[start:at]]
    tag, start, at = ber.header(data, at, stop)
    if tag not in (ber.IP_ADDRESS, ber.OCTET_STRING):
        raise DecodeError(f"tag {tag:#04x} where the agent address belongs")
    address = ".".join(map(str, data[start:at])) if at - start == 4 else "0.0.0.0"
    generic, at = ber.integer(data, at, stop, 0, HIGHEST)
    specific, at = ber.integer(data, at, stop, LOWEST, HIGHEST_UNSIGNED)
    tag, start, at = ber.header(data, at, stop)
    if tag not in (ber.TIME_TICKS, ber.GAUGE32, ber.COUNTER32, ber.UINTEGER32):
        raise DecodeError(f"tag {tag:#04x} where the time stamp belongs")
    uptime = unsigned(data[start:at], 0xFFFFFFFF)
    if isinstance(uptime, Unreadable):
        raise DecodeError(f"time stamp: {uptime.reason}")
    at, stop = ber.content(data, at, stop, ber.SEQUENCE)
    names, values, _ = decode_varbinds(data, at, stop, texts)
    return TrapV1(enterprise, address, generic, specific, uptime, names, values)


def encode_pdu(kind: int, request_id: int, status: int, index: int, varbinds: bytes) -> bytes:
    """Encode a PDU around an encoded VarBindList (`varbinds.encode_varbinds`, `varbinds.unspecified`)."""
    integer = ber.encode_integer
    return ber.element(kind, integer(request_id) + integer(status) + integer(index) + varbinds)


def ask(kind: int, request_id: int, names: list[bytes], repetitions: int = 0) -> bytes:
    """Encode a GET, GETNEXT or GETBULK of the names; a GETBULK repeats all of them."""
    return encode_pdu(kind, request_id, 0, repetitions if kind == GET_BULK else 0, unspecified(names))
