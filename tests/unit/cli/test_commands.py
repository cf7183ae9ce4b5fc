"""Each command: what it asks, what it prints, how it ends."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from cmsp_agent import __version__
from cmsp_agent.cli.daemon import AgentUnreachable, CallFailed
from cmsp_agent.cli.main import main
from tests.unit.cli.fakes import Sequenced, cmsp_agent

LONG = "gw-" + "x" * 61
GATEWAY: dict[str, Any] = {
    "name": "gw-1",
    "state": "up",
    "type": "cisco_ios",
    "tier": "managed",
    "site": "paris",
    "addresses": ["10.1.0.1", "2001:db8::1"],
}
INCIDENT: dict[str, Any] = {
    "id": "0193",
    "number": "INC-000042",
    "state": "new",
    "priority": "P3",
    "urgency": "major",
    "impact": {"level": "individual", "people": [60, 400], "sites": [0, 4], "components": [1, 8]},
    "title": "PRI 0/1/0:15 down",
    "components": ["gw-1", "gw-2"],
    "opened_at": "2026-11-23T08:00:00.123Z",
    "restored_at": None,
    "external": {"headend": "CS1", "itsm": None},
}
EVENT: dict[str, Any] = {
    "id": "0193",
    "component": "gw-1",
    "severity": "critical",
    "state": "raise",
    "type": "isdn.layer2.down",
    "text": "ISDN layer 2 down",
    "count": 3,
    "occurred_at": "2026-11-23T08:00:00.123Z",
}
BACKUP: dict[str, Any] = {
    "id": "0193c0de-0000-7000-8000-000000000001",
    "taken_at": "2026-11-23T02:00:00.000Z",
    "verified_at": "2026-11-23T03:00:00.000Z",
    "reason": "schedule",
    "size": 12345,
    "known_good": True,
}

KPI: dict[str, Any] = {
    "kpi": "if.in.octets",
    "object": "Serial0/1/0:15",
    "at": "2026-11-23T08:00:00.123Z",
    "unit": "octets/s",
    "value": 1e12,
    "samples": [["2026-11-23T08:00:00.123Z", 1e12]],
}


def test_the_last_value_of_each_kpi_is_shown() -> None:
    ending = cmsp_agent("component", "kpis", "gw-1", answers={"/v1/components/gw-1/kpis": {"items": [KPI]}})
    assert ending.out.splitlines()[-1].split() == [
        "if.in.octets[Serial0/1/0:15]",
        "8",
        "Tbit/s",
        "2026-11-23",
        "08:00:00",
        "1",
    ]


def test_a_poll_is_reported_in_a_few_words_whatever_it_measured() -> None:
    kpis = {f"if.in.octets[Serial0/1/0:{number}]": 1.5 for number in range(30)}
    done = {"id": "j", "state": "done", "result": {"tcp": True, "snmp": True, "kpis": kpis, "faults": []}}
    ending = cmsp_agent("component", "poll", "gw-1", answers={"POST /v1/components/gw-1/poll": done})
    assert (ending.code, ending.out) == (
        0,
        "gw-1: answers by TCP, SNMP; 30 values measured; see: cmsp-agent component kpis gw-1\n",
    )


def snmp_test(worked: str | None, settings: dict[str, str], *tried: tuple[str, str]) -> dict[str, Any]:
    result = {"worked": worked, "settings": settings, "tried": [{"way": way, "result": said} for way, said in tried]}
    return {"id": "j", "state": "done", "result": {"snmp": result}}


@pytest.mark.parametrize(
    ("job", "code", "out"),
    [
        (snmp_test("own", {}, ("own", "answers")), 0, "gw-1: SNMP, engine own: answers\n"),
        (
            snmp_test("pysnmp", {"engine": "pysnmp"}, ("own", "no answer"), ("pysnmp", "answers")),
            1,
            (
                "gw-1: SNMP, engine own: no answer\ngw-1: SNMP, engine pysnmp: answers\n"
                "to poll it so, write under the component: snmp: {engine: pysnmp}\n"
            ),
        ),
        (snmp_test(None, {}, ("own", "no answer")), 4, "gw-1: SNMP, engine own: no answer\n"),
    ],
)
def test_a_test_says_which_way_worked(job: dict[str, Any], code: int, out: str) -> None:
    ending = cmsp_agent("component", "test", "gw-1", answers={"POST /v1/components/gw-1/test": job})
    assert (ending.code, ending.out) == (code, out)


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"cmsp-agent {__version__}\n"


def test_usage_ends_with_2() -> None:
    assert cmsp_agent("nonsense").code == 2
    assert cmsp_agent("component", "show").code == 2
    assert cmsp_agent("events", "--limit", "0").code == 2


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (AgentUnreachable("the agent is not running"), 4),
        (CallFailed("tier monitored-only gets no backups", 3), 3),
        (CallFailed("no such component", 1), 1),
    ],
)
def test_errors_are_one_message_and_an_exit_code(error: Exception, code: int) -> None:
    ending = cmsp_agent("status", answers={"/v1/status": error})
    assert (ending.code, ending.out, ending.err) == (code, "", f"cmsp-agent: {error}\n")


def test_component_list() -> None:
    silent = {**GATEWAY, "state": "degraded", "since": "2026-11-23T08:00:00.000Z", "reason": "no figures"}
    ending = cmsp_agent("component", "list", answers={"/v1/components": {"items": [silent]}})
    heading, _, row = (line.split() for line in ending.out.splitlines())
    assert heading == ["COMPONENT", "STATE", "SINCE", "(UTC)", "SITE", "ADDRESS", "REASON"]
    reported = ["2026-11-23", "08:00", "paris", "10.1.0.1", "+1", "no", "figures"]
    assert row == ["gw-1", "degraded", *reported]


def test_lists_can_be_narrowed_and_be_empty() -> None:
    answers = {"/v1/components": {"items": [GATEWAY, {**GATEWAY, "name": "gw-2", "state": "down"}]}}
    assert "gw-1" not in cmsp_agent("component", "list", "--state", "down", answers=answers).out
    assert cmsp_agent("component", "list", "--state", "unknown", answers=answers).out == "no components\n"


LONG_GATEWAY = {
    **GATEWAY,
    "name": LONG,
    "site": LONG,
    "type": LONG,
    "addresses": ["2001:db8:1:2222:3333:4444:5555:6666"],
}
LONG_JOB = {"id": BACKUP["id"], "kind": "backup", "component": LONG, "state": "running", "percent": 10}


@pytest.mark.parametrize(
    ("command", "path", "document"),
    [
        ("component list", "/v1/components", {"items": [LONG_GATEWAY]}),
        (
            f"component show {LONG}",
            f"/v1/components/{LONG}",
            {"name": LONG, "text": "y" * 300, "more": {"a" * 60: "b"}},
        ),
        ("component kpis x", "/v1/components/x/kpis", {"items": [{**KPI, "object": LONG + "z" * 90}]}),
        ("incident list", "/v1/incidents", {"items": [{**INCIDENT, "components": [LONG], "title": "t " * 100}]}),
        ("incident show INC-1", "/v1/incidents/INC-1", {**INCIDENT, "components": [LONG] * 5, "title": "t" * 300}),
        ("events", "/v1/events", {"items": [{**EVENT, "component": LONG, "text": "w" * 200}]}),
        ("backup list x", "/v1/components/x/backups", {"items": [{**BACKUP, "size": 10**9}]}),
        ("job list", "/v1/jobs", {"items": [LONG_JOB]}),
        (
            "status",
            "/v1/status",
            {"name": LONG, "outbox": {"depth": 10**12, "oldest_seconds": 9e7, "z" * 50: "y" * 50}},
        ),
    ],
)
def test_tables_fit_80_columns_and_lose_nothing(command: str, path: str, document: dict[str, Any]) -> None:
    ending = cmsp_agent(*command.split(), answers={path: document})
    assert ending.code == 0
    assert 0 < ending.width <= 80
    if LONG in str(document):
        assert ending.out.count("x") >= 61


@pytest.mark.parametrize(
    ("arguments", "answers"),
    [
        (("status",), {"/v1/status": {"name": "lab"}}),
        (("component", "list"), {"/v1/components": {"items": [GATEWAY]}}),
        (("component", "show", "gw-1"), {"/v1/components/gw-1": GATEWAY}),
        (("component", "kpis", "gw-1"), {"/v1/components/gw-1/kpis": {"items": []}}),
        (("events",), {"/v1/events": {"items": [EVENT], "next": "c"}}),
        (("incident", "list"), {"/v1/incidents": {"items": [INCIDENT]}}),
        (("incident", "show", "x"), {"/v1/incidents/x": INCIDENT}),
        (("backup", "list", "gw-1"), {"/v1/components/gw-1/backups": {"items": [BACKUP]}}),
        (("backup", "show", "gw-1", "b"), {"/v1/components/gw-1/backups/b/content": "hostname gw-1\n"}),
        (("backup", "diff", "gw-1", "b", "--against", "a"), {"/v1/components/gw-1/backups/b/diff": "- a\n+ b\n"}),
        (("job", "list"), {"/v1/jobs": {"items": []}}),
        (("job", "show", "j"), {"/v1/jobs/j": {"id": "j", "state": "done"}}),
    ],
)
def test_every_read_has_json(arguments: tuple[str, ...], answers: dict[str, Any]) -> None:
    ending = cmsp_agent(*arguments, "--json", answers=answers)
    assert ending.code == 0
    json.loads(ending.out)


def test_names_with_slashes_stay_one_step() -> None:
    ending = cmsp_agent("component", "show", "a/b c", answers={"/v1/components/a%2Fb%20c": {"name": "a/b c"}})
    assert "a/b c" in ending.out


def test_the_arithmetic_of_an_incident_is_shown() -> None:
    out = cmsp_agent("incident", "show", "INC-000042", answers={"/v1/incidents/INC-000042": INCIDENT}).out
    assert "P3 = major x individual" in out
    assert "60/400 people, 0/4 sites, 1/8 components" in out
    assert "headend CS1" in out


def test_open_incidents_come_by_priority_and_closed_ones_on_demand() -> None:
    rows = [
        {**INCIDENT, "number": "INC-1", "priority": "P4"},
        {**INCIDENT, "number": "INC-2", "priority": "P1"},
        {**INCIDENT, "number": "INC-3", "state": "closed", "priority": "P1"},
    ]
    daemon_answers = {"/v1/incidents": {"items": rows}}
    ending = cmsp_agent("incident", "list", "--all", answers=daemon_answers)
    assert ending.out.index("INC-2") < ending.out.index("INC-1") < ending.out.index("INC-3")
    assert ending.calls == ["/v1/incidents limit=500"]
    assert cmsp_agent("incident", "list", answers=daemon_answers).calls == ["/v1/incidents limit=500, open=true"]


def test_a_diff_is_against_the_backup_before() -> None:
    listed = {"items": [{"id": "c"}, {"id": "b"}, {"id": "a"}]}
    path = "/v1/components/gw-1/backups"
    answers = {path: listed, f"{path}/latest/diff": "+ x\n", f"{path}/b/diff": ""}
    ending = cmsp_agent("backup", "diff", "gw-1", answers=answers)
    assert (ending.out, ending.calls[-1]) == ("+ x\n", f"{path}/latest/diff against=b")
    ending = cmsp_agent("backup", "diff", "gw-1", "b", answers=answers)
    assert (ending.out, ending.calls[-1]) == ("no difference\n", f"{path}/b/diff against=a")
    answers |= {f"{path}/suspect/diff": "- y\n", f"{path}/known-good/diff": "- z\n"}
    for name, against in (("suspect", "latest"), ("known-good", "previous")):
        ending = cmsp_agent("backup", "diff", "gw-1", name, answers=answers)
        assert ending.calls[-1] == f"{path}/{name}/diff against={against}"
    for backup, said in (("a", "there is no backup before"), ("unknown", "there is no backup 'unknown'")):
        ending = cmsp_agent("backup", "diff", "gw-1", backup, answers=answers)
        assert (ending.code, said in ending.err) == (1, True)


def test_status_shows_what_is_urgent() -> None:
    document = {
        "appliance": {"id": "apl-1", "name": "lab"},
        "uptime_seconds": 3700.5,
        "components": {"total": 3, "up": 2, "management-lost": 1},
        "outbox": {"depth": 5, "oldest_seconds": 90.0},
        "drops": {},
        "plugins": [{"name": "ups", "state": "refused", "reason": "API 9"}, {"name": "ios", "state": "loaded"}],
        "urgent": [{**INCIDENT, "priority": "P1"}],
    }
    out = cmsp_agent("status", answers={"/v1/status": document}).out
    for expected in (
        "1h 1m",
        "3 total, 2 up, 1 management-lost",
        "depth 5, oldest 1m 30s",
        "none",
        "1 loaded, ups refused (API 9)",
        "INC-000042  P1",
    ):
        assert expected in out


def test_a_component_shows_its_alarms_and_incidents() -> None:
    details = {**GATEWAY, "backup": {"enabled": True, "source": "order"}, "alarms": [EVENT], "incidents": [INCIDENT]}
    out = cmsp_agent("component", "show", "gw-1", answers={"/v1/components/gw-1": details}).out
    assert "enabled yes, source order" in out
    assert "isdn.layer2.down" in out
    assert "INC-000042" in out


def test_a_component_with_many_faults_says_how_many_are_not_shown() -> None:
    document = {"name": "gw-1", "alarms": [EVENT], "alarms_in_all": 3, "incidents": [INCIDENT], "incidents_in_all": 2}
    shown = cmsp_agent("component", "show", "gw-1", answers={"/v1/components/gw-1": document}).out
    assert "and 2 more: cmsp-agent alarm list --component gw-1" in shown
    assert "and 1 more: cmsp-agent incident list" in shown


def test_what_a_component_gets_is_one_line_and_what_it_does_not_get_says_why() -> None:
    services = {
        "kpis": {"level": "yes", "granted": True, "source": "tier", "why": "x"},
        "incidents": {"level": "full", "granted": True, "source": "tier", "why": "x"},
        "updates": {"level": "no", "granted": False, "source": "order", "why": "no contract is named"},
    }
    out = cmsp_agent(
        "component", "show", "gw-1", answers={"/v1/components/gw-1": {**GATEWAY, "services": services}}
    ).out
    assert "kpis, incidents full\n" in re.sub(" +\n", "\n", out)
    assert "updates (no contract is named)" in out


def test_text_from_devices_cannot_steer_the_terminal() -> None:
    evil = {**EVENT, "text": "\x1b[2J[bold]x[/bold] :smile: \u202ereversed", "component": "[red]gw"}
    out = cmsp_agent("events", answers={"/v1/events": {"items": [evil]}}, width=200).out
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert "[bold]x[/bold] :smile:" in out
    assert "[red]gw" in out


def test_events_as_they_happen() -> None:
    stream = [
        ": hello",
        "",
        "id: 1",
        f"data: {json.dumps(EVENT)}",
        "",
        "data: garbage",
        "",
        "data: {",
        'data: "count": 1}',
        "",
        ": beat",
    ]
    answers = {"/v1/events": {"items": [{**EVENT, "count": 1}], "next": 7}, "/v1/events/stream": stream}
    ending = cmsp_agent("events", "--follow", "--component", "gw-1", answers=answers)
    assert ending.out.splitlines()[:2] == [
        "2026-11-23 08:00:00 critical raise gw-1: ISDN layer 2 down",
        "2026-11-23 08:00:00 critical raise gw-1: ISDN layer 2 down (x3)",
    ]
    assert len(ending.out.splitlines()) == 3
    assert ending.calls[1] == "/v1/events/stream component=gw-1, after=7"
    assert (ending.code, "ended the stream" in ending.err) == (4, True)
    ending = cmsp_agent("events", "--follow", "--json", answers=answers)
    assert json.loads(ending.out.splitlines()[1]) == EVENT


def job(state: str, percent: int = 0, step: str = "", **more: Any) -> dict[str, Any]:
    return {"id": "j1", "kind": "backup", "component": "gw-1", "state": state, "percent": percent, "step": step, **more}


def test_a_job_shows_its_steps_and_its_result() -> None:
    answers = {
        "POST /v1/components/gw-1/backups": job("queued"),
        "/v1/jobs/j1": Sequenced(
            [
                job("running", 30, "log in"),
                job("running", 30, "log in"),
                job("done", 100, "stored", result={"lines": 3}),
            ]
        ),
    }
    ending = cmsp_agent("backup", "run", "gw-1", answers=answers)
    assert ending.code == 0
    assert ending.err.splitlines() == ["  0% queued", " 30% log in", "100% stored"]
    assert ending.out == "gw-1: lines 3\n"


@pytest.mark.parametrize(
    ("over", "code", "text"),
    [
        (job("failed", error="10.1.0.1: no answer", result={"exit_code": 4}), 4, "the job failed: 10.1.0.1: no answer"),
        (job("failed", error="no", result={}), 1, "the job failed: no"),
        (job("cancelled"), 1, "the job was cancelled"),
    ],
)
def test_a_job_that_fails_decides_the_exit_code(over: dict[str, Any], code: int, text: str) -> None:
    ending = cmsp_agent("component", "poll", "gw-1", answers={"POST /v1/components/gw-1/poll": over})
    assert ending.code == code
    assert text in ending.err


def test_a_job_may_be_left_alone() -> None:
    ending = cmsp_agent(
        "backup", "run", "gw-1", "--no-wait", answers={"POST /v1/components/gw-1/backups": job("queued")}
    )
    assert ending.out == "job j1 accepted; see: cmsp-agent job show j1\n"


def test_config_check(tmp_path: Path) -> None:
    file = tmp_path / "site.yaml"
    file.write_text("appliance: {name: lab}\nprivacy: {telemetry: true}\n")
    ending = cmsp_agent("config", "check", str(file), local=True)
    assert ending.code == 0
    assert f"{file}:2: privacy.telemetry: note: no telemetry is sent yet\n" in ending.out
    assert f"{file}: good; 0 components" in ending.out
    assert cmsp_agent("config", "check", "--config", str(file), local=True).out == ending.out
    file.write_text("appliance: {nme: lab}\n")
    ending = cmsp_agent("config", "check", str(file), local=True)
    assert (ending.code, ending.out) == (2, "")
    assert ending.err.splitlines()[1:] == [
        f"{file}:1: appliance.nme: unknown key 'nme'; did you mean 'name'?",
        "cmsp-agent: 2 problems in the configuration",
    ]
    ending = cmsp_agent("config", "check", str(file), "--json", local=True)
    assert ending.code == 2
    assert [problem["line"] for problem in json.loads(ending.out)["problems"]] == [1, 1]


def test_config_schema_and_show(tmp_path: Path) -> None:
    assert json.loads(cmsp_agent("config", "schema").out)["title"] == "cmsp-agent site file"
    file = tmp_path / "site.yaml"
    file.write_text("appliance: {name: lab}\ncredentials: {ro: {snmp: {version: 2c, community: !secret ro}}}\n")
    ending = cmsp_agent("config", "show", str(file), "--path", "credentials")
    assert ending.out.splitlines()[0] == f"# what {file} says now; no agent runs with it"
    assert [line.split() for line in ending.out.splitlines()[1:]] == [
        ["credentials:"],
        ["ro:"],
        ["snmp:"],
        ["version:", "2c", "#", "line", "2"],
        ["community:", "!secret", "ro", "#", "line", "2"],
    ]
    values = json.loads(cmsp_agent("config", "show", str(file), "--json").out)["values"]
    assert {"path": "appliance.name", "value": "lab", "origin": "file", "line": 1} in values
    assert {"path": "privacy.telemetry", "value": False, "origin": "default", "line": None} in values


def test_a_file_that_is_not_there_ends_with_2(tmp_path: Path) -> None:
    ending = cmsp_agent("config", "show", str(tmp_path / "none.yaml"))
    assert ending.code == 2
    assert "can't be read: No such file" in ending.err


SETUP = {
    "device_type": "cisco_ios",
    "saved_at": "2026-11-23T02:00:03.000Z",
    "problem": "",
    "steps": [
        {"need": "snmp", "why": "it is polled", "command": "snmp-server user a CMSP v3", "there": None},
        {"need": "syslog", "why": "it reports", "command": "logging host 192.0.2.1", "there": True},
        {"need": "syslog", "why": "it reports", "command": "line vty 0 4\n transport input ssh", "there": False},
    ],
}


def test_what_is_to_be_entered_and_what_is_there() -> None:
    ending = cmsp_agent("component", "setup", "gw-1", answers={"/v1/components/gw-1/setup": SETUP})
    assert ending.out.splitlines() == [
        "gw-1 (cisco_ios): compared with the configuration of 2026-11-23 02:00 UTC",
        "",
        "! snmp: it is polled",
        "?        snmp-server user a CMSP v3",
        "",
        "! syslog: it reports",
        "there    logging host 192.0.2.1",
        "missing  line vty 0 4",
        "          transport input ssh",
    ]
    missing = cmsp_agent("component", "setup", "gw-1", "--missing", answers={"/v1/components/gw-1/setup": SETUP})
    assert missing.out == "snmp-server user a CMSP v3\nline vty 0 4\n transport input ssh\n"


def test_a_way_that_does_not_work_is_shown_with_its_remedy() -> None:
    checks = [
        {"check": "ICMP", "works": True, "detail": "", "remedy": ""},
        {"check": "SSH", "works": False, "detail": "refused", "remedy": "check the password"},
    ]
    job = {"id": "j", "state": "done", "result": {"checks": checks}}
    ending = cmsp_agent("component", "test", "gw-1", answers={"POST /v1/components/gw-1/test": job})
    assert ending.code == 1
    assert ending.out == "gw-1: ICMP works\ngw-1: SSH does not work: refused\n    check the password\n"
    assert ending.err.endswith("cmsp-agent: gw-1: SSH does not work\n")


def test_the_call_paths_to_an_emergency_number_are_listed_with_what_is_wrong() -> None:
    bad = {
        "component": "gw-1",
        "dial_peer": "112",
        "by": "port 0/1/0:15",
        "works": False,
        "why": "PRI down",
        "doubt": "",
    }
    numbers = [
        {"site": "paris", "number": "112", "working": 0, "state": "lost", "redundant": False, "call_paths": [bad]},
        {"site": "lyon", "number": "112", "working": 0, "state": "none", "redundant": False, "call_paths": []},
    ]
    answers = {"/v1/emergency": {"items": numbers}}
    shown = cmsp_agent("emergency", "list", answers=answers, width=100)
    assert shown.out.splitlines()[-2].split() == [
        "paris",
        "112",
        "gw-1",
        "112",
        "port",
        "0/1/0:15",
        "no",
        "PRI",
        "down",
    ]
    assert shown.out.splitlines()[-1].split() == [
        "lyon",
        "112",
        "-",
        "-",
        "-",
        "none",
        "no",
        "dial-peer",
        "takes",
        "it",
    ]
    assert cmsp_agent("emergency", "list", "--site", "rome", answers=answers).code == 2
