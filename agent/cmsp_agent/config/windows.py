"""Hours of work and maintenance windows that repeat weekly (`Mon-Fri 08:00-18:00`). The caller brings the time zone."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cmsp_agent.config.schedules import WEEKDAYS, parse_weekday

MINUTES_PER_DAY = 24 * 60
MINUTES_PER_WEEK = 7 * MINUTES_PER_DAY

_ALWAYS = {"24x7", "24/7", "24 x 7", "always"}
_PIECE = re.compile(r"(?:(?P<days>[A-Za-z][A-Za-z ,-]*) )?(?P<times>[0-9: ,\-]+)", re.ASCII)
_SPAN = re.compile(r"([01]?\d|2[0-4]):([0-5]\d) ?- ?([01]?\d|2[0-4]):([0-5]\d)", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of the week in local time.

    Attributes:
        start: Minutes since Monday 00:00, below 10080.
        length: Minutes; the stretch may run over into the next day or week.
    """

    start: int
    length: int

    def covers(self, minute_of_week: int) -> bool:
        """Whether this minute of the week (0 for Monday 00:00) lies in the stretch."""
        return (minute_of_week - self.start) % MINUTES_PER_WEEK < self.length

    def __str__(self) -> str:
        end = (self.start + self.length) % MINUTES_PER_DAY
        shown_end = "24:00" if end == 0 else _clock(end)
        return f"{WEEKDAYS[self.start // MINUTES_PER_DAY]} {_clock(self.start % MINUTES_PER_DAY)}-{shown_end}"


ALWAYS = (Span(0, MINUTES_PER_WEEK),)


@dataclass(frozen=True, slots=True)
class Weekly:
    """Hours or a window: the text as written and the stretches of the week that it means."""

    text: str
    spans: tuple[Span, ...]

    def covers(self, weekday: int, hour: int, minute: int) -> bool:
        """Whether a local moment lies inside. `weekday` is 0 for Monday."""
        moment = weekday * MINUTES_PER_DAY + hour * 60 + minute
        return any(span.covers(moment) for span in self.spans)

    def holds(self, local: datetime) -> bool:
        """Whether a moment lies inside; `local`: in the time zone of the site.

        On the night on which the clocks go forward, a stretch within the hour that is left out holds in the next.
        """
        if self.covers(local.weekday(), local.hour, local.minute):
            return True
        left_out = _left_out(local)
        return left_out is not None and any(_is_left_out(span, left_out) for span in self.spans)


LATELY = timedelta(hours=3)
"""No clock goes forward by more in a night."""


def _left_out(local: datetime) -> datetime | None:
    """What a clock that nobody put forward shows, while that is a time which the site does not have; else None."""
    before = (local.astimezone(UTC) - LATELY).astimezone(local.tzinfo).utcoffset() or timedelta()
    forward = (local.utcoffset() or timedelta()) - before
    shown = local - forward
    return shown if forward > timedelta() and not _exists(shown) else None


def _exists(wall: datetime) -> bool:
    """Whether the clocks of its zone ever show this time."""
    return wall.astimezone(UTC).astimezone(wall.tzinfo).replace(tzinfo=None) == wall.replace(tzinfo=None)


def _is_left_out(span: Span, shown: datetime) -> bool:
    """Whether the stretch covers a time that is left out, and lies in what is left out as a whole."""
    minute = shown.weekday() * MINUTES_PER_DAY + shown.hour * 60 + shown.minute
    start = shown - timedelta(minutes=(minute - span.start) % MINUTES_PER_WEEK)
    last = start + timedelta(minutes=span.length - 1)
    return span.covers(minute) and not _exists(start) and not _exists(last)


def parse_weekly(text: str) -> Weekly:
    """Read `Mon-Fri 08:00-18:00`, several of them parted by `;` or `, `, `Sat 22:00-02:00` or `24x7`.

    Raises:
        ValueError: the text has another form.
    """
    if text.strip().lower() in _ALWAYS:
        return Weekly(text, ALWAYS)
    pieces = [piece.strip() for piece in re.split(r";|(?<=\d),(?=\s*[A-Za-z])", text)]
    spans = sorted(span for piece in pieces for span in _piece(piece))
    return Weekly(text, tuple(spans))


def _piece(text: str) -> Iterator[Span]:
    match = _PIECE.fullmatch(text)
    if not match:
        raise ValueError("not weekly hours: write Mon-Fri 08:00-18:00")
    days = _days(match["days"] or "Mon-Sun")
    times = [_times(part.strip()) for part in match["times"].split(",")]
    for day in days:
        for start, length in times:
            yield Span(day * MINUTES_PER_DAY + start, length)


def _days(text: str) -> list[int]:
    days: list[int] = []
    for part in text.split(","):
        first, dash, last = (word.strip() for word in part.partition("-"))
        if first.lower() in {"daily", "every day"}:
            days.extend(range(7))
            continue
        start = parse_weekday(first)
        count = (parse_weekday(last) - start) % 7 if dash else 0
        days.extend((start + offset) % 7 for offset in range(count + 1))
    return days


def _times(text: str) -> tuple[int, int]:
    """A pair of clock times as start and length in minutes; one that ends earlier than it starts ends the next day."""
    match = _SPAN.fullmatch(text)
    if not match:
        raise ValueError("not hours of the day: write 08:00-18:00")
    start = int(match[1]) * 60 + int(match[2])
    end = int(match[3]) * 60 + int(match[4])
    if start >= MINUTES_PER_DAY or end > MINUTES_PER_DAY:
        raise ValueError("a time of day is 00:00 to 24:00")
    length = (end - start) % MINUTES_PER_DAY
    if start == end:
        raise ValueError("the hours end where they start")
    return start, length


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
