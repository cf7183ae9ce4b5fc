"""The power is cut while KPIs are measured and rolled up: roll-ups agree with the samples, and go on without a hole."""

import math
import shutil
import sqlite3
from pathlib import Path
from random import Random

import pytest

from cmsp_agent.aio.clock import SystemClock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.storage import rollups, series
from cmsp_agent.storage.rollups import FIVE_MINUTES, HOUR, RolledSpan, RollUpQuery
from tests.integration.storage.series_victim import BEGIN, MINUTE
from tests.lab.disk import Disk, Loss, Step, compiler, recorded_run

MINUTES = 900
"""Enough for a checkpoint of the WAL."""
STATES = 120
END = BEGIN + MINUTES * MINUTE

pytestmark = pytest.mark.skipif(compiler() is None, reason="there is no C compiler for the recorder")


@pytest.fixture(scope="module")
def recorded(place: Path) -> list[Step]:
    return recorded_run(place, "tests.integration.storage.series_victim", MINUTES)


def reckoned(tx: sqlite3.Connection, step: int) -> dict[str, list[RolledSpan]]:
    """The roll-ups as they must be, from the samples themselves."""
    found: dict[str, list[RolledSpan]] = {}
    for name, points in series.query(tx, "gw", 0, 2**53).items():
        steps_of: dict[int, list[float]] = {}
        for at, value in points:
            steps_of.setdefault(at // step * step, []).append(value)
        found[name] = [
            RolledSpan(at, min(all_), math.fsum(all_) / len(all_), max(all_)) for at, all_ in steps_of.items()
        ]
    return found


def agree(found: dict[str, list[RolledSpan]], expected: dict[str, list[RolledSpan]], *, whole: bool) -> bool:
    for name, spans in found.items():
        known = {span.at: span for span in expected.get(name, [])}
        for span in spans:
            if span.at not in known or not all(
                math.isclose(one, other) for one, other in zip(span, known[span.at], strict=True)
            ):
                return False
    return not whole or {name: len(spans) for name, spans in found.items()} == {
        name: len(spans) for name, spans in expected.items()
    }


async def problems(directory: Path) -> list[str]:
    """What is wrong with what was found, and with how it goes on."""
    database = await series.open_series(directory / "series.db", clock=SystemClock(), counters=Counters())
    try:
        if database.opening.set_aside is not None:
            return [f"set aside: {database.opening.damage}"]
        return await database.write(_problems)
    finally:
        await database.close()


def _problems(tx: sqlite3.Connection) -> list[str]:
    found = []
    for step in (FIVE_MINUTES, HOUR):
        if not agree(rollups.query(tx, "gw", RollUpQuery(step, 0, 2**53)), reckoned(tx, step), whole=False):
            found.append(f"what was rolled up to {step} is not what was measured")
    for step in (FIVE_MINUTES, HOUR):
        while rollups.roll_up(tx, "gw", step, END + HOUR):
            pass
        if not agree(rollups.query(tx, "gw", RollUpQuery(step, 0, 2**53)), reckoned(tx, step), whole=True):
            found.append(f"a hole in steps of {step} after it went on")
    return found


@pytest.mark.timeout(120)
async def test_the_power_is_cut(recorded: list[Step], place: Path) -> None:
    dice, rebuilt, wrong = Random(11), Disk(), []
    points = {int(number * len(recorded) / STATES) for number in range(STATES)}
    for number, step in enumerate(recorded):
        if not step.path.endswith("-shm"):
            rebuilt.take(step)
        if number in points:
            directory = place / "found"
            shutil.rmtree(directory, ignore_errors=True)
            directory.mkdir()
            loss = list(Loss)[number % len(Loss)]
            rebuilt.found(str(place / "victim"), directory, loss, dice)
            wrong += [f"step {number}, {loss.value}: {text}" for text in await problems(directory)]
    assert wrong == []
    assert {("sync", "series.db"), ("sync", "series.db-wal")} <= {(one.what, Path(one.path).name) for one in recorded}
