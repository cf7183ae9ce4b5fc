"""The running agent deems a component active as the order says: what was wrong before is a finding, and no incident."""

import datetime as dt
import json
from pathlib import Path

import pytest

from cmsp_agent.app.agent import running
from cmsp_agent.pipeline import activation
from tests.integration.agent.stage import staged
from tests.integration.agent.test_causes import polls
from tests.integration.agent.test_lifecycle import until
from tests.integration.agent.test_support import command


async def test_without_a_plan_what_is_found_when_a_component_first_answers_is_a_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(tmp_path) as stage:
        today = dt.datetime.now(dt.UTC).date()
        stage.rewrite("order: {", f"order: {{effective: {today}, ")
        stage.rewrite("every: 2s", "every: 1s")
        socket = ("--socket", str(stage.workspace.api_socket))
        async with running(stage.load()) as agent:
            held = agent.events.service.alarm_state.active
            await polls(agent, {"gw-1", "gw-2"}, 3)
            stage.site.fail_pri("gw-1")  # all of it is not read yet
            await until(lambda: any(key.type == "isdn.layer2.down" for key in held), 30)
            monkeypatch.setattr(activation, "FIRST_LOOK", 1)
            stage.site.fail_pri("gw-2")
            incidents = agent.events.service.alarm_state.incidents
            await until(lambda: any("gw-2" in each.components for each in incidents.values()), 30)
            alarms = json.loads((await command(*socket, "alarm", "list", "--json"))[1])["items"]
            why = {each["component"]: each["attributes"].get("finding") for each in alarms if "isdn" in each["type"]}
            assert "activ" in str(why["gw-1"])
            assert why["gw-2"] is None
            shown = json.loads((await command(*socket, "incident", "list", "--json"))[1])["items"]
            assert [each["components"] for each in shown] == [["gw-2"]]
