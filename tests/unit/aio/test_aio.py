"""The house style of asyncio: owned tasks, bounded channels, bounded threads."""

import asyncio
import itertools
import threading

import pytest

from cmsp_agent.aio.blocking import BlockingPool, PoolFull
from cmsp_agent.aio.channel import Channel, ChannelClosed
from cmsp_agent.aio.counters import MOST_KEYS, Counters
from cmsp_agent.aio.supervise import Supervisor
from tests.lab.clock import ManualClock


async def test_a_failing_task_is_started_again_and_counted_and_others_never_notice() -> None:
    clock, counters, runs = ManualClock(), Counters(), []

    async def work() -> None:
        runs.append(clock.monotonic())
        raise RuntimeError("broken")

    async def calm() -> None:
        await asyncio.Event().wait()

    async with Supervisor(clock, counters) as supervisor:
        supervisor.keep_running("shaky", work)
        supervisor.keep_running("calm", calm)
        await clock.advance(30)
        assert len(runs) >= 4
        assert counters.value("tasks.failed", "shaky") == len(runs)
        assert supervisor.names() == ["calm", "shaky"]
    assert supervisor.names() == []


async def test_waits_between_restarts_grow() -> None:
    clock, runs = ManualClock(), []

    async def work() -> None:
        runs.append(clock.monotonic())
        raise RuntimeError("broken")

    async with Supervisor(clock, Counters()) as supervisor:
        supervisor.keep_running("shaky", work)
        await clock.advance(600)
    gaps = [later - earlier for earlier, later in itertools.pairwise(runs)]
    assert gaps[0] < 1
    assert 40 < gaps[-1] < 80


async def test_a_task_whose_wait_was_cancelled_by_others_is_started_again() -> None:
    clock, counters, runs = ManualClock(), Counters(), []

    async def work() -> None:
        runs.append(clock.monotonic())
        abandoned: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        abandoned.cancel()
        await abandoned

    async with Supervisor(clock, counters) as supervisor:
        supervisor.keep_running("cut short", work)
        await clock.advance(5)
        assert len(runs) >= 2
        await supervisor.cancel("cut short")
        assert supervisor.names() == []
    assert counters.value("tasks.failed", "cut short") >= 2


async def test_a_name_runs_once() -> None:
    async with Supervisor(ManualClock(), Counters()) as supervisor:
        supervisor.keep_running("one", asyncio.Event().wait)  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="running already"):
            supervisor.keep_running("one", asyncio.Event().wait)  # type: ignore[arg-type]


async def test_a_full_channel_drops_the_newcomer_and_counts_it() -> None:
    counters = Counters()
    channel: Channel[int] = Channel("queue", 2, counters)
    assert [channel.offer(n) for n in range(3)] == [True, True, False]
    assert await channel.batch(10) == [0, 1]
    assert counters.value("queue.dropped") == 1


async def test_a_closed_channel_is_drained_and_then_says_so() -> None:
    channel: Channel[int] = Channel("queue", 2, Counters())
    channel.offer(1)
    channel.close()
    assert not channel.offer(2)
    assert await channel.batch(10) == [1]
    with pytest.raises(ChannelClosed):
        await channel.batch(10)


async def test_a_late_thread_is_aborted_and_its_place_comes_free() -> None:
    pool, aborted = BlockingPool("slow", threads=1, waiting=0), threading.Event()
    with pytest.raises(TimeoutError):
        await pool.run(lambda: aborted.wait(5), within=0.05, abort=aborted.set)
    assert await pool.close()
    assert pool.busy == 0


async def test_a_full_pool_refuses_at_once() -> None:
    pool, release = BlockingPool("full", threads=1, waiting=0), threading.Event()
    first = asyncio.ensure_future(pool.run(lambda: release.wait(5), within=5))
    await asyncio.sleep(0)
    with pytest.raises(PoolFull):
        await pool.run(lambda: None, within=1)
    release.set()
    assert await first
    assert await pool.close()


def test_keys_of_a_counter_are_bounded() -> None:
    counters = Counters()
    for number in range(MOST_KEYS + 10):
        counters.add("unknown.senders", key=str(number))
    assert counters.value("unknown.senders", "other") == 10
    assert counters.total("unknown.senders") == MOST_KEYS + 10


def test_counts_are_found_by_name() -> None:
    counters = Counters()
    counters.add("traps.received")
    counters.add("traps.dropped", 2, key="gw-1")
    counters.add("traps.dropped", 3, key="gw-2")
    assert counters.names() == ["traps.dropped", "traps.received"]
    assert counters.by_key("traps.dropped") == {"gw-1": 2, "gw-2": 3}
    assert counters.by_key("polls.done") == {}
    counters.gauge("events.waiting", lambda: 7)
    assert counters.gauge_value("events.waiting") == 7
    assert counters.gauge_value("other") is None
