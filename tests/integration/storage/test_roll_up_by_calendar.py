"""The part for KPIs: the calendar rolls up, what is old goes, and each question finds the resolution that has it."""

import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cmsp_agent.app.agent import Agent, running
from cmsp_agent.services.kpis.history import Question
from cmsp_agent.storage.rollups import HOUR
from tests.integration.agent.stage import staged

DAY = 24 * HOUR


@pytest.fixture
async def agent(tmp_path: Path) -> AsyncIterator[Agent]:
    """The running agent, after an hour was measured, a day and 100 days ago."""
    async with staged(tmp_path) as stage, running(stage.load()) as agent:
        now = agent.runtime.clock.now()
        for ago in (DAY, 100 * DAY):
            for minute in range(60):
                at = (now - ago) // HOUR * HOUR + minute * 60_000
                await agent.runtime.write_series("gw-1", at, {"cpu.load": float(minute)})
        yield agent


async def test_it_is_rolled_up_and_answered(agent: Agent) -> None:
    part, now = agent.kpis, agent.runtime.clock.now()
    await part.rolling.run()
    for ago, resolution, least, most in ((DAY, "5m", 0.0, 59.0), (100 * DAY, "1h", 0.0, 59.0)):
        start = (now - ago) // HOUR * HOUR
        found = await part.history.read(Question("gw-1", start, start + HOUR - 1, resolution, ("cpu.load",)))
        line = found.lines["cpu.load"]
        assert (found.resolution, line.unit, min(line.least), max(line.most)) == (resolution, "percent", least, most)
    assert (await part.history.read(Question("gw-1", now - DAY, now))).resolution == "raw"
    assert (await part.history.read(Question("gw-1", now - 60 * DAY, now))).resolution == "5m"
    assert (await part.history.read(Question("gw-1", now - 200 * DAY, now))).resolution == "1h"


async def test_what_is_older_than_the_file_says_goes(agent: Agent) -> None:
    part, now = agent.kpis, agent.runtime.clock.now()
    await part.rolling.run()
    await part.rolling.forget()
    old = Question("gw-1", now - 101 * DAY, now - 99 * DAY, "5m")
    assert (await part.history.read(old)).lines == {}
    assert len((await part.history.read(dataclasses.replace(old, resolution="1h"))).lines["cpu.load"].samples) == 1
    part.retention = dataclasses.replace(part.retention, series_hourly=DAY / 1000)
    await part.rolling.forget()
    assert (await part.history.read(dataclasses.replace(old, resolution="1h"))).lines == {}
