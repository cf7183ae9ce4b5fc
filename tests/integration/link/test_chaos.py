"""A head-end that fails in every way at random, while records keep coming: in the end it has each once, in order."""

import asyncio
import random

import pytest

from tests.integration.link.conftest import APPLIANCE, Site
from tests.lab.headend import Kind

FAULTS = (
    (Kind.STATUS, 413, ""),
    (Kind.STATUS, 429, "1"),
    (Kind.STATUS, 503, "2"),
    (Kind.STATUS, 401, ""),
    (Kind.STATUS, 500, ""),
    (Kind.VIOLATION, 0, "{}"),
    (Kind.VIOLATION, 0, '{"epoch": "X", "durable": 5}'),
    (Kind.VIOLATION, 0, "<html>"),
    (Kind.EXPECT, 3, ""),
    (Kind.EXPECT, 900, ""),
    (Kind.EXPECT, 100_000, ""),
    (Kind.REFUSE, 77, ""),
    (Kind.DROP, 0, ""),
    (Kind.DEAF, 0, ""),
    (Kind.SLOW, 30, ""),
)


async def play(site: Site, seed: int, rounds: int) -> list[str]:
    """Append and let the head-end fail, at random; return the ids of all records."""
    dice = random.Random(seed)
    names: list[str] = []
    for _ in range(rounds):
        names += await site.append(dice.choice((1, 7, 300)))
        for _ in range(dice.randrange(4)):
            kind, value, text = dice.choice(FAULTS)
            times, method = dice.choice((1, 1, 3)), dice.choice(("POST", "POST", ""))
            # where two answers say that the head-end is in another epoch, the agent must believe it
            site.headend.fail(kind, value, text, times=times, method="POST" if "epoch" in text else method)
        if dice.random() < 0.1:
            site.headend.cut()
            await asyncio.sleep(0.05)
            site.headend.restore()
        if dice.random() < 0.15:
            await site.close()
            await site.open()
            await site.start(total=1.0)
        await asyncio.sleep(dice.uniform(0, 0.05))
    site.headend.restore()
    return names


async def check(site: Site, seed: int, rounds: int) -> None:
    await site.start(total=1.0)
    names = await play(site, seed, rounds)
    await site.drained(60)
    records = site.headend.store.records(APPLIANCE)
    gaps = {record.sequence for record in records if record.type == "cmsp.gap.v1"}
    assert site.headend.store.holes(APPLIANCE) == []
    reported = site.reported()
    assert len(reported) == len(set(reported)), "a record was sent twice"
    assert reported == [name for name in names if name in set(reported)], "the order is another one"
    # refused twice in a row is in the plan: such a record (an epoch's own too) is a dead letter; no other is missing
    assert len(names) - len(reported) <= len(gaps) == site.counters.value("forwarder.dead_letters")


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_each_record_once_and_in_order(site: Site, seed: int) -> None:
    await check(site, seed, 25)


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", range(20, 30))
async def test_each_record_once_and_in_order_for_long(site: Site, seed: int) -> None:
    await check(site, seed, 60)
