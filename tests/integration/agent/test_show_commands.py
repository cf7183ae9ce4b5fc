"""The running agent reads show commands over SSH: figures, faults, what is not supported, a login that is refused."""

from pathlib import Path

import pytest

from cmsp_agent.app.agent import Agent, running
from cmsp_agent.model.errors import AuthenticationRejected
from cmsp_agent.services.kpis.history import Question
from tests.integration.agent.stage import Stage, staged
from tests.integration.agent.test_causes import held, polls
from tests.integration.agent.test_lifecycle import until

PEERS = "dial-peer voice summary"
HEADER = """             AD                                    PRE PASS                OUT
TAG    TYPE  MIN  OPER PREFIX    DEST-PATTERN      FER THRU SESS-TARGET    STAT PORT    KEEPALIVE
"""
TRUNK = "100    voip  up   up             0T                 0  syst ipv4:192.0.2.9              {}\n"


def shows(stage: Stage, name: str, **answers: str) -> None:
    shell = stage.site.devices[name].shell
    shell.show = {**shell.show, **{command.replace("_", " "): text for command, text in answers.items()}}


async def read(agent: Agent, name: str = "gw-1") -> dict[str, float]:
    signal = await agent.polling.commands.read_now(name)
    return {} if signal is None else dict(signal.samples)


async def test_figures_and_faults_over_ssh(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        shows(stage, "gw-1", **{PEERS: HEADER + TRUNK.format("active")})
        async with running(stage.load()) as agent:
            await polls(agent, {"gw-1"}, 1)
            samples = await read(agent)
            assert samples["dialpeer.usable"] == 1.0
            assert samples["isdn.calls[Serial0/1/0:15]"] == 5.0
            assert "licence.in_use" not in samples, "the device has no such command, and zero would be wrong"
            now = agent.runtime.clock.now()
            history = await agent.kpis.history.read(Question("gw-1", now - 60_000, now, kpis=("dialpeer.usable",)))
            assert [line.unit for line in history.lines.values()] == ["dial-peers"]

            shows(stage, "gw-1", **{PEERS: HEADER + TRUNK.format("busyout")})
            await read(agent)
            assert held(agent) == set()
            await read(agent)
            assert held(agent) == {("gw-1", "dialpeer.busied_out", False)}
            shows(stage, "gw-1", **{PEERS: HEADER + TRUNK.format("active")})
            await read(agent)
            await until(lambda: held(agent) == set())


async def test_a_command_that_is_not_there_is_not_asked_again(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage, running(stage.load()) as agent:
        await polls(agent, {"gw-1"}, 1)
        asked: list[str] = []
        stage.site.devices["gw-1"].shell.asked = asked.append
        await read(agent)
        first, asked[:] = list(asked), []
        await read(agent)
        assert "show license" in first
        assert "show license" not in asked
        assert "show isdn status" in asked


async def test_a_refused_login_is_not_repeated(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        secret = next(stage.workspace.folder.rglob("*ssh*"), None) or next(stage.workspace.folder.rglob("*password*"))
        secret.write_text("wrong", encoding="utf-8")
        async with running(stage.load()) as agent:
            await polls(agent, {"gw-1"}, 1)
            with pytest.raises(AuthenticationRejected):
                await read(agent)
            assert await read(agent) == {}
            assert held(agent) == set()
