"""Batches are handed on in order and acknowledged after the commit only; a failed commit acknowledges nothing."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial

from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.errors import StorageFull
from cmsp_agent.model.signal import Signal, SyslogSignal
from cmsp_agent.services.receiving.fair_queue import FairQueue
from cmsp_agent.services.receiving.intake import BATCH, IN_FLIGHT, Intake, Received
from cmsp_agent.services.receiving.sender_queues import Chunk


class Database:
    """A sink that commits when told to."""

    def __init__(self) -> None:
        self.handed: list[list[Signal]] = []
        self.commits: list[asyncio.Future[None]] = []

    async def __call__(self, signals: Sequence[Signal]) -> None:
        self.handed.append(list(signals))
        self.commits.append(asyncio.get_running_loop().create_future())
        await self.commits[-1]


class Site:
    def __init__(self) -> None:
        self.counters = Counters()
        self.database = Database()
        self.queue = FairQueue("syslog", lambda: {"10.0.0.1": "gw-1"}, self.counters)
        self.acknowledged: list[str] = []
        self.intake = Intake("syslog", self.queue, self.read, self.database, self.counters)

    def read(self, part: Sequence[Chunk], received: Received) -> None:
        for chunk in part:
            for payload, *_ in chunk.datagrams:
                text = payload.decode()
                received.signals.append(SyslogSignal(chunk.component, chunk.received_at, "", text))
                received.acknowledge.append(partial(self.acknowledged.append, text))

    def say(self, *texts: str) -> None:
        self.queue.offer(1, [(text.encode(), ("10.0.0.1", 514)) for text in texts], lambda _asked, _payload: False)


@asynccontextmanager
async def running() -> AsyncIterator[Site]:
    site = Site()
    task = asyncio.create_task(site.intake.run())
    yield site
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def settle() -> None:
    for _ in range(30):
        await asyncio.sleep(0)


async def test_acknowledged_after_the_commit() -> None:
    async with running() as site:
        site.say("a", "b")
        await settle()
        assert site.acknowledged == []
        site.database.commits[0].set_result(None)
        await settle()
        assert site.acknowledged == ["a", "b"]


async def test_a_failed_commit_is_counted_and_acknowledges_nothing() -> None:
    async with running() as site:
        site.say("a")
        await settle()
        site.database.commits[0].set_exception(StorageFull("disk full"))
        site.say("b")
        await settle()
        site.database.commits[1].set_result(None)
        await settle()
        assert site.acknowledged == ["b"]
        assert site.counters.total("syslog.not_stored") == 1


async def test_the_next_batches_are_read_meanwhile_but_not_without_end() -> None:
    async with running() as site:
        for number in range(IN_FLIGHT + 3):
            site.say(str(number))
            await settle()
        assert [[s.text for s in batch if isinstance(s, SyslogSignal)] for batch in site.database.handed] == [
            [str(number)] for number in range(IN_FLIGHT)
        ]
        site.database.commits[0].set_result(None)
        await settle()
        site.database.commits[1].set_result(None)
        await settle()
        handed = [s.text for batch in site.database.handed for s in batch if isinstance(s, SyslogSignal)]
        assert handed == [str(number) for number in range(IN_FLIGHT + 3)]


async def test_others_on_the_loop_have_their_turn_while_a_large_batch_is_read() -> None:
    async with running() as site:
        site.say(*["x"] * BATCH)
        turns = 0
        while not site.database.handed:
            await asyncio.sleep(0)
            turns += 1
        assert turns > 3


async def test_long_datagrams_are_read_few_at_a_time() -> None:
    async with running() as site:
        site.say(*["x" * 8192] * 20)
        turns = 0
        while not site.database.handed:
            await asyncio.sleep(0)
            turns += 1
        assert turns > 9
        assert len(site.database.handed[0]) == 20


async def test_what_makes_the_reader_fail_takes_nothing_else_with_it() -> None:
    async with running() as site:
        site.queue.offer(
            1, [(b"before", ("10.0.0.1", 514)), (b"\xff", ("10.0.0.1", 514))], lambda _asked, _payload: False
        )
        site.say("after")
        await settle()
        [handed] = site.database.handed
        assert [signal.text for signal in handed if isinstance(signal, SyslogSignal)] == ["before", "after"]
        assert site.counters.value("syslog.datagram.failed") == 1
