"""What is too old is deleted, and nothing else: not what is open, and not when the clock has gone mad."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest

from cmsp_agent.aio.counters import Counters
from cmsp_agent.config.configuration import BackupsKept, Retention
from cmsp_agent.model.incident import Incident
from cmsp_agent.model.incident_state import IncidentState
from cmsp_agent.model.job import Job, JobState
from cmsp_agent.model.priority import Extent, Share, Urgency
from cmsp_agent.model.signal import AgentSignal
from cmsp_agent.services.events.known_time import KnownTime
from cmsp_agent.services.events.notices import Notices
from cmsp_agent.services.events.retention import Stores, Upkeep
from cmsp_agent.storage.series import open_series
from cmsp_agent.storage.state import open_state
from cmsp_agent.storage.tables import incidents, jobs
from tests.lab.clock import ManualClock

DAY = 86_400.0
KEPT = Retention(90 * DAY, 2 * DAY, 90 * DAY, 400 * DAY, BackupsKept(10, 30, 12, 13, 5))
NOTHING = Share(0, 1)


@dataclass
class House:
    """A house to keep, on a clock that stands still."""

    clock: ManualClock
    stores: Stores
    upkeep: Upkeep

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
    yield House(clock, stores, Upkeep(stores, lambda: KEPT, list, notices, clock, known_time.believed))
    await stores.state.close()
    await stores.series.close()


async def test_old_incidents_go_and_open_ones_stay(house: House) -> None:
    await house.open(1, IncidentState.CLOSED)
    await house.open(2, IncidentState.NEW)
    await house.clock.advance(91 * DAY)
    await house.open(3, IncidentState.CLOSED)
    await house.upkeep.tidy()
    assert await house.numbers() == ["INC-000003", "INC-000002"]


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
