"""A filter's value that there is not is refused with those that there are; numbers sort by their value."""

from typing import Any

import pytest

from cmsp_agent.model.natural import natural
from tests.unit.cli.fakes import cmsp_agent

COMPONENTS: dict[str, Any] = {
    "items": [{"name": name, "site": "paris", "state": "up", "addresses": ["10.0.0.1"]} for name in ("gw-10", "gw-2")]
}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("component", "list", "--site", "nope"), ["there is no site 'nope'", "there are: paris"]),
        (("component", "list", "--site", "pari"), ["did you mean 'paris'?"]),
        (("component", "list", "--state", "xyz"), ["there is no state 'xyz'", "unreachable"]),
        (("events", "--component", "gw-3"), ["there is no component 'gw-3'", "gw-2, gw-10"]),
        (("events", "--severity", "bad"), ["there is no severity 'bad'", "critical"]),
        (("events", "--type", "link.dwn"), ["there is no type 'link.dwn'", "did you mean 'link.down'?"]),
        (("threshold", "list", "--component", "gw-3"), ["there is no component 'gw-3'"]),
        (("alarm", "list", "--component", "gw-3"), ["there is no component 'gw-3'"]),
        (("incident", "list", "--state", "opened"), ["there is no state 'opened'", "acknowledged, closed"]),
        (("incident", "list", "--priority", "P9"), ["there is no priority 'P9'", "P1, P2, P3, P4"]),
        (("incident", "list", "--component", "gw-3"), ["there is no component 'gw-3'"]),
    ],
)
def test_what_there_is_not_is_refused(arguments: tuple[str, ...], said: list[str]) -> None:
    nothing: dict[str, Any] = {"items": []}
    answers = {"/v1/components": COMPONENTS, "/v1/events": nothing, "/v1/alarms": nothing, "/v1/thresholds": nothing}
    ending = cmsp_agent(*arguments, answers=answers)
    assert (ending.code, ending.out) == (2, "")
    assert [each for each in said if each not in ending.err] == []


def test_a_path_that_there_is_not_is_refused(tmp_path: Any) -> None:
    file = tmp_path / "site.yaml"
    file.write_text("appliance: {name: lab}\n")
    ending = cmsp_agent("config", "show", str(file), "--path", "appliance.nme")
    assert (ending.code, ending.out) == (2, "")
    assert "there is no path 'appliance.nme'; did you mean 'appliance.name'?" in ending.err


def test_a_list_is_in_natural_order() -> None:
    ending = cmsp_agent("component", "list", answers={"/v1/components": COMPONENTS})
    assert ending.out.index("gw-2") < ending.out.index("gw-10")
    assert sorted(["Se0/1:10", "Se0/1:2", "Se0/0", "a"], key=natural) == ["Se0/0", "Se0/1:2", "Se0/1:10", "a"]


def test_incidents_are_filtered_by_state_priority_and_component() -> None:
    rows: list[dict[str, Any]] = [
        {"number": "INC-1", "state": "new", "priority": "P1", "components": ["gw-2"], "title": "a"},
        {"number": "INC-2", "state": "restored", "priority": "P1", "components": ["gw-10"], "title": "b"},
        {"number": "INC-3", "state": "new", "priority": "P3", "components": ["gw-10"], "title": "c"},
    ]
    answers = {"/v1/components": COMPONENTS, "/v1/incidents": {"items": rows}}
    for options, wanted in (
        (("--state", "restored"), ["INC-2"]),
        (("--priority", "P1"), ["INC-1", "INC-2"]),
        (("--component", "gw-10", "--priority", "P3"), ["INC-3"]),
    ):
        out = cmsp_agent("incident", "list", *options, answers=answers).out
        assert [row["number"] for row in rows if row["number"] in out] == wanted


def test_the_last_part_of_an_id_stands_for_the_whole() -> None:
    alarm = {"id": "01a21f18-aa6d-7ae6-8785-a24740a7caf5", "component": "gw-2", "type": "link.down", "text": "down"}
    answers = {"/v1/alarms": {"items": [alarm]}, f"POST /v1/alarms/{alarm['id']}/clear": alarm}
    assert "a24740a7caf5 " in cmsp_agent("alarm", "list", answers=answers).out
    ending = cmsp_agent("alarm", "clear", "a24740a7caf5", "--reason", "taken out", answers=answers)
    assert (ending.code, ending.out) == (0, "cleared: gw-2 link.down\n")
