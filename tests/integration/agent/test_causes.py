"""The running agent on the played site: what a silent parent may hide, and what it may not."""

from pathlib import Path

from cmsp_agent.app.agent import Agent, running
from tests.integration.agent.stage import APPLIANCE, Stage, staged
from tests.integration.agent.test_lifecycle import until
from tests.lab.headend.alarms import alarms_of
from tests.lab.site.happenings import Happening
from tests.lab.site.notices import SyslogLine
from tests.lab.site.site import Site

TUNNEL_DOWN = Happening(says=(SyslogLine("LINK-3-UPDOWN", "Interface Tunnel7, changed state to down"),))
"""Reported by syslog alone: the interface is in no table that is polled."""


def held(agent: Agent) -> set[tuple[str, str, bool]]:
    """(component, type, inhibited) of the alarms that hold."""
    alarms = agent.events.service.alarm_state.active.values()
    return {(each.component, each.type, each.suppressed_by is not None) for each in alarms}


def incidents(agent: Agent) -> set[tuple[str, ...]]:
    return {each.components for each in agent.events.service.alarm_state.incidents.values()}


async def agreed(stage: Stage, agent: Agent) -> None:
    """The records that the head-end got give exactly the alarms that the agent holds."""

    def same() -> bool:
        reported = alarms_of(stage.headend.store.records(APPLIANCE))
        active = agent.events.service.alarm_state.active.values()
        return {name: data["suppressed_by"] for name, data in reported.items()} == {
            each.id: each.suppressed_by for each in active
        }

    await until(same)


async def polls(agent: Agent, names: set[str], count: int) -> None:
    """Wait until each of the components was polled so often."""
    unanswered = agent.events.service.alarm_state.unanswered
    seen = {name: {unanswered[name].polled_at} if name in unanswered else set[int]() for name in names}

    def enough() -> bool:
        for name, at in seen.items():
            if name in unanswered:
                at.add(unanswered[name].polled_at)
        return all(len(at) > count for at in seen.values())

    await until(enough, 30)


async def up(agent: Agent, site: Site) -> None:
    await until(lambda: len(agent.events.service.alarm_state.unanswered) == len(site.devices), 30)
    await until(lambda: not agent.events.service.alarm_state.active, 30)


async def test_a_switch_with_filtered_management_hides_nothing_of_what_answers_behind_it(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.rewrite("every: 2s", "every: 1s, timeout: 300ms, retries: 0")
        async with running(stage.load()) as agent:
            await up(agent, stage.site)
            await polls(agent, {"gw-1"}, 2)
            await stage.site["sw-1"].die()
            await polls(agent, {"sw-1", "gw-1"}, 5)
            assert held(agent) == {("sw-1", "management.lost", False)}
            stage.site.fail_pri("gw-1")
            await until(lambda: ("gw-1",) in incidents(agent))
            assert ("gw-1", "isdn.layer2.down", False) in held(agent)
            await agreed(stage, agent)
            await stage.site["sw-1"].recover(restarted=False)
            stage.site.restore_pri("gw-1")
            await until(lambda: not held(agent), 30)
            await agreed(stage, agent)


async def test_what_a_gateway_tells_while_it_boots_is_not_lost(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.rewrite("every: 2s", "every: 1s, timeout: 300ms, retries: 0")
        async with running(stage.load()) as agent:
            await up(agent, stage.site)
            await stage.site.kill("gw-2")
            await until(lambda: ("gw-2", "component.down", False) in held(agent), 30)
            device = stage.site["gw-2"]
            device.alive = True  # it can speak already, and answers nothing yet
            device.happen(TUNNEL_DOWN)
            device.alive = False
            await until(lambda: ("gw-2", "link.down", True) in held(agent))
            await stage.site.revive("gw-2")
            await until(lambda: ("gw-2", "link.down", False) in held(agent), 30)
            await until(lambda: ("gw-2",) in incidents(agent))
            await polls(agent, {"gw-2"}, 3)
            assert ("gw-2",) in incidents(agent)
            await agreed(stage, agent)
