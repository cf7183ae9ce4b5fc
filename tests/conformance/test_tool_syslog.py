"""How much of the lines that others collected `cmsp-agent tool syslog` reads as their own parsers do: 95 % of each set.

What is read otherwise on purpose is listed with the reason.
"""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from cmsp_agent.cli.main import main
from cmsp_agent.cli.plugin.load import installed
from cmsp_agent.cli.tool import meanings

LEAST = 0.95


class Case(NamedTuple):
    """An input, what the tool's first object must have, and how the input is written."""

    name: str
    data: bytes
    wanted: dict[str, Any]
    form: str = "datagram"


ON_PURPOSE = {
    "librenms 13": "LibreNMS names the facility as the program where a line has none: nobody wrote that",
    "napalm fortinet/LOCAL_TRAFFIC/default": "its line has no tag: theirs is the value of a key in the text",
    "napalm junos/BGP_MD5_INCORRECT/ISO8601": "the tag is /kernel, as the device wrote it",
    "telegraf rfc5424_best_effort_toolong_appname": "an APP-NAME over 48 characters is read all the same",
}
"""Case → why it is read otherwise. These are left out of the share: there is nothing to mend."""


INSTALLED = cache(installed)
"""The device types, loaded once and not for each of some 160 lines: that took a minute of the suite."""


@pytest.fixture(autouse=True)
def loaded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meanings, "installed", INSTALLED)


