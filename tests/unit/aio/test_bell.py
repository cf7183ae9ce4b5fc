"""A wait that others can end."""

import asyncio

from cmsp_agent.aio.bell import Bell
from tests.lab.clock import ManualClock


async def test_it_rings_ahead_of_the_wait_during_it_or_not_at_all() -> None:
    clock = ManualClock()
    bell = Bell(clock)
    bell.ring()
    assert await bell.wait(10)
    waiting = asyncio.ensure_future(bell.wait(10))
    await clock.advance(9)
    assert not waiting.done()
    bell.ring()
    assert await waiting
    waiting = asyncio.ensure_future(bell.wait(10))
    await clock.advance(10)
    assert not await waiting


async def test_a_wait_that_is_cancelled_leaves_nothing_behind() -> None:
    bell = Bell(ManualClock())
    waiting = asyncio.ensure_future(bell.wait(10))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting])
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == {asyncio.current_task()}
    bell.ring()
    assert await bell.wait(10)
