"""A flood of distinct events on the running agent: what the events take on disk never goes beyond their budget."""

import sqlite3
from contextlib import closing
from pathlib import Path

from cmsp_agent.app.agent import running
from cmsp_agent.model.signal import SyslogSignal
from tests.integration.agent.stage import staged

BUDGET = 2_000_000
EVENTS, TOGETHER = 6_000, 300
TABLES = "name in ('events', 'events_active', 'events_in_short') or name like 'sqlite_autoindex_events%'"


def taken(file: Path) -> int:
    """Bytes that the rows of events and of their indexes fill."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
        figure = database.execute(f"select sum(pgsize - unused) from dbstat where {TABLES}").fetchone()[0]
        return int(figure)


async def test_a_flood_never_takes_more_than_the_budget_and_what_went_is_counted(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.rewrite("backups: ", f"budget: {{events: {BUDGET // 1_000_000}MB}}, backups: ")
        async with running(stage.load()) as agent:
            state = stage.load().configuration.appliance.state / "state.db"
            most = 0
            for first in range(0, EVENTS, TOGETHER):
                now = agent.runtime.clock.now()
                await agent.events.service.handle(
                    [
                        SyslogSignal(
                            "gw-1", now, f"APP{number}-3-FAILED", f"Process {number} has failed " + "é" * 200, 3
                        )
                        for number in range(first, first + TOGETHER)
                    ]
                )
                most = max(most, taken(state))
            assert 0.6 * BUDGET < most <= BUDGET
            count = await agent.runtime.state.read(
                lambda connection: connection.execute("select count(*) from events").fetchone()[0]
            )
            removed = agent.runtime.counters.value("events.removed", "size")
            assert EVENTS <= removed + count < EVENTS + 500
