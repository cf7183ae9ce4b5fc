"""Identifiers of records: UUIDv7 (RFC 9562), sortable by the time they were made and unique across appliances."""

import os
from collections.abc import Callable

NewId = Callable[[int], str]
"""Makes an id for a record of the given wall time (ms)."""
Octets = Callable[[int], bytes]
"""So many random octets."""


def uuid7(now: int, octets: Octets = os.urandom) -> str:
    """A UUIDv7 for the given wall time in milliseconds since the epoch."""
    value = now << 80 | int.from_bytes(octets(10), "big")
    value &= ~(0xF << 76) & ~(0x3 << 62)
    text = f"{value | 0x7 << 76 | 0x2 << 62:032x}"  # a quarter of the time of uuid.UUID
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
