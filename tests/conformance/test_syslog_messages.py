"""Syslog lines that others wrote, with the fields that their own parsers read: ours must read the same.

Asserted are the fields that our parser claims; what others make of the text (addresses, users, ports) it leaves alone.
"""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from cmsp_agent.transports.syslog.device_time import device_time
from cmsp_agent.transports.syslog.message import SyslogMessage, parse_syslog


def cases_of(shared: Path, *parts: str) -> Any:
    path = shared.joinpath("testdata", *parts)
    if not path.exists():
        pytest.skip("needs the reference material of ../shared (or CMSP_SHARED), which is absent")
    return json.loads(path.read_text()) if path.is_file() else path


def milliseconds(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def compare(wanted: dict[str, Any], message: SyslogMessage, got: dict[str, Any]) -> list[str]:
    return [
        f"{name}: {got[name]!r}, not {value!r}, in {message.raw!r}"
        for name, value in wanted.items()
        if name in got and got[name] != value
    ]


def test_elastic_s_cisco_ios_lines(shared: Path) -> None:
    wrong: list[str] = []
    reference = milliseconds("2024-12-31T00:00:00+00:00")
    for case in cases_of(shared, "syslog-elastic-cisco-ios", "syslog.json"):
        message = parse_syslog(case["original"].encode())
        zone = case["event.timezone"]
        got = {
            "facility": message.facility or None,
            "event.code": message.mnemonic or None,
            "event.severity": message.level,
            "message": message.text,
            "cisco.ios.message_count": message.sequence,
            "event.sequence": message.sequence,
            "log.syslog.hostname": message.host or None,
            "log.syslog.priority": message.pri,
            "event.timezone": message.zone or zone,
            "@timestamp": device_time(message, reference),
        }
        wrong += compare({**case, "@timestamp": milliseconds(case["@timestamp"])}, message, got)
    assert wrong == []


# A rule of LibreNMS's own: the tag in capitals, the number behind a ProCurve line, the facility where there is no tag.
LIBRENMS_ONLY = re.compile(r"\[\d{5}\]$")


def test_librenms_s_cisco_lines(shared: Path) -> None:
    wrong: list[str] = []
    for case in cases_of(shared, "syslog-librenms", "cases.json"):
        fields = dict(zip(case["fields"], case["input"].split("||"), strict=False))
        program = case["expected"]["program"]
        if case["os"] != "ios" or "-SEVERITY-" in program:
            continue
        message = parse_syslog(fields["msg"].encode())
        got = {"program": f"%{message.code}" if message.code else "", "msg": message.text}
        if program.startswith("%") or not program:
            wrong += compare(case["expected"], message, got)
    assert wrong == []


def test_librenms_s_other_lines_keep_their_text(shared: Path) -> None:
    wrong: list[str] = []
    for case in cases_of(shared, "syslog-librenms", "cases.json"):
        fields = dict(zip(case["fields"], case["input"].split("||"), strict=False))
        if case["os"] == "ios" or LIBRENMS_ONLY.search(case["expected"]["msg"]) or fields["program"] == "":
            continue
        line = f"<13>Feb 28 00:23:34 host {fields['program']}: {fields['msg'].strip()}"
        message = parse_syslog(line.encode())
        got = {"program": message.process.upper(), "msg": message.text}
        wrong += compare({"program": fields["program"].upper(), "msg": case["expected"]["msg"]}, message, got)
    assert wrong == []


def test_logstash_s_syslog_lines(shared: Path) -> None:
    wrong: list[str] = []
    for case in cases_of(shared, "syslog-logstash-patterns", "cases.json"):
        if not re.match(r"SYSLOG|CRON|CISCO_TAGGED", case["pattern"]):
            continue
        message = parse_syslog(case["message"].encode())
        expected = case["expected"]
        texts = expected.get("message", [])
        wanted = {
            "timestamp": expected.get("timestamp"),
            "host": expected.get("host", {}).get("hostname"),
            "process": expected.get("process", {}).get("name"),
            "pid": expected.get("process", {}).get("pid"),
            "priority": expected.get("log", {}).get("syslog", {}).get("priority"),
            "code": expected.get("cisco", {}).get("asa", {}).get("tag"),
            "text": texts[1].strip() if len(texts) > 1 and case["pattern"] != "CRONLOG" else None,
        }
        got = {
            "timestamp": message.timestamp + message.zone,
            "host": message.host,
            "process": message.process,
            "pid": int(message.pid) if message.pid.isdecimal() else None,
            "priority": message.pri,
            "code": message.code,
            "text": message.text.strip(),
        }
        wrong += compare({name: value for name, value in wanted.items() if value is not None}, message, got)
    assert wrong == []


def test_logstash_s_asa_lines(shared: Path) -> None:
    wrong: list[str] = []
    for case in cases_of(shared, "syslog-logstash-patterns", "cases.json"):
        numbered = re.match(r"%?ASA-(\d)-(\d{6}): (.*)", case["message"])
        if numbered is None:
            continue
        message = parse_syslog(case["message"].encode())
        wanted = {"facility": "ASA", "level": int(numbered[1]), "mnemonic": numbered[2], "text": numbered[3]}
        wrong += compare(wanted, message, message._asdict())
    assert wrong == []


CISCO_LIKE = ("ios", "iosxr", "nxos", "eos")


def napalm_cases(shared: Path) -> Iterator[tuple[Path, dict[str, Any], SyslogMessage]]:
    folder = cases_of(shared, "syslog-napalm-logs")
    for line in sorted(folder.glob("*/*/*/syslog.msg")):
        yield line, json.loads(line.with_name("yang.json").read_text()), parse_syslog(line.read_bytes())


def test_napalm_logs_lines_of_every_maker(shared: Path) -> None:
    wrong: list[str] = []
    for line, expected, message in napalm_cases(shared):
        details = expected["message_details"]
        wanted = {"pri": int(details["pri"]), "facility": details["facility"], "severity": details["severity"]}
        got = {"pri": message.pri, "facility": message.syslog_facility, "severity": message.pri and message.pri & 7}
        wrong += [f"{line.parts[-4:-1]}: {text}" for text in compare(wanted, message, got)]
    assert wrong == []


def test_napalm_logs_lines_of_cisco_and_its_like(shared: Path) -> None:
    wrong: list[str] = []
    for line, expected, message in napalm_cases(shared):
        if expected["os"] not in CISCO_LIKE:
            continue
        details = expected["message_details"]
        tag, text = details["tag"].rstrip(": "), details["message"].strip(": \n")
        wanted = {
            "host": expected["host"],
            "code": tag if re.search(r"-\d-", tag) else None,
            "text": text,
            "time": True,
        }
        # Their times are partly made up, and they take a routing process off the text: asserted is what is written.
        got = {
            "host": message.host,
            "code": message.code,
            "text": text if message.text.endswith(text) else message.text,
            "time": re.findall(r"\d\d:\d\d:\d\d", details["time"] or details["date"])[0] in message.timestamp,
        }
        wanted = {name: value for name, value in wanted.items() if value is not None}
        wrong += [f"{line.parts[-4:-1]}: {text}" for text in compare(wanted, message, got)]
    assert wrong == []


def test_napalm_logs_lines_of_others(shared: Path) -> None:
    wrong: list[str] = []
    for line, expected, message in napalm_cases(shared):
        if expected["os"] not in ("junos", "netiron", "huawei", "sonic"):
            continue
        details = expected["message_details"]
        # Their reader takes the routing engine off the host's name and the slash off the kernel's; ours leaves them.
        host = (details.get("hostPrefix") or "") + expected["host"]
        wanted = {"host": host, "process": details.get("processName")}
        wanted = {name: value for name, value in wanted.items() if value}
        got = {"host": message.host, "process": message.process.removeprefix("/")}
        wrong += [f"{line.parts[-4:-1]}: {text}" for text in compare(wanted, message, got)]
    assert wrong == []
