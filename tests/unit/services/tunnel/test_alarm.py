"""A tunnel that stays down is one alarm, said once, however many probes go unanswered."""

from pathlib import Path
from typing import cast

from cmsp_agent.services.events.conditions import Conditions
from cmsp_agent.services.tunnel.start import DOWN, TunnelPart
from cmsp_agent.transports.network import Network
from cmsp_agent.transports.tcp import TcpAnswer
from tests.lab.clock import ManualClock


class Answers:
    """What a probe is answered."""

    answer = TcpAnswer.SILENT

    async def check_port(self, *place: object) -> TcpAnswer:
        return self.answer


class Alarms:
    """What was said, raises and clears."""

    def __init__(self) -> None:
        self.said: list[bool] = []

    def alarm(self, kind: str, name: str, text: str, *, raised: bool, component: str = "") -> None:
        assert kind == DOWN
        self.said.append(raised)


async def test_a_tunnel_that_stays_down_is_said_once(tmp_path: Path) -> None:
    answers, alarms = Answers(), Alarms()
    conditions = Conditions(DOWN, alarms)
    urls = ["https://headend.example"]
    network, clock = cast("Network", answers), ManualClock()
    part = TunnelPart(True, urls, tmp_path / "health", network, conditions, clock, lambda: None)
    for _ in range(20):
        await part.look()
    assert alarms.said == [True]
    answers.answer = next(each for each in TcpAnswer if each is not TcpAnswer.SILENT)
    for _ in range(20):
        await part.look()
    assert alarms.said == [True, False]
