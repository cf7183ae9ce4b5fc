"""Commands that change something: incidents, jobs, plugins in quarantine."""

import json
from pathlib import Path

import pytest

from cmsp_agent.cli.daemon import AgentUnreachable, CallFailed
from cmsp_agent.plugin.quarantine import Quarantine, Quarantined
from tests.unit.cli.fakes import cmsp_agent

PATH = "PATCH /v1/incidents/INC-1"


@pytest.mark.parametrize(
    ("arguments", "asked"),
    [
        (("acknowledge", "INC-1"), "state=acknowledged"),
        (
            ("acknowledge", "INC-1", "--note", "on it", "--assignee", "ana"),
            "state=acknowledged, note=on it, assignee=ana",
        ),
        (("note", "INC-1", "carrier called"), "note=carrier called"),
        (("close", "INC-1", "--note", "repaired"), "state=closed, note=repaired"),
    ],
)
def test_people_change_an_incident(arguments: tuple[str, ...], asked: str) -> None:
    answers = {PATH: {"number": "INC-1", "state": "acknowledged"}}
    ending = cmsp_agent("incident", *arguments, answers=answers)
    assert (ending.code, ending.calls) == (0, [f"{PATH} {asked}"])
    assert ending.out == "INC-1: acknowledged; see: cmsp-agent incident show INC-1\n"
    assert json.loads(cmsp_agent("incident", *arguments, "--json", answers=answers).out)["number"] == "INC-1"


def test_the_alarms_of_an_incident_are_reported() -> None:
    incident = {"number": "INC-1", "components": ["gw-1"], "alarms": ["a", "gone"], "notes": ["8:00 ana: on it"]}
    events = {"items": [{"id": "a", "component": "gw-1", "text": "gw-1: line down"}, {"id": "b", "text": "other"}]}
    ending = cmsp_agent("incident", "show", "INC-1", answers={"/v1/incidents/INC-1": incident, "/v1/events": events})
    assert "line down" in ending.out
    assert "ana: on it" in ending.out
    assert "other" not in ending.out


def test_a_job_is_cancelled_or_the_reason_given() -> None:
    answers = {"DELETE /v1/jobs/j1": {"id": "j1", "state": "cancelled"}}
    assert cmsp_agent("job", "cancel", "j1", answers=answers).out == "job j1 cancelled\n"
    ending = cmsp_agent("job", "cancel", "j1", answers={"DELETE /v1/jobs/j1": CallFailed("job j1 is over (done)", 1)})
    assert (ending.code, ending.err) == (1, "cmsp-agent: job j1 is over (done)\n")


def test_plugins_are_listed_with_the_reason() -> None:
    rows = [{"name": "acme", "state": "refused", "failures": 0, "reason": "API version 9"}]
    ending = cmsp_agent("plugin", "list", answers={"/v1/status": {"plugins": rows}})
    assert ending.out.splitlines()[-1].split() == ["acme", "refused", "0", "API", "version", "9"]
    assert json.loads(cmsp_agent("plugin", "list", "--json", answers={"/v1/status": {"plugins": rows}}).out) == {
        "items": rows
    }


def test_without_an_agent_the_plugins_that_are_installed_are_listed() -> None:
    silent = {"/v1/status": AgentUnreachable("the agent is not running")}
    ending = cmsp_agent("plugin", "list", answers=silent, local=True)
    assert ending.code == 0
    assert ["cisco_ios", "loaded", "0"] in [line.split() for line in ending.out.splitlines()]
    assert "the agent is not running" in ending.out
    assert cmsp_agent("plugin", "list", answers=silent).code == 4, "of an agent elsewhere nothing is known"


def test_a_plugin_leaves_quarantine_without_the_agent(tmp_path: Path) -> None:
    file = tmp_path / "site.yaml"
    file.write_text(f"appliance: {{name: lab, storage: {{state: {tmp_path}}}}}\n")
    quarantine = Quarantine(tmp_path / "quarantine.json")
    quarantine.add(Quarantined("acme", 0, "blocked"))
    ending = cmsp_agent("plugin", "clear", "acme", "--config", str(file))
    assert (ending.code, ending.out) == (0, "acme: out of quarantine; load it: systemctl restart cmsp-agent\n")
    assert quarantine.entries() == {}
    ending = cmsp_agent("plugin", "clear", "acme", "--config", str(file))
    assert (ending.code, "is in quarantine" in ending.err) == (2, True)
