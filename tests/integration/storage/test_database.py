"""The database on real files: groups, undoing, damage, a full disk, one process."""

import asyncio
import contextlib
import os
import sqlite3
import subprocess
import threading
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from cmsp_agent.aio.clock import SystemClock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.errors import StorageError, StorageFull
from cmsp_agent.storage import outbox
from cmsp_agent.storage.outbox.numbering import current
from cmsp_agent.storage.outbox.records import Record
from cmsp_agent.storage.sqlite import connections, writer
from cmsp_agent.storage.sqlite.database import Database
from cmsp_agent.storage.sqlite.migrations import Migration
from cmsp_agent.storage.sqlite.reserve import SIZE
from cmsp_agent.storage.state import open_state

TABLE = (Migration(1, "create table things(name text unique, size blob)"),)
CLOCK = SystemClock()


def insert(name: str, size: int = 0) -> Callable[[sqlite3.Connection], int | None]:
    return lambda tx: tx.execute("insert into things values(?, zeroblob(?))", (name, size)).lastrowid


def a_record(number: int, size: int) -> Record:
    return Record(str(number), "cmsp.audit.v1", "", "", number, {"x": "y" * size})


def append(tx: sqlite3.Connection, number: int, size: int) -> int:
    return outbox.append(tx, a_record(number, size), number)


def names(tx: sqlite3.Connection) -> list[str]:
    return [name for (name,) in tx.execute("select name from things order by rowid")]


class Opened:
    """Opens databases and closes them at the end of the test."""

    def __init__(self) -> None:
        self.counters = Counters()
        self.replaced: list[object] = []
        self._all: list[Database] = []

    async def things(self, path: Path) -> Database:
        self._all.append(
            await Database.open(path, TABLE, clock=CLOCK, counters=self.counters, on_replaced=self.replaced.append)
        )
        return self._all[-1]

    async def state(self, path: Path, reserve: int = SIZE) -> Database:
        replaced = self.replaced.append
        self._all.append(
            await open_state(path, "apl-1", clock=CLOCK, counters=self.counters, on_replaced=replaced, reserve=reserve)
        )
        return self._all[-1]

    async def close(self) -> None:
        for database in self._all:
            await database.close()


@pytest.fixture
async def opened() -> AsyncIterator[Opened]:
    opener = Opened()
    yield opener
    await opener.close()


async def test_what_was_written_is_read(opened: Opened, tmp_path: Path) -> None:
    db = await opened.things(tmp_path / "t.db")
    assert db.opening.created
    assert await db.write(insert("a")) == 1
    assert await db.read(names) == ["a"]


async def test_a_work_that_raises_is_undone_alone(opened: Opened, tmp_path: Path) -> None:
    db = await opened.things(tmp_path / "t.db")

    def half(tx: sqlite3.Connection) -> None:
        insert("half")(tx)
        raise LookupError("stop")

    results = await asyncio.gather(
        db.write(insert("a")), db.write(half), db.write(insert("a")), db.write(insert("b")), return_exceptions=True
    )
    assert isinstance(results[1], LookupError)
    assert isinstance(results[2], sqlite3.IntegrityError)
    assert await db.read(names) == ["a", "b"]


async def test_many_works_share_commits(opened: Opened, tmp_path: Path) -> None:
    db = await opened.things(tmp_path / "t.db")
    await asyncio.gather(*(db.write(insert(f"n{n}")) for n in range(2000)))
    assert len(await db.read(names)) == 2000
    assert opened.counters.total("storage.commits") < 100


async def test_a_cancelled_caller_stops_nobody_else(opened: Opened, tmp_path: Path) -> None:
    db = await opened.things(tmp_path / "t.db")
    task = asyncio.create_task(db.write(insert("a")))
    await asyncio.sleep(0)
    task.cancel()
    await db.write(insert("b"))
    assert "b" in await db.read(names)


async def test_readers_cannot_write(opened: Opened, tmp_path: Path) -> None:
    db = await opened.things(tmp_path / "t.db")
    with pytest.raises(StorageError, match="readonly"):
        await db.read(insert("a"))


async def test_a_second_process_is_kept_out(opened: Opened, tmp_path: Path) -> None:
    db = await opened.things(tmp_path / "t.db")
    with pytest.raises(StorageError, match="another process"):
        await Database.open(tmp_path / "t.db", TABLE, clock=CLOCK, counters=Counters())
    await db.close()
    again = await opened.things(tmp_path / "t.db")
    assert not again.opening.created


async def test_after_closing_nothing_is_taken(opened: Opened, tmp_path: Path) -> None:
    db = await opened.things(tmp_path / "t.db")
    await db.close()
    with pytest.raises(StorageError, match="closed"):
        await db.write(insert("a"))
    assert not (tmp_path / "t.db-wal").exists()