def objects(capsys: pytest.CaptureFixture[str], folder: Path, case: Case) -> list[dict[str, Any]]:
    file = folder / "input"
    file.write_bytes(case.data)
    capsys.readouterr()
    assert main(["tool", "syslog", str(file), "--format", case.form]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def wrong_fields(got: dict[str, Any], wanted: dict[str, Any]) -> list[str]:
    got = {**got, "message": got["message"].strip()}  # what blanks begin and end a message they don't agree on
    return [f"{name}: {got.get(name)!r}, not {value!r}" for name, value in wanted.items() if got.get(name) != value]


def misread(capsys: pytest.CaptureFixture[str], folder: Path, cases: list[Case]) -> dict[str, list[str]]:
    found = {}
    for case in cases:
        read = objects(capsys, folder, case)
        if wrong := wrong_fields(read[0], case.wanted) if read else ["nothing read"]:
            found[case.name] = wrong
    return found


def mnemonic(code: str) -> dict[str, Any] | None:
    """`PKT_INFRA-LINK-3-UPDOWN` in parts."""
    if (found := re.fullmatch(r"%?(\w+?)(?:-(\w+))?-(\d)-(\w+)", code)) is None:
        return None
    facility, sub, severity, name = found.groups()
    return {"facility": facility, "subfacility": sub, "severity": int(severity), "name": name}


def elastic(folder: Path) -> Iterator[Case]:
    for number, case in enumerate(json.loads((folder / "syslog.json").read_text())):
        wanted = {
            "priority": case["log.syslog.priority"],
            "hostname": case["log.syslog.hostname"],
            "message": case["message"],
        }
        if case["facility"]:
            wanted["mnemonic"] = mnemonic(f"{case['facility']}-{case['event.severity']}-{case['event.code']}")
        if case["event.sequence"] is not None:
            wanted["sequence"] = case["event.sequence"]
        yield Case(f"elastic {number}", case["original"].encode(), wanted)


def librenms(folder: Path) -> Iterator[Case]:
    for place, case in enumerate(json.loads((folder / "cases.json").read_text())):
        fields = dict(zip(case["fields"], case["input"].split("||"), strict=False))
        expected, program = case["expected"], case["expected"]["program"]
        text = expected.get("msg", "")
        if case["os"] == "ios":
            line, wanted = f"<14>{fields['msg']}", {"message": text}
            if program.startswith("%"):
                wanted["mnemonic"] = mnemonic(program)
            if "-SEVERITY-" in program:
                wanted["tag"] = program
        else:
            number = fields[
                "program"
            ].isdecimal()  # how ProCurve writes it: the event's number, the subsystem, the text
            tag = f"{fields['program']}{' ' if number else ': '}" if fields["program"] else ""
            line = f"<13>Feb 28 00:23:34 host {tag}{fields['msg'].strip()}"
            wanted = {"message": text.partition(" [")[0] if number else text}
            wanted["tag"] = program.lower() if number or fields["program"].islower() else program
        yield Case(f"librenms {place}", line.encode(), wanted)


def logstash(folder: Path) -> Iterator[Case]:
    for number, case in enumerate(json.loads((folder / "cases.json").read_text())):
        expected, wanted = case["expected"], {}
        texts = expected.get("message", [])
        process = expected.get("process", {})
        if len(texts) > 1 and case["pattern"] != "CRONLOG":
            wanted["message"] = texts[1].strip()
        if "hostname" in expected.get("host", {}):
            wanted["hostname"] = expected["host"]["hostname"]
        if "name" in process:
            wanted["tag"] = process["name"]
        if "pid" in process:
            wanted["pid"] = str(process["pid"])
        if priority := expected.get("log", {}).get("syslog", {}).get("priority"):
            wanted["priority"] = priority
        if tag := expected.get("cisco", {}).get("asa", {}).get("tag"):
            wanted["mnemonic"] = mnemonic(tag)
        if numbered := re.match(r"%?(ASA-\d-\d{6}): (.*)", case["message"]):
            wanted |= {"mnemonic": mnemonic(numbered[1]), "message": numbered[2]}
        yield Case(f"logstash {number}", case["message"].encode(), wanted)


def napalm(folder: Path) -> Iterator[Case]:
    for line in sorted(folder.glob("*/*/*/syslog.msg")):
        expected = json.loads(line.with_name("yang.json").read_text())
        details = expected["message_details"]
        wanted: dict[str, Any] = {
            "priority": int(details["pri"]),
            "facility": details["facility"],
        }
        if expected["os"] in ("ios", "iosxr", "nxos", "eos", "junos", "netiron", "huawei", "sonic"):
            wanted["hostname"] = (details.get("hostPrefix") or "") + expected["host"]
        if code := mnemonic(details.get("tag", "").rstrip(": ")):
            wanted["mnemonic"] = code
        elif details.get("processName"):
            wanted["tag"] = details["processName"]
        yield Case(f"napalm {'/'.join(line.parts[-4:-1])}", line.read_bytes(), wanted)


SEVERITIES = ("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug")
PAIR = re.compile(r'([a-z_]+)=("(?:[^"\\]|\\.)*"|[^ ,]+)')


def telegraf(folder: Path) -> Iterator[Case]:
    for place in sorted(each for each in folder.iterdir() if (each / "expected.out").is_file()):
        first = (place / "expected.out").read_text().partition("\nsyslog,")[0]
        if not first.strip():
            continue  # their strict parser takes nothing of it
        reported = {key: value.strip('"') for key, value in PAIR.findall(first)}
        wanted: dict[str, Any] = {
            "facility": int(reported["facility_code"][:-1]),
            "severity": int(reported["severity_code"][:-1]),
            "hostname": reported.get("hostname"),
            "tag": reported.get("appname"),
            "pid": reported.get("procid"),
        }
        if "message" in reported:
            wanted["message"] = reported["message"].replace('\\"', '"').replace("\\n", "\n").strip()
        assert SEVERITIES[wanted["severity"]] == reported["severity"]
        yield Case(f"telegraf {place.name}", (place / "input.txt").read_bytes(), wanted, "text")


SETS = {
    "syslog-elastic-cisco-ios": elastic,
    "syslog-librenms": librenms,
    "syslog-logstash-patterns": logstash,
    "syslog-napalm-logs": napalm,
    "syslog-telegraf": telegraf,
}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", SETS)
def test_a_set_is_read(name: str, shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = shared / "testdata" / name
    if not folder.is_dir():
        pytest.skip("needs the reference material of ../shared (or CMSP_SHARED), which is absent")
    cases = list(SETS[name](folder))
    wrong = misread(capsys, tmp_path, cases)
    unmeant = {case: why for case, why in wrong.items() if case not in ON_PURPOSE}
    share = 1 - len(unmeant) / (len(cases) - len(wrong) + len(unmeant))
    print(
        f"SCORE {name} {share:.3f}: {len(cases) - len(wrong)} of {len(cases)}, {len(wrong) - len(unmeant)} on purpose"
    )
    assert share >= LEAST, unmeant
    assert unmeant == {}
