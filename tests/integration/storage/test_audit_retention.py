"""The audit log keeps to its age and budget; what it cut is in the chain, and what somebody else cut is found."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cmsp_agent.aio.counters import Counters
from cmsp_agent.services.audit import AuditEntry, AuditLog
from cmsp_agent.services.audit_retention import AuditRetention
from cmsp_agent.storage import outbox
from cmsp_agent.storage.sqlite import meta
from cmsp_agent.storage.state import open_state
from cmsp_agent.storage.tables import audit
from tests.lab.clock import ManualClock

DAY = 86_400.0


@dataclass
class Book:
    """The log with its retention, on a clock that stands still."""

    log: AuditLog
    clock: ManualClock
    retention: AuditRetention
    clock_is_right: bool = True

    async def add(self, count: int) -> None:
        entry = AuditEntry(self.clock.now(), "noc (admin)", "192.0.2.1", "POST /v1/x", "gw-1", "200")
        for _ in range(count):
            await self.log.database.write(lambda tx: self.log.append(tx, entry))

    async def holds(self) -> str:
        return (await self.log.verify(None)).what or "holds"

    async def run(self, statement: str) -> None:
        await self.log.database.write(lambda tx: tx.execute(statement))


@pytest.fixture
async def book(tmp_path: Path) -> AsyncIterator[Book]:
    clock = ManualClock()
    database = await open_state(tmp_path / "state.db", "apl", clock=clock, counters=Counters())

    async def believed() -> bool:
        return made.clock_is_right

    log = AuditLog(database, bytes(32))
    made = Book(log, clock, AuditRetention(log, clock, believed, most=20))
    yield made
    await database.close()


async def test_beyond_the_budget_the_oldest_go_and_the_chain_says_so(book: Book) -> None:
    await book.add(30)
    assert await book.retention.keep() == 12
    assert await book.holds() == "holds"
    entries = await book.log.database.read(lambda connection: audit.page(connection, limit=1000))
    assert [row for row, _ in entries] == list(range(13, 32))
    last = entries[-1][1]
    assert (last.action, last.object) == ("audit cut", "entries 1 to 12")
    batch = await book.log.database.read(lambda connection: outbox.read_batch(connection, 0))
    assert batch is not None
    assert json.loads(batch.body)[-1]["data"]["action"] == "audit cut", "the head-end knows"
    assert await book.retention.keep() == 0


async def test_it_is_cut_again_and_again(book: Book) -> None:
    for _ in range(5):
        await book.add(15)
        await book.retention.keep()
        assert await book.holds() == "holds"


async def test_what_is_too_old_goes_unless_the_clock_is_not_believed(book: Book) -> None:
    await book.add(5)
    await book.clock.advance(401 * DAY)
    await book.add(2)
    book.clock_is_right = False
    assert await book.retention.keep() == 0
    book.clock_is_right = True
    assert await book.retention.keep() == 5
    assert await book.holds() == "holds"


async def test_a_beginning_that_somebody_else_cut_is_found(book: Book) -> None:
    await book.add(10)
    await book.run("delete from audit where row <= 3")
    assert await book.holds() == "entry missing"
    place = await book.log.database.read(lambda connection: audit.place(connection, 4))
    await book.log.database.write(lambda tx: meta.put(tx, audit.BEGINS_AFTER, place))
    await book.run("delete from audit where row <= 4")
    assert "no entry says that it was cut" in await book.holds()


async def test_more_than_was_cut_is_found(book: Book) -> None:
    await book.add(30)
    await book.retention.keep()
    await book.run("delete from audit where row <= 15")
    assert await book.holds() == "entry missing"
    place = await book.log.database.read(lambda connection: audit.place(connection, 16))
    await book.log.database.write(lambda tx: meta.put(tx, audit.BEGINS_AFTER, place))
    await book.run("delete from audit where row <= 16")
    assert "no entry says that it was cut" in await book.holds()


async def test_entries_that_changed_places_are_found(book: Book) -> None:
    await book.add(2)
    await book.clock.advance(60)
    await book.add(2)
    for before, after in ((2, 99), (3, 2), (99, 3)):
        await book.run(f"update audit set row = {after} where row = {before}")
    assert await book.holds() == "entry changed"