async def test_newer_migrations_are_applied_and_older_releases_still_open(opened: Opened, tmp_path: Path) -> None:
    db = await opened.things(tmp_path / "t.db")
    await db.write(insert("a"))
    await db.close()
    newer = (*TABLE, Migration(2, "alter table things add column colour text"))
    db = await Database.open(tmp_path / "t.db", newer, clock=CLOCK, counters=Counters())
    assert await db.read(lambda tx: tx.execute("select name, colour from things").fetchall()) == [("a", None)]
    await db.close()
    old = await opened.things(tmp_path / "t.db")
    assert await old.read(names) == ["a"]


async def test_created_as_the_design_says(opened: Opened, tmp_path: Path) -> None:
    db = await opened.things(tmp_path / "t.db")

    def pragmas(tx: sqlite3.Connection) -> list[object]:
        asked = ("journal_mode", "auto_vacuum", "synchronous", "secure_delete", "mmap_size")
        return [tx.execute(f"pragma {name}").fetchone()[0] for name in asked]

    assert await db.write(pragmas) == ["wal", 2, 2, 2, 0]


async def test_space_is_given_back(opened: Opened, tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    db = await opened.things(path)
    await db.write(insert("big", 4_000_000))
    await db.write(lambda tx: tx.execute("delete from things"))
    free = [await db.tidy(200) for _ in range(10)]
    assert free[-1] == 0
    await db.close()
    assert path.stat().st_size < 200_000


async def test_the_wal_stays_bounded_while_a_reader_holds_a_snapshot(
    opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "WAL_LIMIT", 2_000_000)
    db = await opened.things(tmp_path / "t.db")
    holding, release = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def hold(tx: sqlite3.Connection) -> None:
        tx.execute("select * from things").fetchall()
        loop.call_soon_threadsafe(holding.set)
        asyncio.run_coroutine_threadsafe(release.wait(), loop).result(20)

    reading = asyncio.create_task(db.read(hold))
    await holding.wait()
    for n in range(30):
        await db.write(insert(f"n{n}", 100_000))
    release.set()
    await reading
    await db.write(insert("last", 100_000))
    await db.write(insert("really last", 100_000))
    assert (tmp_path / "t.db-wal").stat().st_size < 3_000_000
    assert opened.counters.total("storage.wal_busy") > 0
    assert opened.counters.total("storage.wal_truncated") > 0


def spoil(path: Path, at: int, length: int = 2048) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(os.urandom(length))


def foreign(path: Path) -> None:
    path.unlink()
    with contextlib.closing(sqlite3.connect(path)) as other, other:
        other.execute("create table recipes(name)")


def without_a_table(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as file, file:
        file.execute("drop table dead_letters")


def without_its_wal(path: Path) -> None:
    """What is left where the pages lay in the WAL alone: the header."""
    path.unlink()
    with contextlib.closing(sqlite3.connect(path)) as file, file:
        file.execute("pragma journal_mode = wal")


@pytest.mark.parametrize(
    ("lose", "said"), [(foreign, "another program"), (without_a_table, "dead_letters"), (without_its_wal, "-wal")]
)
async def test_a_sound_file_that_is_not_what_was_written_is_set_aside_and_said(
    opened: Opened, tmp_path: Path, lose: Callable[[Path], None], said: str
) -> None:
    path = tmp_path / "state.db"
    db = await opened.state(path, reserve=4096)
    await db.close()
    lose(path)
    db = await opened.state(path, reserve=4096)
    assert (db.opening.created, said in db.opening.damage) == (True, True), db.opening
    assert db.opening.set_aside is not None
    assert (await db.read(current)).reason == "recovered"


@pytest.mark.parametrize("how", ["header", "schema", "pages", "cut", "text"])
async def test_a_damaged_file_is_set_aside_with_a_new_epoch(opened: Opened, tmp_path: Path, how: str) -> None:
    path = tmp_path / "state.db"
    db = await opened.state(path)
    for n in range(40):
        await db.write(partial(append, number=n, size=900))
    before = await db.read(current)
    await db.close()
    match how:
        case "header":
            spoil(path, 0, 100)
        case "schema":
            spoil(path, 100)
        case "pages":
            spoil(path, 4096 * 5, path.stat().st_size - 4096 * 5)
        case "cut":
            os.truncate(path, path.stat().st_size // 2)
        case "text":
            path.write_text("not a database at all\n" * 500)
    db = await opened.state(path)
    assert db.opening.created
    assert db.opening.damage
    assert db.opening.set_aside is not None
    assert db.opening.set_aside.exists()
    assert db.opening.set_aside.name.startswith("state.db.corrupt-")
    after = await db.read(current)
    assert after.epoch != before.epoch
    assert after.reason == "recovered"
    batch = await db.read(lambda tx: outbox.read_batch(tx, 0))
    assert batch is not None
    assert batch.count == 1
    assert opened.counters.value("storage.corrupt", "state.db") == 1


async def test_the_new_epoch_names_the_one_that_was_lost(opened: Opened, tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    db = await opened.state(path)
    await db.write(lambda tx: outbox.forget(tx, current(tx).epoch, 1))
    for n in range(400):
        await db.write(partial(append, number=n, size=900))
    before = await db.read(current)
    await db.close()
    spoil(path, path.stat().st_size - 300_000, 100_000)
    db = await opened.state(path)
    batch = await db.read(lambda tx: outbox.read_batch(tx, 0))
    assert batch is not None
    assert before.epoch.encode() in batch.body
    assert b'"reason":"recovered"' in batch.body


async def stumble(db: Database) -> None:
    """Use the database until its damage is met."""
    for n in range(200):
        await db.write(partial(append, number=n, size=9000))
        await db.write(lambda tx: tx.execute("select sum(length(body)) from outbox").fetchone())


async def test_damage_while_in_use_is_noticed_set_aside_and_reported(opened: Opened, tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    db = await opened.state(path)
    for n in range(40):
        await db.write(partial(append, number=n, size=90_000))
    await db.write(lambda tx: tx.execute("pragma cache_size = 0"))
    before = await db.read(current)
    spoil(path, 4096 * 3, path.stat().st_size - 4096 * 3)
    with pytest.raises(StorageError):
        await stumble(db)
    assert await db.write(lambda tx: current(tx).epoch) != before.epoch
    assert (await db.read(current)).epoch != before.epoch
    assert db.opening.set_aside is not None
    assert opened.replaced == [db.opening]


async def test_damage_that_a_reader_meets_is_confirmed_and_set_aside(opened: Opened, tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    db = await opened.state(path)
    for n in range(40):
        await db.write(partial(append, number=n, size=90_000))
    await db.close()
    db = await opened.state(path)
    before = await db.read(current)
    spoil(path, 4096 * 20, path.stat().st_size - 4096 * 20)
    with pytest.raises(StorageError):
        await db.read(lambda tx: tx.execute("select count(distinct body) from outbox").fetchone())
    async with asyncio.timeout(10):
        while not opened.replaced:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert (await db.read(current)).epoch != before.epoch


def root_page(path: Path, table: str) -> int:
    with contextlib.closing(sqlite3.connect(path)) as own:
        return int(own.execute("select rootpage from sqlite_master where name = ?", (table,)).fetchone()[0])


@pytest.mark.parametrize(("table", "at_start"), [("outbox", False), ("jobs", True)])
async def test_a_large_outbox_is_not_read_at_the_start_and_its_damage_is_found_where_it_is_read(
    opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: str, at_start: bool
) -> None:
    monkeypatch.setattr(connections, "LARGE", 1)
    path = tmp_path / "state.db"
    db = await opened.state(path)
    for n in range(40):
        await db.write(partial(append, number=n, size=9_000))
    before = await db.read(current)
    await db.close()
    spoil(path, 4096 * (root_page(path, table) - 1), 4096)
    db = await opened.state(path)
    assert (db.opening.set_aside is not None) is at_start
    with contextlib.suppress(StorageError):
        await stumble(db)
    assert await db.write(lambda tx: current(tx).epoch) != before.epoch
    assert db.opening.set_aside is not None


async def test_a_limit_on_the_file_means_full_and_works_go_on_when_there_is_room(
    opened: Opened, tmp_path: Path
) -> None:
    db = await opened.things(tmp_path / "t.db")
    await db.write(lambda tx: tx.execute("pragma max_page_count = 60").fetchone())
    with pytest.raises(StorageFull):
        await fill(db, [])
    await db.write(lambda tx: tx.execute("pragma max_page_count = 10000").fetchone())
    await db.write(insert("room again", 20_000))
    assert "room again" in await db.read(names)


async def fill(db: Database, stored: list[str]) -> None:
    """Write until it is refused."""
    for n in range(200):
        await db.write(insert(f"n{n}", 20_000))
        stored.append(f"n{n}")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MiB."""
    target = tmp_path / f"disk-{uuid.uuid4().hex[:6]}"
    target.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(target)], check=True)
    yield target
    subprocess.run(["umount", str(target)], check=True)


@pytest.mark.root
async def test_a_full_disk_loses_nothing_that_was_acknowledged(small_disk: Path, opened: Opened) -> None:
    db = await opened.things(small_disk / "t.db")
    stored: list[str] = []
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(700_000))
    with pytest.raises(StorageFull):
        await fill(db, stored)
    for n in range(20):
        with pytest.raises(StorageFull):
            await db.write(insert(f"more{n}", 200_000))
    assert await db.read(names) == stored
    ballast.unlink()
    await db.write(insert("room again", 20_000))
    await db.close()
    db = await opened.things(small_disk / "t.db")
    assert await db.read(names) == [*stored, "room again"]
    assert opened.counters.total("storage.full") + opened.counters.total("storage.groups_lost") > 0


async def test_closing_leaves_no_thread_and_interrupts_a_long_read(opened: Opened, tmp_path: Path) -> None:
    before = set(threading.enumerate())
    db = await opened.things(tmp_path / "t.db")
    await db.write(insert("a"))
    endless = "with recursive n(x) as (select 1 union all select x + 1 from n) select max(x) from n"
    reading = asyncio.create_task(db.read(lambda tx: tx.execute(endless).fetchone()))
    await asyncio.sleep(0.1)
    await db.close()
    with pytest.raises(StorageError, match="interrupted"):
        await reading
    assert set(threading.enumerate()) == before
