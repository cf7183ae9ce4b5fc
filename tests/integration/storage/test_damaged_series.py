"""Each field of each table of `series.db` damaged, one by one: the other rows are read, and rolled up, as before."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from cmsp_agent.aio.clock import SystemClock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.services.events.series_inspection import PASS_EVERY, SeriesInspection
from cmsp_agent.storage import rollups, series
from cmsp_agent.storage.rollups import FIVE_MINUTES, HOUR, RollUpQuery
from cmsp_agent.storage.series import Columns, Sample
from cmsp_agent.storage.tables import dead_rows
from tests.lab.clock import ManualClock

NAMES = ("gw-1", "gw-2")
BEGAN = 1_767_225_600_000
POLLS = 30
DAMAGE = ("garbage", b"\xff\x00\xff", 7)
FIELDS = [
    ("component_ids", "name"),
    ("column_sets", "names"),
    ("samples", "at"),
    ("samples", "columns"),
    ("samples", "packed"),
    ("rollups", "at"),
    ("rollups", "columns"),
    ("rollups", "packed"),
    ("rolled", "until"),
]


def fill(tx: sqlite3.Connection) -> None:
    """An hour of two components with columns of their own; half of it is rolled up."""
    columns = Columns()
    for poll in range(POLLS):
        at = BEGAN + poll * 120_000
        series.append(tx, [Sample(at, name, {f"cpu.{name}": poll, "mem": 5.0}) for name in NAMES], columns)
    for name in NAMES:
        while rollups.roll_up(tx, name, FIVE_MINUTES, BEGAN + HOUR // 2):
            pass


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("series") / "series.db"

    async def made() -> None:
        database = await series.open_series(path, clock=SystemClock(), counters=Counters())
        await database.write(fill)
        await database.close()

    import asyncio

    asyncio.run(made())
    return path


@pytest.fixture
def damaged(whole: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as copy:
        with closing(sqlite3.connect(whole)) as source:
            source.backup(copy)
        yield copy


@pytest.mark.parametrize("damage", DAMAGE, ids=["text", "octets", "number"])
@pytest.mark.parametrize(("table", "column"), FIELDS)
def test_a_damaged_row_costs_itself_only(
    damaged: sqlite3.Connection, table: str, column: str, damage: str | bytes | int
) -> None:
    key = {"samples": "component, at", "rolled": "step, component"}.get(table, "rowid")
    backwards = ", ".join(f"{each} desc" for each in key.split(", "))
    last = f"({key}) in (select {key} from {table} order by {backwards} limit 1)"  # the last is of gw-2
    assert damaged.execute(f"update {table} set {column} = ? where {last}", (damage,)).rowcount == 1
    for name in NAMES:
        while rollups.roll_up(damaged, name, FIVE_MINUTES, BEGAN + HOUR):
            pass
        rollups.roll_up(damaged, name, HOUR, BEGAN + HOUR)
    found = series.query(damaged, "gw-1", 0, BEGAN + HOUR)
    assert len(found["cpu.gw-1"]) >= POLLS - 1
    newest = series.latest(damaged, "gw-1")
    assert newest is not None
    assert newest.at >= BEGAN
    wanted = RollUpQuery(FIVE_MINUTES, 0, BEGAN + HOUR)
    assert len(rollups.query(damaged, "gw-1", wanted)["cpu.gw-1"]) >= 11
    assert series.query(damaged, "gw-2", 0, BEGAN + HOUR).keys() <= {"cpu.gw-2", "mem"}
    rollups.query(damaged, "gw-2", wanted)
    series.latest(damaged, "gw-2")
    series.append(damaged, [Sample(BEGAN + HOUR, "gw-2", {"cpu.gw-2": 1.0, "mem": 5.0})], Columns())
    assert series.query(damaged, "gw-2", BEGAN + HOUR, BEGAN + HOUR)["cpu.gw-2"] == [(BEGAN + HOUR, 1.0)]
    assert rollups.components(damaged)[0] == "gw-1"
    while rollups.forget_before(damaged, FIVE_MINUTES, BEGAN + 2 * HOUR) or series.forget_before(
        damaged, BEGAN + 2 * HOUR
    ):
        pass
    assert series.query(damaged, "gw-1", 0, BEGAN + HOUR) == {}


@pytest.mark.parametrize("damage", DAMAGE[:2], ids=["text", "octets"])
@pytest.mark.parametrize(("table", "column"), FIELDS)
async def test_a_damaged_row_is_set_aside_and_named(
    whole: Path, tmp_path: Path, table: str, column: str, damage: str | bytes
) -> None:
    path = tmp_path / "series.db"
    shutil.copyfile(whole, path)
    with closing(sqlite3.connect(path)) as there:
        key = {"samples": "component, at", "rolled": "step, component"}.get(table, "rowid")
        first = f"({key}) in (select {key} from {table} order by {key} limit 1)"  # of gw-1
        assert there.execute(f"update {table} set {column} = ? where {first}", (damage,)).rowcount == 1
        there.commit()
    if (table, column, damage) == ("component_ids", "name", "garbage"):
        return  # a name like any other
    await once_inspected(path, table)
    await once_inspected(path, table)  # what was set aside is not found again


async def once_inspected(path: Path, table: str) -> None:
    """Open the file and look through it: one row of the table is set aside, all of gw-2 is there."""
    database = await series.open_series(path, clock=SystemClock(), counters=Counters())
    await SeriesInspection(database, SystemClock()).look()
    dead = await database.read(dead_rows.not_noted)
    found = await database.read(lambda connection: series.query(connection, "gw-2", 0, BEGAN + HOUR))
    await database.close()
    assert [row.place for row in dead] == [table]
    assert dead[0].name
    assert len(found["cpu.gw-2"]) == POLLS


async def test_a_table_is_looked_through_once_a_day(whole: Path, tmp_path: Path) -> None:
    path, clock = tmp_path / "series.db", ManualClock()
    shutil.copyfile(whole, path)
    database = await series.open_series(path, clock=clock, counters=Counters())
    inspection = SeriesInspection(database, clock)
    await inspection.look()
    await database.write(
        lambda tx: tx.execute(
            "update samples set packed = 'garbage' where at = (select min(at) from samples) and component = 1"
        )
    )
    await inspection.look()
    assert await database.read(dead_rows.not_noted) == []
    await clock.advance(PASS_EVERY)
    await inspection.look()
    assert [row.place for row in await database.read(dead_rows.not_noted)] == ["samples"]
    await database.close()
