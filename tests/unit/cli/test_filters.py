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
