"""Facts about reachability: answered, silent, not asked, not permitted here."""

import logging
import random
from collections import Counter

import pytest

from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.component import ReachPlan
from cmsp_agent.model.errors import NotPermittedHere
from cmsp_agent.services.polling.reachability import Patience, Reach, Reachability
from cmsp_agent.transports.tcp import TcpAnswer

PATIENCE = Patience(within=1.0, retries=2, budget=5.0)


def reachability(trip: float | Exception | None, answer: TcpAnswer = TcpAnswer.SILENT) -> Reachability:
    async def ping(address: str, within: float, source: str | None) -> float | None:
        if isinstance(trip, Exception):
            raise trip
        return trip

    async def check_port(address: str, port: int, within: float, source: str | None) -> TcpAnswer:
        return answer

    return Reachability(Counters(), ping, check_port, gap=0, apart=5)


@pytest.mark.parametrize(
    ("trip", "answer", "plan", "expected"),
    [
        (0.02, TcpAnswer.SILENT, ReachPlan(), Reach(icmp=True, round_trip=0.02, loss=0)),
        (None, TcpAnswer.SILENT, ReachPlan(), Reach(icmp=False, loss=100)),
        (None, TcpAnswer.CONNECTED, ReachPlan(tcp=22), Reach(icmp=False, loss=100, tcp=True, port_open=True)),
        (None, TcpAnswer.REFUSED, ReachPlan(tcp=22), Reach(icmp=False, loss=100, tcp=True, port_open=False)),
        (None, TcpAnswer.SILENT, ReachPlan(icmp=False, tcp=22), Reach(tcp=False, port_open=False)),
        (0.02, TcpAnswer.CONNECTED, ReachPlan(icmp=False), Reach()),
        (
            NotPermittedHere("closed"),
            TcpAnswer.SILENT,
            ReachPlan(),
            Reach(icmp=None, not_permitted="closed; permit it, or write reach: {tcp: PORT}"),
        ),
    ],
)
async def test_what_answered(
    trip: float | Exception | None, answer: TcpAnswer, plan: ReachPlan, expected: Reach
) -> None:
    assert await reachability(trip, answer).check("192.0.2.1", plan, PATIENCE) == expected


async def test_a_closed_ping_socket_is_reported_once(caplog: pytest.LogCaptureFixture) -> None:
    reach = reachability(NotPermittedHere("ICMP echo is not permitted here (Permission denied)"))
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            await reach.check("192.0.2.1", ReachPlan(), PATIENCE)
    assert caplog.text.count("not permitted here") >= 1
    assert len(caplog.records) == 1


async def test_thirty_percent_of_loss_are_a_figure_and_never_three_silent_polls() -> None:
    lost, sent = random.Random(7), Counter[str]()

    async def ping(address: str, within: float, source: str | None) -> float | None:
        sent[address] += 1
        return None if lost.random() < 0.3 else 0.01

    reach = Reachability(Counters(), ping, gap=0)
    for address in ("192.0.2.1", "192.0.2.2"):
        polls = [await reach.check(address, ReachPlan(), PATIENCE) for _ in range(1_000)]
        silent = [poll.icmp is False for poll in polls]
        assert not any(all(silent[start : start + 3]) for start in range(998))
        assert 27 < sum(poll.loss or 0 for poll in polls) / 1_000 < 33
        assert sent[address] == 1_000 * (ReachPlan().echoes + PATIENCE.retries)


async def test_a_port_is_tried_again_as_often_as_the_plan_says() -> None:
    tries: list[float] = []

    async def check_port(address: str, port: int, within: float, source: str | None) -> TcpAnswer:
        tries.append(within)
        return TcpAnswer.CONNECTED if len(tries) == 3 else TcpAnswer.SILENT

    async def ping(address: str, within: float, source: str | None) -> float | None:
        return None

    reach = Reachability(Counters(), ping, check_port, gap=0)
    assert (await reach.check("192.0.2.1", ReachPlan(icmp=False, tcp=22), PATIENCE)).tcp is True
    tries.clear()
    once = Patience(within=1.0, retries=0, budget=5.0)
    assert (await reach.check("192.0.2.1", ReachPlan(icmp=False, tcp=22), once)).tcp is False
    assert len(tries) == 1


@pytest.mark.parametrize(("answers_at", "expected"), [(1, 1), (2, 2), (9, 2)])
async def test_what_was_silent_is_asked_once_more_for_each_retry_well_apart(answers_at: int, expected: int) -> None:
    asked = 0

    async def ping(address: str, within: float, source: str | None) -> float | None:
        nonlocal asked
        asked += 1
        return 0.02 if asked == answers_at else None

    patience = Patience(within=1.0, retries=2, budget=5.0)
    before = Reach(icmp=False, loss=100)
    reach = await Reachability(Counters(), ping, gap=0, apart=0).again(before, "192.0.2.1", ReachPlan(), patience)
    assert asked == expected
    found = 0 < answers_at <= 2
    assert (reach.icmp, reach.loss) == (found, pytest.approx(100 * (1 - 1 / (5 + answers_at))) if found else 100)


async def test_a_poll_without_room_asks_no_more() -> None:
    reach = Reach(icmp=False, loss=100)
    assert await reachability(0.02).again(reach, "192.0.2.1", ReachPlan(), Patience(1.0, 2, 5.5)) is reach
