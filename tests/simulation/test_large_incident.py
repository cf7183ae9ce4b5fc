"""An incident of more than a thousand alarms: its priority follows within a second, as that of any other."""

import asyncio
from pathlib import Path

import pytest

from cmsp_agent.app.loading import load
from tests.lab.site import happenings
from tests.lab.site.happenings import FIRST_PRI, SECOND_PRI
from tests.simulation.agreement import disagreements
from tests.simulation.test_odd_order import held, lines, on_site
from tests.simulation.world import World

PEERS = 1_200
RULES = """
correlation:
  - {name: all of a gateway, if: component == gw-1, group: {by: component}}
"""


async def group_all(world: World) -> None:
    """Make one incident of all that a gateway has."""
    assert world.agent is not None
    file = world.workspace.site_yaml
    file.with_name("rules.yaml").write_text(RULES, "utf-8")
    file.write_text(file.read_text("utf-8") + "\nrules: {files: [rules.yaml]}\n", "utf-8")
    await world.agent.use(load(file, environment={}))


@pytest.mark.long
def test_the_priority_of_an_incident_of_a_thousand_alarms_follows_within_a_second(tmp_path: Path) -> None:
    async def play(world: World) -> None:
        assert world.agent is not None
        await group_all(world)
        device = world.site.devices["gw-1"]
        for pri in (FIRST_PRI, SECOND_PRI):
            device.happen(happenings.pri_layer2(pri, up=False))
        for place in range(PEERS):
            peer = f"10.{place // 250}.7.{place % 250}"
            lines(world, "gw-1", (place, "BGP-5-ADJCHANGE", f"neighbor {peer} Down Peer closed"))
            await asyncio.sleep(0.05)
        await asyncio.sleep(5)
        assert len(held(world)) > PEERS
        [incident] = world.agent.events.service.alarm_state.incidents.values()
        priorities = [incident.priority.value]
        for pri, up in ((FIRST_PRI, True), (FIRST_PRI, False), (FIRST_PRI, True)):
            device.happen(happenings.pri_layer2(pri, up=up))
            await asyncio.sleep(1)
            priorities.append(world.agent.events.service.alarm_state.incidents[incident.id].priority.value)
        assert priorities == ["P2", "P3", "P2", "P3"]
        await asyncio.sleep(2)
        assert disagreements(world) == []

    on_site(tmp_path, play)
