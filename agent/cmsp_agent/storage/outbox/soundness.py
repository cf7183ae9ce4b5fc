"""Whether a row of the outbox is what was written: a checksum beside each, and what is wrong where it differs.

Decides nothing about what is damaged: see gaps.
"""

from struct import Struct, error
from zlib import crc32

from cmsp_agent.storage.outbox.records import GAP, TYPES

LARGEST = 1 << 62
GAP_KIND = TYPES.index(GAP)
_FIELDS = Struct("<qqq")


class RowsDamaged(Exception):
    """Sequences of the outbox that are missing or damaged, first to last, and what is wrong with them."""

    def __init__(self, first: int, last: int, reason: str) -> None:
        span = f"record {last}" if first == last else f"records {first} to {last}"
        super().__init__(f"{span} of the outbox: {reason}")
        self.first = first
        self.last = last
        self.reason = reason


def checksum(kind: int, severity: int, appended_at: int, body: bytes) -> int:
    """CRC-32 of what a row keeps beside its number."""
    return crc32(body, crc32(_FIELDS.pack(kind, severity, appended_at)))


def fault_of(
    unsummed: int,
    row: int,
    first: object,
    kind: object,
    severity: object,
    appended_at: object,
    body: object,
    summed: object,
) -> str:
    """What is wrong with a row; empty where nothing is. One up to `unsummed` may have no checksum."""
    if first is None and summed is not None and kind != GAP_KIND:
        try:
            if summed == checksum(kind, severity, appended_at, body):  # type: ignore[arg-type] # damaged: anything
                return ""
        except (error, TypeError):
            pass
    if summed is None and row > unsummed:
        return "the checksum is missing"
    return _fault(row, first, kind, severity, appended_at, body, summed)


def _fault(
    row: int, first: object, kind: object, severity: object, appended_at: object, body: object, summed: object
) -> str:
    numbers = (kind, severity, appended_at)
    if not (isinstance(kind, int) and isinstance(severity, int) and isinstance(appended_at, int)):
        return "a field is not a number"
    if any(not isinstance(number, int) or not -LARGEST < number < LARGEST for number in numbers):
        return "a field is out of range"
    if first is not None and not (isinstance(first, int) and first <= row):
        return "a gap whose beginning can't be read"
    if first is not None and kind != GAP_KIND:
        return "the beginning of a gap where a record was written"
    if first is None and kind == GAP_KIND:
        return "a gap without its beginning"
    if not isinstance(body, bytes):
        return "the body is not what was written"
    if summed is not None and summed != checksum(kind, severity, appended_at, body):
        return "the checksum differs"
    if summed is None and not body.endswith(b"}"):
        return "the body is cut"
    return ""
