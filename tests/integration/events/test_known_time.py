"""A start with a clock far from the last known time deletes nothing before NTP or a person says that it is right."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cmsp_agent.aio.counters import Counters
from cmsp_agent.services.events.trusted_clock import KNOWN, KnownTime
from cmsp_agent.storage.sqlite import meta
from cmsp_agent.storage.sqlite.database import Database
from cmsp_agent.storage.state import open_state
from tests.lab.clock import ManualClock

DAY = 86_400_000
START = 1_767_225_600_000


class Alarms:
    """Remembers what is raised and cleared."""

    def __init__(self) -> None:
        self.reported: list[tuple[bool, str]] = []

    def alarm(self, kind: str, name: str, text: str, *, raised: bool, component: str = "") -> None:
        assert kind == "clock.distrusted"
        self.reported.append((raised, text))

    def note(self, *_: object, **__: object) -> None:
        raise AssertionError("nothing is only noted")


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await open_state(tmp_path / "state.db", "apl", clock=ManualClock(), counters=Counters())
    await KnownTime(opened, Alarms(), ManualClock(START), lambda: False).believed()
    yield opened
    await opened.close()


@pytest.mark.parametrize("off", [0, 3600_000, DAY, -60_000])
async def test_a_clock_near_the_last_known_time_is_believed(database: Database, off: int) -> None:
    alarms = Alarms()
    assert await KnownTime(database, alarms, ManualClock(START + off), lambda: False).believed()
    assert alarms.reported == []


@pytest.mark.parametrize("off", [DAY + 1, 400 * DAY, 20_000 * DAY, -61_000, -START])
async def test_one_far_away_is_not_until_ntp_keeps_it(database: Database, off: int) -> None:
    alarms, kept = Alarms(), [False]
    known = KnownTime(database, alarms, ManualClock(START + off), lambda: kept[0])
    assert [await known.believed() for _ in range(3)] == [False] * 3
    ((raised, text),) = alarms.reported
    assert raised
    assert "2026-01-01" in text
    kept[0] = True
    assert await known.believed()
    assert [raised for raised, _ in alarms.reported] == [True, False]


async def test_a_person_confirms_it(database: Database) -> None:
    alarms = Alarms()
    known = KnownTime(database, alarms, ManualClock(START + 90 * DAY), lambda: False)
    assert not await known.believed()
    await known.confirm()
    assert await known.believed()


async def test_a_clock_that_was_not_confirmed_is_not_believed_after_another_start(database: Database) -> None:
    clock = ManualClock(START + 90 * DAY)
    assert not await KnownTime(database, Alarms(), clock, lambda: False).believed()
    assert not await KnownTime(database, Alarms(), clock, lambda: False, held=True).believed()


async def test_the_alarm_of_the_last_run_ends_once_the_clock_is_right(database: Database) -> None:
    alarms = Alarms()
    assert await KnownTime(database, alarms, ManualClock(START), lambda: False, held=True).believed()
    assert [raised for raised, _ in alarms.reported] == [False]


@pytest.mark.parametrize(("step", "believed"), [(59 * 60, True), (400 * 86_400, False), (-30, True), (-3600, False)])
async def test_a_clock_that_jumps_while_the_agent_runs_is_believed_again_once_it_is_back(
    database: Database, step: float, *, believed: bool
) -> None:
    alarms, clock = Alarms(), ManualClock(START)
    known = KnownTime(database, alarms, clock, lambda: False)
    assert await known.believed()
    await clock.advance(60)
    clock.step(step)
    assert await known.believed() is believed
    await clock.advance(48 * 3600)
    assert await known.believed() is believed
    clock.step(-step)
    if not believed:
        assert await known.believed()
        assert [raised for raised, _ in alarms.reported] == [True, False]


async def test_a_person_confirms_by_the_database_a_clock_that_jumped(database: Database) -> None:
    clock = ManualClock(START)
    known = KnownTime(database, Alarms(), clock, lambda: False)
    assert await known.believed()
    clock.step(9 * 86_400)
    assert not await known.believed()
    await database.write(lambda tx: meta.put(tx, KNOWN, clock.now()))
    assert await known.believed()


async def test_the_last_known_time_is_written_every_five_minutes_only(database: Database) -> None:
    clock, commits = ManualClock(START), []
    known = KnownTime(database, Alarms(), clock, lambda: False)
    assert await known.believed()
    database.follow(lambda: commits.append(clock.now()))
    for _ in range(10):
        await clock.advance(60)
        assert await known.believed()
    assert commits == [START + 300_000, START + 600_000]
