"""Beginnings that single devices and relays have for themselves, rewritten into forms that `header` reads.

A date of another order becomes one of ISO 8601, a clock of 12 hours one of 24; a zone's name before that of the host
an offset; a counter, the name that follows it and a session's name get the colons and spaces of IOS.
"""

import re
from datetime import UTC, datetime

from cmsp_agent.transports.syslog.header import LONGEST_HEADER
from cmsp_agent.transports.syslog.zones import HOURS

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = "(?i:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_WEEKDAY = "(?:(?i:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? +)"
_CLOCK = (
    r"[ T:-]{1,2}(?P<hour>\d\d?):?(?P<minute>\d\d):?(?P<second>\d\d(?:[.,]\d{1,9})?)"
    r"(?: ?(?P<offset>[+-]\d\d:?\d\d|Z|UTC|GMT)(?=\s|\Z))?(?=[\s:]|\Z)"
)
_DATES = tuple(
    re.compile(rf"\s*{_WEEKDAY}?{date}{_CLOCK}", re.ASCII)
    for date in (
        rf"(?P<day>\d\d?)[-/ .]{{1,2}}(?P<month>{_MONTH})[-/ .]{{1,2}}(?P<year>\d{{4}})",
        rf"(?P<month>{_MONTH}) +(?P<day>\d\d?), +(?P<year>\d{{4}})",
        r"(?P<year>\d{4})[/.](?P<month>\d\d?)[/.](?P<day>\d\d?)",
        r"(?P<year>20\d\d)(?P<month>\d\d)(?P<day>\d\d)(?=T\d{6})",
        r"(?P<day>\d\d?)\.(?P<month>\d\d?)\.(?P<year>\d{4})",
        r"(?P<month>0?\d|1[0-2])/(?P<day>\d\d?)/(?P<year>\d{4})",
        r"(?P<day>\d\d?)/(?P<month>\d\d?)/(?P<year>\d{4})",
    )
)
"""Of two numbers before a stroke the first is the month, unless it can't be."""
_SINCE_EPOCH = re.compile(r"\s*(?:1[5-9]|2\d)\d{8}(?:\.\d{1,9})?(?= +[A-Za-z\d])", re.ASCII)
"""Without a colon behind it, which would make it a counter."""
_WEEKDAY_FIRST = re.compile(rf"\s*{_WEEKDAY}(?:(?=\d)|(?P<plain>(?={_MONTH} [ \d]?\d \d\d:\d\d:\d\d)))", re.ASCII)
_NUMBER_OF_A_DATE = re.compile(r"\s*(?:\d\d?[-/. ]|\d{4}[/.]|20\d{6}T)", re.ASCII)
_ZONE_BEFORE_HOST = re.compile(
    rf"(\s*{_MONTH} [ \d]?\d (?:\d{{4}} )?\d\d:\d\d:\d\d(?:\.\d{{1,9}})? )({'|'.join(HOURS)})(?= [\w.-]+ )", re.ASCII
)
_HALF_DAY = re.compile(  # call managers
    rf"({_MONTH} +\d\d?(?: \d{{4}})? +)(\d\d?)(:\d\d:\d\d) ?([AP]M)((?:[.,]\d{{1,9}})?)(?=\s|\Z)", re.ASCII
)
_COUNTER_AND_NAME = re.compile(
    rf"(\d{{1,18}}):(?![0-9A-Fa-f]{{1,4}}:)([A-Za-z][\w.-]{{0,63}}):(?=\s|\d{{1,18}}:|[*.]?{_MONTH} )", re.ASCII
)
"""Without the spaces; what may be an IPv6 address stays as it is."""
_SESSION = re.compile(r'((?:\d*: )?)\[syslog@9((?: [\w.-]+="[^"\]]*")*)\]:? ', re.ASCII)
_SESSION_S_NAME = re.compile(r' s_id="([^":\s]+)')


def rewritten(content: str) -> str:
    """The line, its beginning as `header` knows it; the same line where it has none of these forms.

    Args:
        content: the line without its PRI.
    """
    first = content.lstrip()[:1]
    read = _number_first(content) if first.isdecimal() or first == "[" else _word_first(content)
    if read is None and (" AM" in content or " PM" in content):
        read = _with_half_day(content)
    return content if read is None else read


def _number_first(content: str) -> str | None:
    if (epoch := _SINCE_EPOCH.match(content)) is not None:
        return datetime.fromtimestamp(float(epoch[0]), UTC).isoformat() + content[epoch.end() :]
    if (session := _SESSION.match(content)) is not None:
        name = _SESSION_S_NAME.search(session[2])
        return session[1] + (f"{name[1]}: " if name else "") + content[session.end() :]
    if (glued := _COUNTER_AND_NAME.match(content)) is not None:
        return f"{glued[1]}: {glued[2]}: {content[glued.end() :]}"
    return _dated(content) if _NUMBER_OF_A_DATE.match(content) else None


def _word_first(content: str) -> str | None:
    if (weekday := _WEEKDAY_FIRST.match(content)) is not None:
        return _dated(content) if weekday["plain"] is None else rewritten(content[weekday.end() :])
    if (zone := _ZONE_BEFORE_HOST.match(content)) is not None:
        return f"{zone[1]}{HOURS[zone[2]] * 100:+05.0f}{content[zone.end() :]}"
    return _dated(content) if "," in content[:16] else None


def _dated(content: str) -> str | None:
    for form in _DATES:
        if (date := form.match(content)) is not None:
            return _iso(date) + content[date.end() :]
    return None


def _with_half_day(content: str) -> str | None:
    half = _HALF_DAY.search(content, 0, LONGEST_HEADER)
    if half is None or "%" in content[: half.start()]:
        return None
    return f"{content[: half.start()]}{half[1]}{_of_24(half)}{half[3]}{half[5]}{content[half.end() :]}"


def _of_24(time: re.Match[str]) -> str:
    return f"{int(time[2]) % 12 + (12 if time[4] == 'PM' else 0):02}"


def _iso(date: re.Match[str]) -> str:
    month = date["month"]
    number = int(month) if month.isdecimal() else _MONTHS.index(month.lower()) + 1
    offset = "Z" if date["offset"] in ("UTC", "GMT") else date["offset"] or ""
    day, clock = f"{date['year']}-{number:02}-{int(date['day']):02}", f"{date['hour']:0>2}:{date['minute']}"
    return f"{day}T{clock}:{date['second']}{offset}"
