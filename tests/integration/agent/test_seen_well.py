"""The running agent: what began while it was off, or while its component was edited, is reported at the next polls."""

from pathlib import Path

from cmsp_agent.app.agent import Agent, running
from tests.integration.agent.stage import Stage, staged
from tests.integration.agent.test_causes import agreed, held, incidents, polls
from tests.integration.agent.test_lifecycle import until
from tests.lab.site.happenings import (
    FIRST_PRI,
    IF_OPER_STATUS,
    LAPD_OPER_STATUS,
    SECOND_PRI,
    Happening,
    interface,
    pri_layer2,
)
from tests.lab.site.notices import number

NEVER_USED = Happening(
    {f"{LAPD_OPER_STATUS}.{SECOND_PRI.channel}": number(1), f"{IF_OPER_STATUS}.{SECOND_PRI.channel}": number(2)}
)
"""A D-channel that was down before anybody looked."""


def while_off(stage: Stage, happening: Happening) -> None:
    """Let it happen without a word: neither trap nor syslog tells of it."""
    stage.site.happen("gw-1", Happening(happening.objects))


def faults(agent: Agent) -> set[tuple[str, str, bool]]:
    return {each for each in held(agent) if each[0] == "gw-1"}


async def test_a_fault_that_began_while_the_agent_was_off_and_one_that_began_while_it_was_edited(
    tmp_path: Path,
) -> None:
    async with staged(tmp_path) as stage:
        stage.rewrite("every: 2s", "every: 1s")
        while_off(stage, NEVER_USED)
        async with running(stage.load()) as agent:
            await polls(agent, {"gw-1"}, 3)
            assert faults(agent) == set()
        while_off(stage, pri_layer2(FIRST_PRI, up=False))
        async with running(stage.load()) as agent:
            await until(lambda: ("gw-1",) in incidents(agent), 30)
            assert faults(agent) == {("gw-1", "isdn.layer2.down", False)}
            while_off(stage, interface(1, "GigabitEthernet0/0/0", up=False))
            stage.rewrite(
                "functions: {pstn: primary, emergency: primary, fax: secondary}", "functions: {pstn: primary}"
            )
            await agent.use(stage.load())
            await until(lambda: ("gw-1", "link.down", False) in faults(agent), 30)
            await polls(agent, {"gw-1"}, 2)
            assert faults(agent) == {("gw-1", "isdn.layer2.down", False), ("gw-1", "link.down", False)}
            await agreed(stage, agent)
