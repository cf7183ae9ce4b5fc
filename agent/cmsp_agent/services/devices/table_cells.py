"""Cells of tables that were read by SNMP, as text and as addresses."""

import ipaddress
from collections.abc import Mapping

from cmsp_agent.model.signal import Value

SnmpTables = Mapping[str, Mapping[str, Value]]
"""Column → index → value."""

LONGEST = 255


def text(value: Value | None) -> str:
    """Text without what pads it; empty where there is none."""
    if value is None:
        return ""
    plain = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    return plain.strip("\0 \r\n\t")[:LONGEST]


def cell(tables: SnmpTables, column: str, index: str) -> str:
    """A cell as text."""
    return text(tables.get(column, {}).get(index))


def address(octets: bytes) -> str:
    """An IPv4 or IPv6 address by its octets; empty for other octets."""
    try:
        return str(ipaddress.ip_address(octets))
    except ValueError:
        return ""  # the device's mistake, and no reason to lose the others


def dotted_address(octets: list[str]) -> str:
    """The same by the numbers of an index."""
    try:
        return address(bytes(int(octet) for octet in octets))
    except ValueError:
        return ""


def mac(value: Value | None) -> str:
    """A hardware address: `00:1b:54:aa:bb:01`; empty for other octets."""
    return value.hex(":") if isinstance(value, bytes) and len(value) == 6 and any(value) else ""
