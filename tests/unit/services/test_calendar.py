"""Wall-clock jobs: time zones, summer time, overdue runs, clock steps."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from cmsp_agent.aio.counters import Counters
from cmsp_agent.aio.supervise import Supervisor
from cmsp_agent.config.schedules import parse_schedule
from cmsp_agent.services.calendar import Calendar, CalendarEntry, next_run
from cmsp_agent.storage.sqlite.database import Database
from cmsp_agent.storage.state import open_state
from tests.lab.clock import ManualClock


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)


@pytest.mark.parametrize(
    ("schedule", "after", "expected"),
    [
        ("daily 02:00", "2026-01-10T01:00:00+00:00", "2026-01-11T01:00:00+00:00"),
        ("daily 02:00", "2026-01-10T00:59:59+00:00", "2026-01-10T01:00:00+00:00"),
        ("daily 02:00", "2026-07-10T00:30:00+00:00", "2026-07-11T00:00:00+00:00"),
        ("weekly Sun 04:00", "2026-11-23T12:00:00+00:00", "2026-11-29T03:00:00+00:00"),
        ("hourly :15", "2026-11-23T12:15:00+00:00", "2026-11-23T13:15:00+00:00"),
    ],
)
def test_the_next_run_is_in_the_sites_time_zone(schedule: str, after: str, expected: str) -> None:
    assert next_run(parse_schedule(schedule), "Europe/Paris", at(after)) == at(expected)


@pytest.mark.parametrize("time", ["00:00", "00:30", "01:00", "01:30", "02:00", "02:30", "03:00"])
@pytest.mark.parametrize(
    ("timezone", "from_", "to"),
    [
        ("Europe/Paris", "2026-10-22", "2026-10-29"),
        ("Europe/Paris", "2026-03-26", "2026-04-02"),
        ("America/New_York", "2026-10-29", "2026-11-05"),
        ("America/Sao_Paulo", "2018-11-01", "2018-11-08"),  # midnight itself is not there
        ("Africa/Cairo", "2026-04-21", "2026-04-28"),
        ("Australia/Lord_Howe", "2026-04-02", "2026-04-09"),  # half an hour twice
    ],
)
def test_a_daily_entry_runs_once_a_night_also_where_an_hour_is_there_twice_or_not_at_all(
    timezone: str, from_: str, to: str, time: str
) -> None:
    zone, schedule = ZoneInfo(timezone), parse_schedule(f"daily {time}")
    moment, end = (
        int(datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=zone).timestamp()) * 1000 for day in (from_, to)
    )
    days = []
    while (moment := next_run(schedule, timezone, moment)) <= end:
        days.append(datetime.fromtimestamp(moment / 1000, zone).date())
    assert len(days) == len(set(days)) == 7


@pytest.mark.parametrize("day", ["2026-10-25", "2026-03-29"])
def test_an_hourly_entry_runs_each_hour_that_there_is(day: str) -> None:
    moment = at(f"{day}T00:00:00+00:00") - 1
    for hour in range(6):
        moment = next_run(parse_schedule("hourly :30"), "Europe/Paris", moment)
        assert moment == at(f"{day}T0{hour}:30:00+00:00")


class Bench:
    """A calendar with one daily job, on a clock that stands until told."""

    def __init__(self, database: Database, clock: ManualClock, supervisor: Supervisor) -> None:
        self.runs: list[int] = []
        self.hanging = False
        self.clock = clock
        self.calendar = Calendar(database, clock, supervisor)
        self.supervisor = supervisor

        async def work() -> None:
            self.runs.append(clock.now())
            if self.hanging:
                await asyncio.Event().wait()

        entry = CalendarEntry("backup gw-1", parse_schedule("daily 02:00"), "UTC", work)
        self.calendar.use({entry.name: entry})

    async def until(self, moment: str) -> None:
        """Advance by looks, letting the database's thread answer in between."""
        while self.clock.now() < at(moment):
            await self.clock.advance(min(1800.0, (at(moment) - self.clock.now()) / 1000))
            await asyncio.sleep(0.005)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await open_state(tmp_path / "state.db", "apl-test", clock=ManualClock(), counters=Counters())
    yield opened
    await opened.close()


async def test_a_job_runs_once_a_day_and_the_first_time_not_at_once(database: Database) -> None:
    clock = ManualClock(at("2026-11-23T12:00:00+00:00"))
    async with Supervisor(clock, Counters()) as supervisor:
        bench = Bench(database, clock, supervisor)
        supervisor.keep_running("calendar", bench.calendar.run)
        await asyncio.sleep(0.02)
        await bench.until("2026-11-23T23:00:00+00:00")
        assert bench.runs == []
        await bench.until("2026-11-25T12:00:00+00:00")
        assert len(bench.runs) == 2


async def test_an_overdue_job_runs_once_after_the_machine_was_off_for_days(database: Database) -> None:
    clock = ManualClock(at("2026-11-20T12:00:00+00:00"))
    async with Supervisor(clock, Counters()) as supervisor:
        bench = Bench(database, clock, supervisor)
        supervisor.keep_running("calendar", bench.calendar.run)
        await asyncio.sleep(0.02)
        await bench.until("2026-11-20T13:00:00+00:00")
    later = ManualClock(at("2026-11-24T12:00:00+00:00"))
    async with Supervisor(later, Counters()) as supervisor:
        bench = Bench(database, later, supervisor)
        supervisor.keep_running("calendar", bench.calendar.run)
        await asyncio.sleep(0.05)
        await bench.until("2026-11-24T13:00:00+00:00")
        assert len(bench.runs) == 1


async def test_a_clock_that_is_set_back_does_not_silence_the_calendar(database: Database) -> None:
    clock = ManualClock(at("2027-11-20T12:00:00+00:00"))
    async with Supervisor(clock, Counters()) as supervisor:
        bench = Bench(database, clock, supervisor)
        supervisor.keep_running("calendar", bench.calendar.run)
        await asyncio.sleep(0.02)
        clock.step(-365 * 86400)
        await bench.until("2026-11-22T12:00:00+00:00")
        assert len(bench.runs) >= 1


async def test_a_job_that_the_end_of_the_agent_cut_off_runs_again_at_its_start_and_no_other(database: Database) -> None:
    clock, ran = ManualClock(at("2026-11-23T12:00:00+00:00")), list[int]()
    for hanging in (True, False, False):
        async with Supervisor(clock, Counters()) as supervisor:
            bench = Bench(database, clock, supervisor)
            bench.hanging = hanging
            supervisor.keep_running("calendar", bench.calendar.run)
            await asyncio.sleep(0.03)
            if hanging:
                await bench.until("2026-11-24T03:00:00+00:00")
            await asyncio.sleep(0.03)
            ran.append(len(bench.runs))
    assert ran == [1, 1, 0]
