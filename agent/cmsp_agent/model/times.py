"""Wall times as people and contracts write them. Inside, a time is an int: milliseconds since the epoch, UTC."""

from datetime import UTC, datetime
from functools import lru_cache

FIRST, LAST = -62_135_596_800_000, 253_402_300_799_999
"""The years 1 to 9999, which a zone may leave."""

THIRTEEN_MONTHS = 397 * 86_400_000
"""Milliseconds: the longest that there are."""


def rfc3339(milliseconds: int) -> str:
    """`1767225600123` → `2026-01-01T00:00:00.123Z`; a time beyond the calendar is its first or its last."""
    milliseconds = max(FIRST, min(LAST, milliseconds))
    return f"{_to_the_second(milliseconds // 1000)}.{milliseconds % 1000:03d}Z"


@lru_cache(maxsize=256)
def _to_the_second(seconds: int) -> str:
    # under load thousands of records share a second, and formatting one costs as much as encoding the record
    return datetime.fromtimestamp(seconds, UTC).isoformat()[:19]


def parse_rfc3339(text: str) -> int:
    """The inverse, any offset accepted; a time without one is taken as UTC.

    Raises:
        ValueError: not a date and time.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000)


def optional_time(milliseconds: int | None) -> str | None:
    """A time of the contract, or null."""
    return None if milliseconds is None else rfc3339(milliseconds)
