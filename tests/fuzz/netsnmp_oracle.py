"""What net-snmp makes of a message of v1 or v2c, in the terms of our own codec: the oracle of tolerance.

Calls the parser in libsnmp, the one that `snmpget`, `snmpwalk` and `snmptrapd` read with, without a process for each
datagram. It may be called on one thread only.
"""

import ctypes
from ctypes.util import find_library
from typing import Any, NamedTuple

from cmsp_agent.transports.snmp import ber

Value = int | float | bytes | str | None

_LONGEST_NAME = 128


class _Binding(ctypes.Structure):
    pass


_Binding._fields_ = [
    ("following", ctypes.POINTER(_Binding)),
    ("name", ctypes.POINTER(ctypes.c_ulong)),
    ("name_length", ctypes.c_size_t),
    ("type", ctypes.c_ubyte),
    ("value", ctypes.c_void_p),
    ("size", ctypes.c_size_t),
]


class _Pdu(ctypes.Structure):
    """`struct snmp_pdu` of net-snmp/types.h, up to agent_addr."""

    _fields_ = (
        ("version", ctypes.c_long),
        ("command", ctypes.c_int),
        *((name, ctypes.c_long) for name in ("reqid", "msgid", "transid", "sessid", "errstat", "errindex")),
        ("time", ctypes.c_ulong),
        ("flags", ctypes.c_ulong),
        *((name, ctypes.c_int) for name in ("securityModel", "securityLevel", "msgParseModel")),
        ("msgMaxSize", ctypes.c_long),
        ("transport_data", ctypes.c_void_p),
        ("transport_data_length", ctypes.c_int),
        ("tDomain", ctypes.c_void_p),
        ("tDomainLen", ctypes.c_size_t),
        ("variables", ctypes.POINTER(_Binding)),
        ("community", ctypes.c_void_p),
        ("community_len", ctypes.c_size_t),
        ("enterprise", ctypes.POINTER(ctypes.c_ulong)),
        ("enterprise_length", ctypes.c_size_t),
        ("trap_type", ctypes.c_long),
        ("specific_type", ctypes.c_long),
        ("agent_addr", ctypes.c_ubyte * 4),
    )


class Received(NamedTuple):
    """A message that net-snmp reads."""

    version: int
    community: bytes
    kind: int
    head: tuple[int, int, int]
    """Request ID, error status, error index; of a trap of v1: generic, specific, time stamp."""
    bindings: list[tuple[str, int, Value]]
    """Name, type as net-snmp calls it, value."""


class Refused(Exception):
    """net-snmp does not read it."""


_KEPT: list[Any] = []


def library() -> Any:
    """libsnmp, or None where it is not installed."""
    if not _KEPT:
        path = find_library("netsnmp") or find_library("snmp")
        try:
            found = ctypes.CDLL(path or "libsnmp.so.40")
        except OSError:
            _KEPT.append(None)
            return None
        found.snmp_pdu_create.restype = ctypes.POINTER(_Pdu)
        found.snmp_comstr_parse.restype = ctypes.c_void_p
        found.snmp_pdu_parse.argtypes = (ctypes.POINTER(_Pdu), ctypes.c_void_p, ctypes.POINTER(ctypes.c_size_t))
        found.snmp_free_pdu.argtypes = (ctypes.POINTER(_Pdu),)
        found.snmp_disable_log()
        _KEPT.append(found)
    return _KEPT[0]


def decode(data: bytes) -> Received:
    """Decode a message of v1 or v2c.

    Raises:
        Refused: net-snmp does not read it.
    """
    snmp = library()
    room = ctypes.create_string_buffer(data + bytes(64), len(data) + 64)
    community, version = ctypes.create_string_buffer(256), ctypes.c_long()
    left, size = ctypes.c_size_t(len(data)), ctypes.c_size_t(256)
    inside = snmp.snmp_comstr_parse(room, ctypes.byref(left), community, ctypes.byref(size), ctypes.byref(version))
    if not inside or version.value not in (0, 1):
        raise Refused("message")
    pdu = snmp.snmp_pdu_create(0)
    try:
        if snmp.snmp_pdu_parse(pdu, inside, ctypes.byref(left)):
            raise Refused("PDU")
        return _received(pdu.contents, version.value, community.raw[: size.value])
    finally:
        snmp.snmp_free_pdu(pdu)


def _received(pdu: _Pdu, version: int, community: bytes) -> Received:
    head = (pdu.reqid, pdu.errstat, pdu.errindex)
    if pdu.command == 0xA4:
        head = (pdu.trap_type, pdu.specific_type, pdu.time)
    bindings, binding = [], pdu.variables
    while binding:
        each = binding.contents
        bindings.append((_dotted(each.name[: each.name_length]), each.type, _value(each)))
        binding = each.following
    return Received(version, community, pdu.command, head, bindings)


def _dotted(arcs: list[int]) -> str:
    return ".".join(map(str, arcs)) if arcs != [0] else "0.0"


def _value(binding: _Binding) -> Value:
    raw = ctypes.string_at(binding.value, binding.size) if binding.value else b""
    match binding.type:
        case ber.INTEGER:
            return ctypes.c_long.from_buffer_copy(raw).value
        case ber.COUNTER32 | ber.GAUGE32 | ber.TIME_TICKS | ber.UINTEGER32:
            return ctypes.c_ulong.from_buffer_copy(raw).value
        case ber.COUNTER64 | 0x76 | 0x7A | 0x7B:
            high, low = (ctypes.c_ulong * 2).from_buffer_copy(raw)
            value = int(high << 32 | low)
            return value - (1 << 64) if binding.type == 0x7A and value >> 63 else value
        case 0x78:
            return float(ctypes.c_float.from_buffer_copy(raw).value)
        case 0x79:
            return float(ctypes.c_double.from_buffer_copy(raw).value)
        case ber.OBJECT_IDENTIFIER:
            return _dotted(list((ctypes.c_ulong * (len(raw) // 8)).from_buffer_copy(raw)))
        case ber.IP_ADDRESS:
            return ".".join(map(str, raw))
        case ber.OCTET_STRING | ber.OPAQUE | ber.BIT_STRING | ber.NSAP:
            return raw
        case _:
            return None
