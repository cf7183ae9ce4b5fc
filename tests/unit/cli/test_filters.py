"""A filter's value that there is not is refused with those that there are; numbers sort by their value."""

import json
import re
from typing import Any

import pytest

from cmsp_agent.cli.daemon import CallFailed
from cmsp_agent.model.natural import natural
from docs.tools.commands import Command, tree
from tests.unit.cli.fakes import Sequenced, cmsp_agent

COMPONENTS: dict[str, Any] = {
    "items": [{"name": name, "site": "paris", "state": "up", "addresses": ["10.0.0.1"]} for name in ("gw-10", "gw-2")]
}

SPEEDS = [{"kpi": "if.speed", "object": name} for name in ("Gi0/0", "Gi0/1")]


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
        (("incident", "list", "--site", "nope"), ["there is no site 'nope'", "there are: paris"]),
        (("incident", "report", "no sound", "--urgency", "high"), ["there is no urgency 'high'", "critical, low"]),
        (("alarm", "list", "--severity", "bad"), ["there is no severity 'bad'", "critical"]),
        (("alarm", "list", "--type", "link.dwn"), ["there is no type 'link.dwn'", "did you mean 'link.down'?"]),
        (("alarm", "list", "--type", "nope"), ["there is no type 'nope'", "agent.*", "backup.*", "apc.*"]),
        (("alarm", "list", "--site", "nope"), ["there is no site 'nope'", "there are: paris"]),
        (
            ("job", "list", "--state", "ended"),
            ["there is no state 'ended'", "cancelled, done, failed, queued, running"],
        ),
        (("job", "list", "--kind", "bakup"), ["there is no kind of job 'bakup'", "did you mean 'backup'?", "poll"]),
        (("job", "list", "--component", "gw-3"), ["there is no component 'gw-3'"]),
        (("backup", "list", "gw-3"), ["there is no component 'gw-3'", "gw-2, gw-10"]),
        (("inventory", "history", "--what", "seral"), ["there is no kind of change 'seral'", "did you mean 'serial'?"]),
        (
            ("inventory", "history", "--since", "yesterday"),
            ["--since yesterday: no time", "24h", "2026-11-23T08:00:00Z"],
        ),
        (("emergency", "calls", "--component", "gw-3"), ["there is no component 'gw-3'"]),
        (("component", "kpis", "gw-2", "--from", "12"), ["--from 12: no time", "24h"]),
        (("silence", "add", "--for", "1h", "--reason", "x", "--type", "lnk.*"), ["there is no type 'lnk.*'", "apc.*"]),
        (("plugin", "new", "acme", "--like", "cisco_isr"), ["there is no device type 'cisco_isr'", "'cisco_ios'"]),
        (("tool", "trap", "--device-type", "nope"), ["there is no device type 'nope'", "cisco_ios"]),
        (("tool", "identify", "--address", "10.0.0.1", "--snmp-version", "4"), ["no SNMP version '4'", "1, 2c, 3"]),
        (("kpi", "graph", "gw-2", "if.speed[Gi9]"), ["there is no object 'Gi9' of if.speed", "Gi0/0, Gi0/1"]),
        (("support-bundle", "-o", "/nope/b.tar.gz"), ["there is no folder /nope"]),
    ],
)
def test_what_there_is_not_is_refused(arguments: tuple[str, ...], said: list[str]) -> None:
    nothing: dict[str, Any] = {"items": []}
    there = ("/v1/events", "/v1/alarms", "/v1/thresholds", "/v1/emergency/calls")
    answers: dict[str, Any] = dict.fromkeys(there, nothing) | {
        "/v1/components": COMPONENTS,
        "/v1/components/gw-3/backups": CallFailed("there is no component 'gw-3'", 2),
        "/v1/jobs": {"items": [], "kinds": ["backup", "poll"]},
        "/v1/inventory/history": nothing,
        "/v1/components/gw-2/kpis": Sequenced([nothing, {"items": SPEEDS}]),
    }
    ending = cmsp_agent(*arguments, answers=answers, local=True)
    assert (ending.code, ending.out) == (2, "")
    assert [each for each in said if each not in ending.err] == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("outbox", "show", "x"), "Invalid value for 'ID': not a whole number (got 'x')"),
        (("diagnose", "ping", "gw-2", "-n", "some"), "not a whole number (got 'some')"),
        (("events", "--limit", "0"), "Invalid value for '--limit': 1 is the least (got 0)"),
        (("diagnose", "tcp", "gw-2", "99999"), "Invalid value for 'PORT': 65535 is the most (got 99999)"),
        (("diagnose", "tcp", "gw-2", "http"), "Usage: cmsp-agent diagnose tcp [OPTIONS] COMPONENT PORT"),
        (("tunnel", "run", "--every", "soon"), "Invalid value for '--every': not a number (got 'soon')"),
        (("tool", "syslog", "--format", "nope"), "Invalid value for '--format': 'nope' is not one of 'auto'"),
    ],
)
def test_a_wrong_value_is_refused_in_plain_words(
    arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cmsp_agent(*arguments).code == 2
    assert said in capsys.readouterr().err


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


def test_jobs_and_alarms_are_filtered() -> None:
    jobs = [
        {"id": "j-1", "kind": "poll", "state": "done", "component": "gw-2"},
        {"id": "j-2", "kind": "backup", "state": "failed", "component": "gw-10"},
    ]
    alarms = [
        {"id": "a-1", "type": "link.down", "severity": "minor", "site": "paris", "component": "gw-2"},
        {"id": "a-2", "type": "isdn.layer2.down", "severity": "critical", "site": "lyon", "component": "gw-10"},
    ]
    answers = {
        "/v1/components": {"items": [*COMPONENTS["items"], {"name": "gw-3", "site": "lyon"}]},
        "/v1/jobs": {"items": jobs, "kinds": ["backup", "poll"]},
        "/v1/alarms": {"items": alarms},
    }
    for arguments, wanted in (
        (("job", "list", "--state", "failed"), ["j-2"]),
        (("job", "list", "--kind", "poll"), ["j-1"]),
        (("job", "list", "--component", "gw-10"), ["j-2"]),
        (("job", "list", "--limit", "1"), ["j-1"]),
        (("alarm", "list", "--severity", "major"), ["a-2"]),
        (("alarm", "list", "--severity", "minor"), ["a-1", "a-2"]),
        (("alarm", "list", "--type", "link.down"), ["a-1"]),
        (("alarm", "list", "--site", "lyon"), ["a-2"]),
    ):
        found = json.loads(cmsp_agent(*arguments, "--json", answers=answers).out)
        assert [row["id"] for row in found["items"]] == wanted, arguments


LISTS: dict[tuple[str, ...], str] = {
    ("alarm", "list"): "/v1/alarms",
    ("component", "list"): "/v1/components",
    ("incident", "list"): "/v1/incidents",
    ("silence", "list"): "/v1/silences",
    ("maintenance", "list"): "/v1/silences",
    ("work", "list"): "/v1/silences",
    ("inventory", "list"): "/v1/inventory",
    ("inventory", "history"): "/v1/inventory/history",
    ("threshold", "list"): "/v1/thresholds",
    ("emergency", "list"): "/v1/emergency",
    ("emergency", "calls"): "/v1/emergency/calls",
    ("job", "list"): "/v1/jobs",
    ("outbox", "list"): "/v1/outbox",
    ("events",): "/v1/events",
    ("plugin", "list"): "/v1/status",
    ("backup", "list", "gw-2"): "/v1/components/gw-2/backups",
    ("backup", "verify", "gw-2"): "/v1/components/gw-2/backups/verification",
    ("backup", "rehearse"): "/v1/backups/rehearsal",
    ("backup", "grep", "x"): "/v1/backups/grep",
    ("type", "list"): "/v1/types",
    ("secret", "list"): "",
    ("rules", "check"): "",
    ("doctor",): "/v1/findings",
}
WITHOUT_A_TABLE = {"config history": "two lists: `items` and `outcomes`", "order services": "of the order's document"}


def test_no_list_is_forgotten() -> None:
    listed = {" ".join(command.path) for command in LEAVES if command.path[-1] in ("list", "history", "services")}
    assert listed - {" ".join(path[:2]) for path in LISTS} == WITHOUT_A_TABLE.keys()


@pytest.mark.parametrize("command", LISTS, ids=" ".join)
def test_every_list_is_json_under_items(command: tuple[str, ...], tmp_path: Any) -> None:
    file = tmp_path / "site.yaml"
    file.write_text(f"appliance: {{name: lab, storage: {{state: {tmp_path}}}}}\n")
    named = ("--config", str(file)) if command in (("secret", "list"), ("rules", "check")) else ()
    answers = {"/v1/status": {}, "/v1/components": COMPONENTS, LISTS[command]: {"items": [], "plugins": []}}
    found = json.loads(cmsp_agent(*command, *named, "--json", answers=answers).out)
    assert isinstance(found["items"], list)


def test_all_pages_of_incidents_are_shown() -> None:
    pages = [
        {"items": [{"number": "INC-2", "state": "new", "priority": "P1", "components": []}], "next": 1},
        {"items": [{"number": "INC-1", "state": "new", "priority": "P1", "components": []}], "next": None},
    ]
    ending = cmsp_agent("incident", "list", answers={"/v1/incidents": Sequenced(pages)})
    assert ending.calls[-1] == "/v1/incidents limit=500, open=true, before=1"
    assert all(number in ending.out for number in ("INC-1", "INC-2"))


@pytest.mark.parametrize("text", ["24h", "7d", "2026-11-23", "2026-11-23T08:00:00Z", "2026-11-23T08:00:00+01:00"])
def test_times_are_typed_as_an_age_a_day_or_a_time(text: str) -> None:
    ending = cmsp_agent("inventory", "history", "--since", text, answers={"/v1/inventory/history": {"items": []}})
    assert (ending.code, ending.out) == (0, "nothing has changed\n")
    assert re.search(r"since=2[0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z", ending.calls[0])


WITHOUT_JSON = {
    "run": "the agent itself",
    "tunnel run": "the tunnel itself",
    "complete": "for the shell",
    "config schema": "it is JSON",
    "tool clean": "its output is a configuration",
    "tool redact": "its output is a configuration",
    "tool syslog": "its output is JSON, a line a message",
    "tool trap": "its output is JSON, a line a message",
    "plugin new": "it writes a project",
    "plugin traps": "its output is a table for a plugin",
    "plugin clear": "done or refused",
    "secret set": "done or refused",
    "secret delete": "done or refused",
    "backup recovery-key": "the key is shown once",
    "backup rotate-key": "done or refused",
    "backup restore-key": "done or refused",
    "backup new-set": "done or refused",
}


LEAVES = [command for command in tree().walk() if not command.children]


def test_every_command_that_reads_has_json() -> None:
    lacking = {
        " ".join(each.path) for each in LEAVES if "--json" not in {name for o in each.options for name in o.names}
    }
    assert lacking <= WITHOUT_JSON.keys()


@pytest.mark.parametrize("command", LEAVES, ids=lambda command: " ".join(command.path))
def test_every_command_has_a_short_help(command: Command) -> None:
    ending = cmsp_agent(*command.path, "-h")
    assert ending.code == 0
    assert not [mark for mark in ("[[", "{", "<str>", "<path>", "<int>") if mark in ending.out]


def test_the_last_part_of_an_id_stands_for_the_whole() -> None:
    alarm = {"id": "01a21f18-aa6d-7ae6-8785-a24740a7caf5", "component": "gw-2", "type": "link.down", "text": "down"}
    answers = {"/v1/alarms": {"items": [alarm]}, f"POST /v1/alarms/{alarm['id']}/clear": alarm}
    assert "a24740a7caf5 " in cmsp_agent("alarm", "list", answers=answers).out
    ending = cmsp_agent("alarm", "clear", "a24740a7caf5", "--reason", "taken out", answers=answers)
    assert (ending.code, ending.out) == (0, "cleared: gw-2 link.down\n")
