"""When a calendar job runs, as partners write it (`daily 02:00`, `weekly Sun 02:00`). Computes no next time."""

import re
from dataclasses import dataclass

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
FORMS = "hourly, hourly :15, daily 02:00, weekly Sun 02:00 or monthly 1 02:00"

_TIME = r"([01]?\d|2[0-3]):([0-5]\d)"
_HOURLY = re.compile(r"hourly(?: (?:at )?:([0-5]\d))?", re.IGNORECASE | re.ASCII)
_DAILY = re.compile(rf"daily (?:at )?{_TIME}", re.IGNORECASE | re.ASCII)
_WEEKLY = re.compile(rf"weekly (?:on )?([A-Za-z]+) (?:at )?{_TIME}", re.IGNORECASE | re.ASCII)
_MONTHLY = re.compile(rf"monthly (?:on )?(?:the )?(\d{{1,2}}) (?:at )?{_TIME}", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Schedule:
    """A repeating moment in a site's time zone. What is None is "every".

    Attributes:
        minute: Minute of the hour, 0 to 59.
        hour: Hour of the day, 0 to 23.
        weekday: 0 for Monday to 6 for Sunday.
        day: Day of the month, 1 to 28.
        every: Minutes from one to the next within the hour, from `minute` on; 0: once.
    """

    minute: int
    hour: int | None = None
    weekday: int | None = None
    day: int | None = None
    every: int = 0

    @property
    def cron_fields(self) -> dict[str, str]:
        """The fields that a cron trigger takes, by the names that APScheduler gives them."""
        minute = f"{self.minute}-59/{self.every}" if self.every else self.minute
        fields = {"minute": minute, "hour": self.hour, "day": self.day}
        given = {name: str(value) for name, value in fields.items() if value is not None}
        return given if self.weekday is None else given | {"day_of_week": WEEKDAYS[self.weekday].lower()}

    def __str__(self) -> str:
        if self.hour is None:
            return f"hourly :{self.minute:02d}"
        at = f"{self.hour:02d}:{self.minute:02d}"
        if self.weekday is not None:
            return f"weekly {WEEKDAYS[self.weekday]} {at}"
        return f"monthly {self.day} {at}" if self.day is not None else f"daily {at}"


def parse_schedule(text: str) -> Schedule:
    """Read a schedule.

    Raises:
        ValueError: not one of the forms in `FORMS`.
    """
    if match := _HOURLY.fullmatch(text):
        return Schedule(int(match[1] or 0))
    if match := _DAILY.fullmatch(text):
        return Schedule(int(match[2]), int(match[1]))
    if match := _WEEKLY.fullmatch(text):
        return Schedule(int(match[3]), int(match[2]), weekday=parse_weekday(match[1]))
    if match := _MONTHLY.fullmatch(text):
        return _monthly(int(match[1]), int(match[2]), int(match[3]))
    raise ValueError(f"not a schedule: write {FORMS}")


def _monthly(day: int, hour: int, minute: int) -> Schedule:
    if not 1 <= day <= 28:
        raise ValueError("the day of a monthly schedule is 1 to 28, so that every month has it")
    return Schedule(minute, hour, day=day)


def parse_weekday(text: str) -> int:
    """Read `Mon` or `Monday`.

    Returns:
        0 for Monday to 6 for Sunday.

    Raises:
        ValueError: the text is not a day of the week.
    """
    full = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    lowered = text.lower()
    for number, name in enumerate(full):
        if len(lowered) >= 3 and name.startswith(lowered):
            return number
    raise ValueError(f"not a day of the week: write {', '.join(WEEKDAYS)}")
