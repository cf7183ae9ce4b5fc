"""Decodes the bindings of a notification: names those that can't be decoded; the first two identify it."""

import re
from typing import NamedTuple, TypeAlias

from cmsp_agent.model.signal import Unreadable, Value
from cmsp_agent.transports.snmp.ber import DecodeError, OidTexts
from cmsp_agent.transports.snmp.values import HeldValue, Missing

SYS_UP_TIME = "1.3.6.1.2.1.1.3.0"
SNMP_TRAP_OID = "1.3.6.1.6.3.1.1.4.1.0"
_OID = re.compile(r"[0-2](?:\.\d{1,10}){1,127}", re.ASCII)
NAMELESS = "0.0"
"""zeroDotZero: the name of a notification that gives itself none; what it gives instead is kept."""
SNMP_TRAP_ADDRESS = "1.3.6.1.6.3.18.1.3.0"

Binding: TypeAlias = tuple[str, Value | None]
UnreadableBinding: TypeAlias = tuple[str, Unreadable]


class Content(NamedTuple):
    """What the PDU of a notification of v2c or v3 says."""

    trap_oid: str
    """Empty where it says none."""
    uptime: int
    varbinds: tuple[Binding, ...]
    unreadable: tuple[UnreadableBinding, ...]


def readable(
    names: list[bytes], values: list[HeldValue], texts: OidTexts
) -> tuple[tuple[Binding, ...], tuple[UnreadableBinding, ...]]:
    """The bindings by OID, and those that can't be decoded: by the octets of the name in hex where that can't be."""
    good: list[Binding] = []
    bad: list[UnreadableBinding] = []
    for name, value in zip(names, values, strict=True):
        try:
            oid = texts[name]
        except DecodeError as error:
            bad.append((name.hex(), Unreadable(str(error), name)))
            continue
        if isinstance(value, Unreadable):
            bad.append((oid, value))
        else:
            good.append((oid, None if isinstance(value, Missing) else value))
    return tuple(good), tuple(bad)


def v2_content(names: list[bytes], values: list[HeldValue], texts: OidTexts) -> Content:
    """snmpTrapOID, sysUpTime and the rest; tolerates senders that leave out or move the first two bindings."""
    bindings, unreadable = readable(names, values, texts)
    trap_oid, uptime = "", 0
    rest: list[Binding] = []
    for name, value in bindings:
        if name == SNMP_TRAP_OID and not trap_oid:
            trap_oid = _oid(value) or NAMELESS
            if not _oid(value):
                rest.append((name, value))
        elif name == SYS_UP_TIME and isinstance(value, int) and not uptime:
            uptime = value
        else:
            rest.append((name, value))
    return Content(trap_oid, uptime, tuple(rest), unreadable)


def _oid(value: Value | None) -> str:
    """An OID, also where a script wrote it as text; empty: it is none."""
    if isinstance(value, bytes):
        value = value.decode("ascii", "replace").lstrip(".")
        return value if _OID.fullmatch(value) else ""
    return value if isinstance(value, str) else ""


def trap_address(varbinds: tuple[Binding, ...]) -> str:
    """snmpTrapAddress, where a proxy added it; else empty."""
    for name, value in varbinds:
        if name == SNMP_TRAP_ADDRESS and isinstance(value, str):
            return value
    return ""
