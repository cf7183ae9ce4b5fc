"""A wait that others can end."""

import asyncio

from cmsp_agent.aio.wakeup import Wakeup
from tests.lab.clock import ManualClock


async def test_it_rings_ahead_of_the_wait_during_it_or_not_at_all() -> None:
    clock = ManualClock()
    wakeup = Wakeup(clock)
    wakeup.wake()
    assert await wakeup.wait(10)
    waiting = asyncio.ensure_future(wakeup.wait(10))
    await clock.advance(9)
    assert not waiting.done()
    wakeup.wake()
    assert await waiting
    waiting = asyncio.ensure_future(wakeup.wait(10))
    await clock.advance(10)
    assert not await waiting


async def test_a_wait_that_is_cancelled_leaves_nothing_behind() -> None:
    wakeup = Wakeup(ManualClock())
    waiting = asyncio.ensure_future(wakeup.wait(10))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting])
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == {asyncio.current_task()}
    wakeup.wake()
    assert await wakeup.wait(10)
