"""A device's own time as an instant, and whether to believe it. Reads no clock: the time of reception is handed in.

Which time zone a time is read in is decided here: the one behind it, else UTC, which is not trusted.
"""

import re
from datetime import UTC, datetime, timedelta, tzinfo

from cmsp_agent.transports.syslog.message import SyslogMessage
from cmsp_agent.transports.syslog.zones import zone_of

LEEWAY = timedelta(days=1)
"""How far ahead of the appliance a device may be before a date without a year is taken for last year's."""

_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTHS = {name: place for place, name in enumerate(_NAMES, 1)}
_NAMED = re.compile(
    r"(?:(?P<first>\d{4}) )?(?P<month>[A-Za-z]{3}) +(?P<day>\d{1,2})(?: (?P<year>\d{4}))? +"
    r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)(?P<fraction>[.,]\d+)?(?: (?P<last>\d{4}))?",
    re.ASCII,
)
_LEAP_SECOND = re.compile(r"(:\d\d):60\b", re.ASCII)
_SINCE_EPOCH = re.compile(r"\d{10}(?:\.\d+)?", re.ASCII)


def device_time(message: SyslogMessage, received_at: int, default: tzinfo = UTC) -> int | None:
    """The instant that the device wrote, in ms since the epoch; None where it wrote none that makes sense.

    A date without a year is the last such date before the reception, give or take a day. A zone that is missing or not
    known is taken for `default`.
    """
    if message.clock in ("none", "up"):
        return None
    reference = datetime.fromtimestamp(received_at / 1000, UTC)
    try:
        written = _datetime(message.timestamp, reference).replace(tzinfo=zone_of(message.zone) or default)
        return round(written.timestamp() * 1000)
    except (ValueError, KeyError, OverflowError):
        return None


def trusted_time(message: SyslogMessage, received_at: int) -> int | None:
    """As `device_time`, but None unless clock, year and zone are beyond doubt (facts 4.1)."""
    named = _NAMED.match(message.timestamp)
    dated = named is None or named["first"] or named["year"] or named["last"]
    if message.clock or not dated or zone_of(message.zone) is None:
        return None
    return device_time(message, received_at)


def _datetime(written: str, reference: datetime) -> datetime:
    """Without a zone.

    Raises:
        ValueError, KeyError: no such day, month or hour.
    """
    written = _LEAP_SECOND.sub(r"\1:59", written)
    named = _NAMED.fullmatch(written)
    if named is None and _SINCE_EPOCH.fullmatch(written):
        return datetime.fromtimestamp(float(written), UTC).replace(tzinfo=None)
    if named is None:
        return datetime.fromisoformat(written[:26])
    year = named["first"] or named["year"] or named["last"]
    clock = (
        int(named["hour"]),
        int(named["minute"]),
        int(named["second"]),
        round(float((named["fraction"] or "0").replace(",", ".")) * 1e6) % 1_000_000,
    )
    day = (_MONTHS[named["month"].capitalize()], int(named["day"]))
    if year:
        return datetime(int(year), *day, *clock)  # noqa: DTZ001 - the caller adds the zone
    return _latest(day, clock, reference)


def _latest(day: tuple[int, int], clock: tuple[int, int, int, int], reference: datetime) -> datetime:
    """The latest such day not after the reference; 29 February may be years ago."""
    limit = reference.replace(tzinfo=None) + LEEWAY
    for year in range(limit.year, limit.year - 9, -1):
        try:
            found = datetime(year, *day, *clock)  # noqa: DTZ001 - the caller adds the zone
        except ValueError:
            continue
        if found <= limit:
            return found
    raise ValueError("no such day")
