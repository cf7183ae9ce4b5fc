"""Weekly hours, windows and schedules."""

import pytest

from cmsp_agent.config.schedules import Schedule, parse_schedule
from cmsp_agent.config.windows import parse_weekly

MON, FRI, SAT, SUN = 0, 4, 5, 6


def test_business_hours() -> None:
    hours = parse_weekly("Mon-Fri 08:00-18:00")
    assert hours.covers(MON, 8, 0)
    assert hours.covers(FRI, 17, 59)
    assert not hours.covers(FRI, 18, 0)
    assert not hours.covers(SAT, 12, 0)


def test_a_window_over_midnight_at_the_end_of_the_week() -> None:
    window = parse_weekly("Sun 22:00-02:00")
    assert window.covers(SUN, 23, 59)
    assert window.covers(MON, 1, 59)
    assert not window.covers(MON, 2, 0)


@pytest.mark.parametrize(
    "text",
    [
        "Mon-Fri 08:00-12:00, Sat 09:00-12:00",
        "Mon-Fri 08:00-12:00; Sat 09:00-12:00",
        "Monday-Friday 8:00-12:00; saturday 9:00-12:00",
        "Mon,Tue,Wed,Thu,Fri 08:00-12:00, Sat 09:00-12:00",
    ],
)
def test_several_forms_of_the_same_hours(text: str) -> None:
    assert parse_weekly(text).spans == parse_weekly("Mon-Fri 08:00-12:00; Sat 09:00-12:00").spans


def test_days_that_run_over_the_weekend_and_two_spells_a_day() -> None:
    hours = parse_weekly("Sat-Mon 08:00-12:00,13:00-24:00")
    assert hours.covers(SUN, 23, 59)
    assert not hours.covers(SUN, 12, 30)
    assert not hours.covers(1, 9, 0)


@pytest.mark.parametrize("text", ["24x7", "24/7", "always"])
def test_around_the_clock(text: str) -> None:
    assert all(parse_weekly(text).covers(day, hour, 0) for day in range(7) for hour in range(24))


@pytest.mark.parametrize(
    "text",
    ["", "Mon", "Mon-Fir 08:00-18:00", "Mon 25:00-26:00", "Mon 08:00-08:00", "08:00", "Mon 8-18", "Mon 24:30-25:00"],
)
def test_what_is_no_weekly_hours(text: str) -> None:
    with pytest.raises(ValueError, match=r"write|00:00|end where"):
        parse_weekly(text)


@pytest.mark.parametrize(
    ("text", "schedule", "cron"),
    [
        ("hourly", Schedule(0), {"minute": "0"}),
        ("hourly :15", Schedule(15), {"minute": "15"}),
        ("daily 02:00", Schedule(0, 2), {"minute": "0", "hour": "2"}),
        ("Daily at 2:30", Schedule(30, 2), {"minute": "30", "hour": "2"}),
        ("weekly Sun 02:00", Schedule(0, 2, weekday=6), {"minute": "0", "hour": "2", "day_of_week": "sun"}),
        ("weekly on Sunday at 02:00", Schedule(0, 2, weekday=6), {"minute": "0", "hour": "2", "day_of_week": "sun"}),
        ("monthly 1 04:00", Schedule(0, 4, day=1), {"minute": "0", "hour": "4", "day": "1"}),
    ],
)
def test_schedules(text: str, schedule: Schedule, cron: dict[str, str]) -> None:
    assert parse_schedule(text) == schedule
    assert parse_schedule(str(schedule)) == schedule
    assert schedule.cron_fields == cron


@pytest.mark.parametrize(
    "text",
    ["", "dayly 02:00", "daily", "daily 24:00", "daily 2", "weekly 02:00", "weekly Son 02:00", "monthly 31 02:00"],
)
def test_what_is_no_schedule(text: str) -> None:
    with pytest.raises(ValueError, match=r"write|1 to 28"):
        parse_schedule(text)
