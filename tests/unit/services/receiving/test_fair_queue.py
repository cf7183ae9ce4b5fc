"""A flood of one sender costs the others nothing; what is dropped is counted."""

from collections.abc import AsyncIterator

import pytest

from cmsp_agent.aio.counters import Counters
from cmsp_agent.services.receiving.fair_queue import FairQueue
from cmsp_agent.services.receiving.sender_queues import OVERHEAD, Chunk
from cmsp_agent.transports.recvmmsg import Datagram

SENDERS = {"10.0.0.1": "gw-1", "10.0.1.1": "gw-1", "10.0.0.2": "gw-2", "10.0.0.3": "gw-3"}
SIZE = 10


def nobody(_asked: Datagram, _payload: bytes) -> bool:
    raise AssertionError


def said(host: str, n: int, start: int = 0) -> list[Datagram]:
    return [(b"%0*d" % (SIZE, number), (host, 514)) for number in range(start, start + n)]


def queue(counters: Counters | None = None, *, room_for: int = 1000) -> FairQueue:
    return FairQueue("syslog", lambda: SENDERS, counters or Counters(), room_for * (SIZE + OVERHEAD))


def by_component(chunks: list[Chunk]) -> dict[str, list[int]]:
    numbers: dict[str, list[int]] = {}
    for chunk in chunks:
        numbers.setdefault(chunk.component, []).extend(int(payload) for payload, *_ in chunk.datagrams)
    return numbers


async def everything(waiting: FairQueue) -> dict[str, list[int]]:
    chunks: list[Chunk] = []
    while len(waiting):
        chunks += await waiting.take(64)
    return by_component(chunks)


async def test_a_lone_sender_may_use_everything() -> None:
    waiting = queue()
    waiting.offer(5, said("10.0.0.1", 900), nobody)
    assert by_component(await waiting.take(1000)) == {"gw-1": list(range(900))}


async def test_who_sends_little_is_served_at_once_behind_a_flood() -> None:
    waiting = queue()
    waiting.offer(5, said("10.0.0.1", 900), nobody)
    waiting.offer(6, said("10.0.0.2", 3), nobody)
    taken = by_component(await waiting.take(100))
    assert taken["gw-2"] == [0, 1, 2]
    assert taken["gw-1"] == list(range(len(taken["gw-1"])))


async def test_addresses_of_one_component_have_one_share_and_keep_their_order() -> None:
    waiting = queue()
    waiting.offer(5, said("10.0.0.1", 2) + said("10.0.1.1", 2, start=2), nobody)
    assert [chunk.component for chunk in await waiting.take(10)] == ["gw-1"]


async def test_when_all_is_full_only_the_flooder_loses_and_its_newest() -> None:
    counters = Counters()
    waiting = queue(counters, room_for=1000)
    for turn in range(20):
        waiting.offer(turn, said("10.0.0.1", 500, start=turn * 500) + said("10.0.0.2", 10, start=turn * 10), nobody)
    kept = await everything(waiting)
    assert kept["gw-2"] == list(range(200))
    assert kept["gw-1"] == list(range(800))
    assert counters.value("syslog.dropped", "gw-1") == 20 * 500 - 800
    assert counters.value("syslog.dropped", "gw-2") == 0


async def test_forged_addresses_share_one_queue() -> None:
    counters = Counters()
    waiting = queue(counters, room_for=100)
    waiting.offer(1, said("10.0.0.2", 50), nobody)
    waiting.offer(2, [datagram for number in range(500) for datagram in said(f"192.0.2.{number % 250}", 1)], nobody)
    kept = await everything(waiting)
    assert len(kept["gw-2"]) == 50
    assert len(kept[""]) == 50
    assert counters.value("syslog.dropped", "unknown senders") == 450


async def test_two_flooders_are_cut_to_the_same_length() -> None:
    waiting = queue(room_for=300)
    waiting.offer(1, said("10.0.0.1", 400) + said("10.0.0.2", 250) + said("10.0.0.3", 20), nobody)
    kept = await everything(waiting)
    assert len(kept["gw-3"]) == 20
    assert sum(map(len, kept.values())) == 300
    assert abs(len(kept["gw-1"]) - len(kept["gw-2"])) <= 280


@pytest.mark.parametrize(("octets", "served"), [(0, 64), (255, 64), (511, 64), (512, 32), (8192, 2), (65_507, 1)])
async def test_a_turn_is_shared_out_by_effort(octets: int, served: int) -> None:
    waiting = FairQueue("syslog", lambda: SENDERS, Counters())
    waiting.offer(1, [(bytes(octets), ("10.0.0.1", 514)) for _ in range(100)], nobody)
    [chunk] = await waiting.take(64)
    assert len(chunk.datagrams) == served
    assert len(waiting) == 100 - served
    rest = [chunk async for chunk in drained(waiting)]
    assert sum(len(chunk.datagrams) for chunk in rest) == 100 - served
    assert waiting.has_room("10.0.0.1")


async def drained(waiting: FairQueue) -> AsyncIterator[Chunk]:
    while len(waiting):
        for chunk in await waiting.take(64):
            yield chunk


async def test_senders_that_can_wait_are_paused() -> None:
    waiting = queue(room_for=100)
    waiting.offer(1, said("10.0.0.1", 49), nobody)
    assert waiting.has_room("10.0.0.1")
    waiting.offer(1, said("10.0.0.1", 10), nobody)
    assert not waiting.has_room("10.0.0.1")
    assert waiting.has_room("10.0.0.2")
    waiting.offer(1, said("10.0.0.2", 1), nobody)
    assert waiting.has_room("10.0.0.2")
    assert not waiting.has_room("10.0.1.1")  # the same component
    await waiting.take(1000)
    assert waiting.has_room("10.0.0.1")
    assert len(waiting) == 0


async def test_a_link_local_sender_is_known_whatever_link_it_is_on() -> None:
    waiting = FairQueue("syslog", lambda: {"fe80::1": "gw-1"}, Counters())
    waiting.offer(5, [(b"0", ("fe80::1%eth0", 514, 0, 2))], nobody)
    assert by_component(await waiting.take(10)) == {"gw-1": [0]}
