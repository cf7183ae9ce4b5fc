"""The running agent while its file is edited: a component renamed, and a parent given, while the device is down."""

import re
from pathlib import Path

from cmsp_agent.app.agent import Agent, running
from cmsp_agent.model.component import State
from cmsp_agent.model.incident import Incident
from cmsp_agent.model.incident_state import IncidentState
from tests.integration.agent.stage import APPLIANCE, Stage, staged
from tests.integration.agent.test_answers_in_part import states
from tests.integration.agent.test_causes import agreed, held, polls, up
from tests.integration.agent.test_lifecycle import until

POLLS = "every: 1s, timeout: 300ms, retries: 0"


def open_ones(agent: Agent) -> list[Incident]:
    return [each for each in agent.events.service.alarm_state.incidents.values() if each.state.open]


def reached(stage: Stage) -> dict[tuple[str, ...], tuple[str, object]]:
    """Components → (state, restoration time) of the incidents that the head-end knows, by their last record."""
    records = [each.data for each in stage.headend.store.records(APPLIANCE) if each.type == "cmsp.incident.v1"]
    return {tuple(each["components"]): (each["state"], each["restored_at"]) for each in records}


async def test_a_component_that_is_renamed_while_it_is_down_is_not_called_restored(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.rewrite("every: 2s", POLLS)
        async with running(stage.load()) as agent:
            await up(agent, stage.site)
            await stage.site["gw-3"].die()
            await until(lambda: ("gw-3", "component.down", False) in held(agent), 30)
            stage.rewrite("  gw-3:", "  gw-3b:")
            await agent.use(stage.load())
            assert states(agent, "gw-3b") == {"gw-3b": State.UNKNOWN}
            await until(lambda: reached(stage).get(("gw-3",)) == (IncidentState.CLOSED, None))
            await until(lambda: ("gw-3b", "component.down", False) in held(agent), 30)
            assert [each.title for each in open_ones(agent)] == ["gw-3b is down"]
            await agreed(stage, agent)


async def test_a_parent_that_is_given_by_a_reload_hides_its_child_and_gives_it_free_again(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.rewrite("every: 2s", POLLS)
        async with running(stage.load()) as agent:
            await up(agent, stage.site)
            for name in ("gw-2", "vg-1"):
                await stage.site[name].die()
            down = {(name, "component.down", False) for name in ("gw-2", "vg-1")}
            await until(lambda: down <= held(agent), 30)
            [line] = [each for each in stage.workspace.site_yaml.read_text().splitlines() if each.startswith("  vg-1:")]
            stage.rewrite(line, re.sub(r", parent: [\w-]+", "", line).rstrip("}") + ", parent: gw-2}")
            await agent.use(stage.load())
            assert ("vg-1", "component.down", True) in held(agent)
            assert states(agent, "gw-2", "vg-1") == {"gw-2": State.DOWN, "vg-1": State.UNREACHABLE}
            assert [each.title for each in open_ones(agent)] == ["gw-2 is down"]
            await stage.site["gw-2"].recover(restarted=False)
            await until(lambda: held(agent) == {("vg-1", "component.down", False)}, 30)
            assert [each.title for each in open_ones(agent)] == ["vg-1 is down"]
            await stage.site["vg-1"].recover(restarted=False)
            await until(lambda: not held(agent) and not open_ones(agent), 30)
            await polls(agent, {"vg-1"}, 1)
            await agreed(stage, agent)
