"""Wall times as people and contracts write them. Inside, a time is an int: milliseconds since the epoch, UTC."""

from datetime import UTC, datetime


def rfc3339(milliseconds: int) -> str:
    """`1767225600123` → `2026-01-01T00:00:00.123Z`."""
    moment = datetime.fromtimestamp(milliseconds // 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03d}Z"


def parse_rfc3339(text: str) -> int:
    """The inverse, any offset accepted; a time without one is taken as UTC.

    Raises:
        ValueError: not a date and time.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000)
