"""What is too old is deleted, and nothing else: not what is open, and not when the clock has gone mad."""

import sqlite3
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest

from cmsp_agent.aio.counters import Counters
from cmsp_agent.config.configuration import BackupsKept, Retention
from cmsp_agent.model.event import Event, Source, Transition
from cmsp_agent.model.incident import Incident
from cmsp_agent.model.incident_state import IncidentState
from cmsp_agent.model.job import Job, JobState
from cmsp_agent.model.priority import Extent, Share, Urgency
from cmsp_agent.model.severity import Severity
from cmsp_agent.model.signal import AgentSignal
from cmsp_agent.services.events.disk_budget import EventRoom
from cmsp_agent.services.events.notices import Notices
from cmsp_agent.services.events.raw_messages import RawMessages
from cmsp_agent.services.events.retention import Stores, Upkeep
from cmsp_agent.services.events.trusted_clock import KnownTime
from cmsp_agent.storage.sealed.sealing import Sealer
from cmsp_agent.storage.series import open_series
from cmsp_agent.storage.state import open_state
from cmsp_agent.storage.tables import events, incidents, jobs
from tests.lab.clock import ManualClock

DAY = 86_400.0
KEPT = Retention(90 * DAY, 2 * DAY, 90 * DAY, 400 * DAY, BackupsKept(10, 30, 12, 13, 5))
BUDGET = 1_000_000
NOTHING = Share(0, 1)
PRAGMAS = ("page_count", "freelist_count", "page_size")


@dataclass
class House:
    """A house to keep, on a clock that stands still."""

    clock: ManualClock
    stores: Stores
    upkeep: Upkeep
    counters: Counters

    async def open(self, number: int, state: IncidentState) -> None:
        incident = Incident(
            f"id-{number}",
            incidents.number(number),
            state,
            Urgency.LOW,
            Extent(NOTHING, NOTHING, NOTHING),
            "x",
            (),
            (),
            self.clock.now(),
        )
        await self.stores.state.write(lambda tx: incidents.save(tx, replace(incident)))

    async def numbers(self) -> list[str]:
        found, _ = await self.stores.state.read(incidents.page)
        return [incident.number for incident in found]


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    clock, counters = ManualClock(), Counters()
    stores = Stores(
        await open_state(tmp_path / "state.db", "apl", clock=clock, counters=counters),
        await open_series(tmp_path / "series.db", clock=clock, counters=counters),
    )

    async def tell(_: AgentSignal) -> None:
        return None

    notices = Notices(tell, clock, counters)
    known_time = KnownTime(stores.state, notices, clock, lambda: False)
    rooms = EventRoom(BUDGET, counters), RawMessages(stores.state, Sealer(bytes(32)), counters)
    yield House(
        clock,
        stores,
        Upkeep(stores, lambda: KEPT, list, notices, clock, known_time.believed, counters, *rooms),
        counters,
    )
    await stores.state.close()
    await stores.series.close()


async def test_incidents_of_13_months_ago_go_and_open_ones_stay(house: House) -> None:
    await house.open(1, IncidentState.CLOSED)
    await house.open(2, IncidentState.NEW)
    await house.clock.advance(397 * DAY)
    await house.upkeep.tidy()
    assert len(await house.numbers()) == 2
    await house.clock.advance(1)
    await house.open(3, IncidentState.CLOSED)
    await house.upkeep.tidy()
    assert await house.numbers() == ["INC-000003", "INC-000002"]
    assert house.counters.total("incidents.removed") == 1


async def test_jobs_that_ended_long_ago_go_with_the_rest_and_unfinished_ones_stay(house: House) -> None:
    for name, state in (("done", JobState.DONE), ("waits", JobState.QUEUED)):
        job = Job(name, "poll", "gw-1", "somebody", house.clock.now(), state=state)
        await house.stores.state.write(partial(jobs.save, job=job))
    await house.clock.advance(29 * DAY)
    await house.upkeep.tidy()
    assert [job.id for job in await house.stores.state.read(jobs.latest)] == ["waits", "done"]
    await house.clock.advance(2 * DAY)
    await house.upkeep.tidy()
    assert [job.id for job in await house.stores.state.read(jobs.latest)] == ["waits"]


def event(number: int, at: int, state: Transition = Transition.INFO) -> Event:
    sources = (Source.SYSLOG,)
    return Event(f"e-{number}", "gw-1", "p", "", "t", Severity.MINOR, state, at, at, "received", sources, "x" * 500)


async def many(house: House, first: int, count: int, state: Transition = Transition.INFO) -> None:
    made = [event(number, house.clock.now(), state) for number in range(first, first + count)]
    await house.stores.state.write(lambda tx: events.insert_all(tx, made))


async def left(house: House) -> list[int]:
    page = await house.stores.state.read(lambda connection: events.latest(connection, limit=10_000))
    return [int(each.id.removeprefix("e-")) for each in page.events]


async def test_events_keep_to_their_budget_the_oldest_go_and_alarms_stay(house: House) -> None:
    await many(house, 0, 3, Transition.RAISE)
    await many(house, 3, 2_000)
    await house.upkeep.keep_to_budget()
    kept = await left(house)
    assert kept[:3] == [0, 1, 2]
    assert kept[3:] == list(range(2_003 - len(kept[3:]), 2_003))
    _, size = await house.stores.state.read(events.size)
    assert 0.7 * BUDGET < size <= 0.8 * BUDGET
    assert house.counters.value("events.removed", "size") == 2_003 - len(kept)


async def test_the_size_of_events_is_not_taken_for_less_than_it_is(house: House) -> None:
    before = await pages(house)
    await many(house, 0, 2_000)
    _, size = await house.stores.state.read(events.size)
    assert size >= 0.9 * (await pages(house) - before)


async def pages(house: House) -> int:
    def work(connection: sqlite3.Connection) -> int:
        count, free, each = (connection.execute(f"pragma {name}").fetchone()[0] for name in PRAGMAS)
        return int((count - free) * each)

    return await house.stores.state.read(work)


async def test_old_events_are_counted_as_they_go(house: House) -> None:
    await many(house, 0, 10)
    await house.clock.advance(91 * DAY)
    await many(house, 10, 5)
    await house.upkeep.tidy()
    assert await left(house) == [10, 11, 12, 13, 14]
    assert house.counters.value("events.removed", "age") == 10
