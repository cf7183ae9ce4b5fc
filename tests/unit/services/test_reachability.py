"""Facts about reachability: answered, silent, not asked, not permitted here."""

import logging

import pytest

from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.component import ReachPlan
from cmsp_agent.model.errors import NotPermittedHere
from cmsp_agent.services.reachability import Reach, Reachability
from cmsp_agent.transports.tcp import TcpAnswer


def reachability(trip: float | Exception | None, answer: TcpAnswer = TcpAnswer.SILENT) -> Reachability:
    async def ping(address: str, within: float, source: str | None) -> float | None:
        if isinstance(trip, Exception):
            raise trip
        return trip

    async def knock(address: str, port: int, within: float, source: str | None) -> TcpAnswer:
        return answer

    return Reachability(Counters(), ping, knock)


@pytest.mark.parametrize(
    ("trip", "answer", "plan", "expected"),
    [
        (0.02, TcpAnswer.SILENT, ReachPlan(), Reach(icmp=True, round_trip=0.02)),
        (None, TcpAnswer.SILENT, ReachPlan(), Reach(icmp=False)),
        (None, TcpAnswer.CONNECTED, ReachPlan(tcp=22), Reach(icmp=False, tcp=True, port_open=True)),
        (None, TcpAnswer.REFUSED, ReachPlan(tcp=22), Reach(icmp=False, tcp=True, port_open=False)),
        (None, TcpAnswer.SILENT, ReachPlan(icmp=False, tcp=22), Reach(tcp=False, port_open=False)),
        (0.02, TcpAnswer.CONNECTED, ReachPlan(icmp=False), Reach()),
        (NotPermittedHere("closed"), TcpAnswer.SILENT, ReachPlan(), Reach(icmp=None)),
    ],
)
async def test_what_answered(
    trip: float | Exception | None, answer: TcpAnswer, plan: ReachPlan, expected: Reach
) -> None:
    assert await reachability(trip, answer).check("192.0.2.1", plan, 1.0) == expected


async def test_a_closed_ping_socket_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    reach = reachability(NotPermittedHere("ICMP echo is not permitted here (Permission denied)"))
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            await reach.check("192.0.2.1", ReachPlan(), 1.0)
    assert caplog.text.count("not permitted here") >= 1
    assert len(caplog.records) == 1
