"""A long outage: drained with few commits, nothing twice and nothing missing, and the table is empty afterwards."""

import sqlite3
from collections.abc import Callable
from typing import Any

import pytest

from cmsp_agent.model.errors import StorageFull
from cmsp_agent.storage import outbox
from cmsp_agent.storage.outbox import gaps
from tests.integration.link.conftest import APPLIANCE, Site


def left(connection: sqlite3.Connection) -> int:
    return int(connection.execute("select count(*) from outbox").fetchone()[0])


async def backlog_of(site: Site, count: int) -> list[str]:
    return [name for _ in range(count // 2000) for name in await site.append(2000)]


async def half_drained(site: Site) -> None:
    """Forward until some commits have forgotten a part of it."""
    await site.start()
    await site.until(lambda: site.headend.store.durable(APPLIANCE).durable >= 12_000)
    await site.stop()


async def test_a_backlog_is_forgotten_in_few_commits(site: Site) -> None:
    stored = await backlog_of(site, 24_000)
    before = site.counters.total("storage.commits")
    await site.start()
    await site.drained()
    assert site.reported() == stored
    assert site.counters.total("storage.commits") - before < 12
    assert await site.database.read(left) == 0
    stored += await site.append(3)
    await site.drained()
    assert site.reported() == stored
    assert site.headend.store.holes(APPLIANCE) == []


async def test_a_head_end_that_falls_back_gets_what_is_still_there(site: Site) -> None:
    stored = await backlog_of(site, 24_000)
    await half_drained(site)
    durable = site.headend.store.durable(APPLIANCE).durable
    site.headend.store.fall_back(APPLIANCE, durable - 7000)
    await site.start()
    await site.drained()
    assert site.reported() == stored
    assert site.reported_of("cmsp.gap.v1") == []


async def test_the_budget_counts_what_is_forgotten_and_gives_it_up_first(site: Site) -> None:
    await backlog_of(site, 24_000)
    await half_drained(site)
    waiting = (await site.database.read(outbox.backlog)).depth
    assert 0 < waiting < await site.database.read(left)
    size = await site.database.read(gaps.size)
    await site.database.write(lambda tx: gaps.evict(tx, size - 100, site.clock.now()))
    assert (await site.database.read(outbox.backlog)).depth == waiting
    assert await site.database.read(left) == waiting


async def test_what_could_not_be_forgotten_is_tried_again_though_nothing_follows(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored, write, failed = await site.append(5), site.database.write, 0

    async def once_full(work: Callable[[sqlite3.Connection], Any], *, makes_room: bool = False) -> Any:
        nonlocal failed
        if site.headend.store.durable(APPLIANCE).durable and not failed:
            failed += 1
            raise StorageFull("no room left to write")
        return await write(work, makes_room=makes_room)

    monkeypatch.setattr(site.database, "write", once_full)
    await site.start()
    await site.drained()
    assert failed == 1
    assert site.reported() == stored
    assert await site.database.read(left) == 0
