"""The running agent on devices that call their interfaces otherwise, or number them anew, while it looks."""

from pathlib import Path

from cmsp_agent.app.agent import Agent, running
from tests.integration.agent.stage import staged
from tests.integration.agent.test_causes import agreed, polls, up
from tests.integration.agent.test_lifecycle import until
from tests.lab.site import happenings
from tests.lab.site.happenings import FIRST_PRI, LINK_DOWN, Happening
from tests.lab.site.notices import Notification, number, words

IF_DESCR, IF_NAME = "1.3.6.1.2.1.2.2.1.2", "1.3.6.1.2.1.31.1.1.1.1"


def down(agent: Agent, component: str = "gw-1") -> set[tuple[str, str]]:
    """(type, object) of a component's alarms."""
    active = agent.events.service.alarm_state.active
    return {(key.type, key.object) for key in active if key.component == component}


def trap(index: int) -> Happening:
    """A linkDown by nothing but its ifIndex, of which the tables show nothing."""
    return Happening(says=(Notification(LINK_DOWN, ((f"1.3.6.1.2.1.2.2.1.1.{index}", number(index)),)),))


async def test_interfaces_numbered_anew_without_a_restart_are_found_at_the_next_poll(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.rewrite("every: 2s", "every: 1s, timeout: 300ms, retries: 0")
        async with running(stage.load()) as agent:
            await up(agent, stage.site)
            device = stage.site["gw-1"]
            names = agent.devices.devices.interfaces("gw-1").names
            first, second = FIRST_PRI.channel, happenings.SECOND_PRI.channel
            for index, name in ((first, names[second]), (second, names[first])):
                device.happen(Happening({f"{column}.{index}": words(name) for column in (IF_DESCR, IF_NAME)}))
            await polls(agent, {"gw-1"}, 2)
            assert agent.devices.devices.interfaces("gw-1").names[first] == names[second]
            device.happen(happenings.pri_layer2(FIRST_PRI, up=False))
            await until(lambda: ("isdn.layer2.down", names[second]) in down(agent))
            await polls(agent, {"gw-1"}, 3)
            await agreed(stage, agent)


async def test_a_trap_before_the_inventory_is_read_and_one_of_no_interface(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.rewrite("every: 2s", "every: 1s, timeout: 300ms, retries: 0")
        device = stage.site["gw-1"]
        device.snmp.alive = False
        async with running(stage.load()) as agent:
            device.happen(trap(FIRST_PRI.channel))
            device.happen(trap(77))
            await until(lambda: down(agent) >= {("link.down", "ifIndex 20"), ("link.down", "ifIndex 77")})
            [early] = [each.id for each in agent.events.service.alarm_state.active.values() if "20" in each.object]
            device.snmp.alive = True
            await until(lambda: down(agent) == {("link.down", "Serial0/1/0:15")}, 20)
            [alarm] = agent.events.service.alarm_state.active.values()
            assert alarm.id == early
            device.happen(trap(77))
            await polls(agent, {"gw-1"}, 2)
            assert down(agent) <= {("link.down", "Serial0/1/0:15")}
            await agreed(stage, agent)
