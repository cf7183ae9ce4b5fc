"""Names of time zones as devices write them behind a time, and what each stands for. `device_time` reads the times."""

import re
from datetime import timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

HOURS = {
    "UTC": 0.0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "MET": 1, "MEST": 2, "EET": 2, "EEST": 3,
    "MSK": 3, "EST": -5, "EDT": -4, "CDT": -5, "MDT": -6, "MST": -7, "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8,
    "JST": 9, "KST": 9, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
}  # fmt: skip
"""Hours east of Greenwich by the zone's name. Names that mean several zones (BST, CST, IST) are left out."""
FARTHEST = 14
"""Hours; no place on earth is further from Greenwich."""

_BY_RULE = r"(?:E|C|M|P|AK|H|AE|AW|NZ|J|K|I)ST|CET|MET|EET|WET|GMT|UTC|MSK"
"""The names before the number in a rule of POSIX: nobody calls a host so."""
ZONE = (
    r"(?:[A-Z]{3,5}(?: ?[+-]\d\d?(?::?\d\d)?|[ -]DST)?"
    rf"|(?:{_BY_RULE})-?\d\d?[A-Z]{{3,4}}"
    r"|(?:Africa|America|Asia|Atlantic|Australia|Etc|Europe|Indian|Pacific)/[A-Z][\w/+-]{1,31}"
    r"|utc|gmt|cet|cest|est|edt|cdt|mst|mdt|pst|pdt)"
)
"""A zone, and nothing else. A collector on the way may have put a line into small letters."""
ANY_ZONE = r"(?:[A-Za-z]{1,7}(?:[+-]\d\d?(?::?\d\d)?)?)"
"""What `clock timezone` may have been given, where a counter in front says that no host stands here."""
ANY_WORDS = r"(?:(?:[A-Za-z]|[+-]\d)[\w.+/-]{0,31}(?: [\w.+-]{1,16})?)"
"""The same where the host is known, too: two words may do."""

_OFFSET = re.compile(r"(?P<name>[A-Z]{3,5})? ?(?P<sign>[+-])(?P<hours>\d{1,2}):?(?P<minutes>\d\d)?", re.ASCII)
_SUMMER = re.compile(r"([A-Z]{3,5})[ -]DST", re.ASCII)
_RULE = re.compile(r"([A-Z]{3,4})-?\d\d?[A-Z]{3,4}", re.ASCII)


@lru_cache(256)
def zone_of(name: str) -> tzinfo | None:
    """The zone that a name (`CEST`), an offset (`+07:30`), both (`UTC -5`), a rule (`EST5EDT`) or a place stands for.

    None where that is not known: of a rule of POSIX where the database of zones has neither the rule nor the name.
    """
    if name.upper() in HOURS:
        return _fixed(HOURS[name.upper()])
    if found := _OFFSET.fullmatch(name):
        return _offset(found)
    if (summer := _SUMMER.fullmatch(name)) and summer[1] in HOURS:
        return _fixed(HOURS[summer[1]] + 1)
    if rule := _RULE.fullmatch(name):
        return _from_database(name) or _from_database(rule[1])
    return _from_database(name) if "/" in name else None


def _fixed(hours: float) -> tzinfo:
    return timezone(timedelta(hours=hours))


def _offset(found: re.Match[str]) -> tzinfo | None:
    """A name that is known has the last word: `MSK-3` is written as POSIX counts, `EST-5` as people do."""
    hours = int(found["hours"]) + int(found["minutes"] or 0) / 60
    of_name = HOURS.get(found["name"] or "", 0.0)
    if of_name:
        return _fixed(of_name) if abs(of_name) == hours else None
    return _fixed(-hours if found["sign"] == "-" else hours) if hours < FARTHEST + 1 else None


def _from_database(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
