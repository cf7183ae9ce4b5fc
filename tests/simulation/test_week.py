"""A week of the built-in site on the simulated machine: the same records for the same seed, and what must hold of all.

The agent is the real one from `app.agent.running` down, with SQLite in a folder; nothing is real below its sockets,
threads and clock. Its API listens, but nobody can call it here. The site is polled every five minutes.
"""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from cmsp_agent.services.kpis.history import Question
from tests.simulation.invariants import broken
from tests.simulation.week import BRANCHES, DAY, HOUR, WEEK, Plan, planned, play
from tests.simulation.world import APPLIANCE, World, disk, simulate

START = datetime(2026, 10, 22, tzinfo=UTC)
"""A Thursday; in the night to Sunday summer time ends."""
SPRING, AUTUMN = datetime(2026, 3, 28, 23, 30, tzinfo=UTC), datetime(2026, 10, 24, 22, 30, tzinfo=UTC)
"""Half past midnight in Paris, in the night that lacks an hour and in the one that has an hour twice."""
CI_SEEDS = (11, 12)
LONG_SEEDS = range(100, 150)
CPU_SECONDS = 60.0
"""Of a processor that has nothing else to do, for one week."""
ONE_DAY_OF_FAULTS = 28


def week(
    folder: Path, seed: int, length: float = WEEK, faults: int = 200, begins: datetime = START
) -> tuple[list[str], str]:
    """The rules that were broken, and all records as one text."""
    plan: Plan = planned(Random(seed), faults, length)

    async def live(world: World) -> tuple[list[str], str]:
        await play(world, plan, length)
        start = world.clock.now() - int(world.loop.time() * 1000)
        records = world.headend.store.records(APPLIANCE)
        found = broken(world.headend.store, plan, start) + await hours_missing(world, length)
        return found, "\n".join(map(repr, records))

    with disk(folder) as memory:
        return simulate(memory, seed, begins, live)


async def hours_missing(world: World, length: float) -> list[str]:
    """The calendar rolls up each hour, through restarts and power cuts; the last one may be under way."""
    assert world.agent is not None
    start = (world.clock.now() - int(length * 1000)) // 3_600_000 * 3_600_000
    history = world.agent.kpis.history
    loss = (await history.read(Question("gw-1", start, world.clock.now(), "1h", ("icmp.loss",)))).lines["icmp.loss"]
    hours = int(length // HOUR)
    return [] if len(loss.samples) >= hours - 1 else [f"{len(loss.samples)} of {hours} hours are rolled up"]


@pytest.mark.timeout(300)
def test_a_day_is_the_same_for_the_same_seed(tmp_path: Path) -> None:
    found, records = week(tmp_path, 1, DAY, ONE_DAY_OF_FAULTS)
    assert found == []
    again, same = week(tmp_path, 1, DAY, ONE_DAY_OF_FAULTS)
    assert again == []
    assert records == same


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_a_week_is_the_same_for_the_same_seed(tmp_path: Path) -> None:
    threads, began = threading.active_count(), time.process_time()
    found, records = week(tmp_path, seed=1)
    used = time.process_time() - began
    assert found == []
    again, same = week(tmp_path, seed=1)
    assert again == []
    assert records == same
    assert threading.active_count() == threads  # nothing of the agent makes a thread by itself
    assert used < 2 * CPU_SECONDS, "half of it is for a machine that is busy with other things"


@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", CI_SEEDS)
def test_what_must_hold_holds_on_a_day(tmp_path: Path, seed: int) -> None:
    found, _ = week(tmp_path, seed, DAY, ONE_DAY_OF_FAULTS)
    assert found == []


@pytest.mark.timeout(300)
@pytest.mark.parametrize("begins", [SPRING, AUTUMN])
def test_a_night_of_another_length_has_its_backups_once(tmp_path: Path, begins: datetime) -> None:
    found, _ = week(tmp_path, 21, DAY / 4, len(BRANCHES), begins)
    assert found == []


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", LONG_SEEDS)
def test_what_must_hold_holds_in_a_week(tmp_path: Path, seed: int) -> None:
    found, _ = week(tmp_path, seed)
    assert found == []
