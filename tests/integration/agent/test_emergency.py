"""The running agent: the ways to the emergency number of a site, and the alarm when the last one is gone."""

from pathlib import Path

from cmsp_agent.app.agent import Agent, running
from cmsp_agent.services.emergency.start import EmergencyPart
from tests.integration.agent.stage import staged
from tests.integration.agent.test_causes import held, polls
from tests.integration.agent.test_lifecycle import until
from tests.lab.site.happenings import FIRST_PRI, SECOND_PRI, pri_layer2

LOST = ("gw-1", "emergency.lost", False)


def watch(agent: Agent) -> EmergencyPart:
    return next(part for part in agent.parts if isinstance(part, EmergencyPart))


async def states(agent: Agent, site: str) -> dict[str, bool]:
    [found] = [each for each in await watch(agent).watch.ways() if each.site == site]
    return {way.dial_peer: way.works for way in found.ways if way.component == "gw-1"}


async def test_the_last_way_to_the_emergency_number(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage, running(stage.load()) as agent:
        site = agent.configuration.components["gw-1"].site
        await polls(agent, {"gw-1"}, 1)
        assert await states(agent, site) == {}, "nothing is known before its configuration was saved"
        await agent.backups.backups.run("gw-1", "demand")
        assert await states(agent, site) == {"112": True, "113": True}

        async def look() -> None:
            watch(agent).watch.settle(await watch(agent).watch.ways())

        stage.site.happen("gw-1", pri_layer2(FIRST_PRI, up=False))
        await until(lambda: ("gw-1", "isdn.layer2.down", False) in held(agent), 30)
        await look()
        assert await states(agent, site) == {"112": False, "113": True}
        assert LOST not in held(agent)
        stage.site.happen("gw-1", pri_layer2(SECOND_PRI, up=False))
        await until(
            lambda: len(agent.events.service.alarm_state.active.of("gw-1").get("isdn.layer2.down", {})) == 2, 30
        )
        await look()
        await until(lambda: LOST in held(agent), 30)
        stage.site.happen("gw-1", pri_layer2(FIRST_PRI, up=True))
        await until(
            lambda: len(agent.events.service.alarm_state.active.of("gw-1").get("isdn.layer2.down", {})) == 1, 30
        )
        await look()
        await until(lambda: LOST not in held(agent), 30)
