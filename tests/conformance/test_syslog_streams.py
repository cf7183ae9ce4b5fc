"""Telegraf's recorded cases of syslog over UDP and TCP: framing, RFC 3164 and RFC 5424, careless senders included."""

import re
from pathlib import Path
from typing import Any

import pytest

from cmsp_agent.transports.syslog.device_time import device_time
from cmsp_agent.transports.syslog.framing import SyslogFramer
from cmsp_agent.transports.syslog.message import SyslogMessage, parse_syslog

INTEGER = re.compile(r"-?\d+[iu]")
_FIELD = re.compile(r'([\w]+)=("(?:[^"\\]|\\.)*"|[^ ,]*)', re.DOTALL)
TRUNCATED_BY_CHOICE = "toolong"
"""Cases of a name longer than RFC 5424 allows: their strict reader refuses what ours takes."""


def expected_of(folder: Path) -> list[dict[str, Any]]:
    """The records of an `expected.out`, in InfluxDB's line protocol."""
    path = folder / "expected.out"
    if not path.exists():
        return []
    return [
        dict(_value(*pair) for pair in _FIELD.findall(record))
        for record in re.split(r"\n(?=syslog,)", path.read_text())
    ]


def _value(name: str, text: str) -> tuple[str, Any]:
    if text.startswith('"'):
        return name, re.sub(r"\\(.)", lambda escape: "\n" if escape[1] == "n" else escape[1], text[1:-1])
    return name, int(text[:-1]) if INTEGER.fullmatch(text) else text


def received(folder: Path) -> list[SyslogMessage]:
    octets = (folder / "input.txt").read_bytes()
    if "udp://" in (folder / "telegraf.conf").read_text():
        return [parse_syslog(octets)]
    framer = SyslogFramer()
    frames = framer.feed(octets)
    return [parse_syslog(frame) for frame in frames + framer.close()]


def claimed(message: SyslogMessage, reference: int) -> dict[str, Any]:
    time = device_time(message, reference)
    return {
        "severity_code": message.severity,
        "facility_code": message.syslog_facility,
        "version": message.version,
        "hostname": message.host,
        "appname": message.process,
        "procid": message.pid,
        "msgid": message.message_id,
        "message": message.text,
        "timestamp": None if time is None else time * 1_000_000,
        **{f"{sd}_{name}": value for sd, pairs in message.structured for name, value in pairs},
    }


def differences(folder: Path) -> list[str]:
    expected, messages = expected_of(folder), received(folder)
    name = folder.name
    if len(expected) != len(messages):
        return [f"{name}: {len(messages)} messages, not {len(expected)}: {messages}"]
    wrong = []
    for wanted, message in zip(expected, messages, strict=True):
        got = claimed(message, wanted.get("timestamp", 0) // 1_000_000)
        got["timestamp"] = wanted.get("timestamp") and _cut(got["timestamp"], wanted["timestamp"])
        wrong += [
            f"{name}: {key}: {got[key]!r}, not {value!r}"
            for key, value in wanted.items()
            if got.get(key, value) != value
        ]
    return wrong


def _cut(got: int | None, wanted: int) -> int | None:
    """Ours count in milliseconds."""
    return wanted if got is not None and abs(got - wanted) < 1_000_000 else got


def test_telegraf_s_cases(shared: Path) -> None:
    root = shared / "testdata" / "syslog-telegraf"
    if not root.is_dir():
        pytest.skip("needs the reference material of ../shared (or CMSP_SHARED), which is absent")
    folders = [
        folder
        for folder in sorted(root.iterdir())
        if (folder / "input.txt").exists()
        and TRUNCATED_BY_CHOICE not in folder.name
        and "malfunction" not in folder.name
    ]
    assert folders
    assert [text for folder in folders for text in differences(folder)] == []


@pytest.mark.parametrize("kind", [TRUNCATED_BY_CHOICE, "malfunction"])
def test_where_they_refuse_we_keep_what_can_be_read(shared: Path, kind: str) -> None:
    root = shared / "testdata" / "syslog-telegraf"
    for folder in root.glob(f"*{kind}*"):
        messages = received(folder)
        assert messages
        assert messages[0].pri is not None
        assert messages[0].raw in (folder / "input.txt").read_bytes()
