"""What agents, relays and devices send is read as net-snmp reads it, and as `tests.conformance.field` says."""

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from cmsp_agent.cli.application import run
from cmsp_agent.cli.output import Output
from cmsp_agent.model.signal import Unreadable
from cmsp_agent.transports.snmp import ber, message
from cmsp_agent.transports.snmp.ber import DecodeError, OidTexts
from cmsp_agent.transports.snmp.notifications import NotificationDecoder
from cmsp_agent.transports.snmp.pdu import Pdu
from cmsp_agent.transports.snmp.trap_datagram import Notification
from cmsp_agent.transports.snmp.values import Missing
from cmsp_agent.transports.snmp.varbinds import encode_varbind
from cmsp_agent.transports.syslog.fields import fields_of
from cmsp_agent.transports.syslog.framing import messages_in
from cmsp_agent.transports.syslog.message import parse_syslog
from tests.conformance.field import answers
from tests.conformance.field.answers import BAD, BINDINGS, FIRST, FRAMES, GOOD, LAST, ODD, VALUES
from tests.conformance.field.beginnings import BEGINNINGS
from tests.conformance.field.lines import LINES, RECEIVED_AT, Line
from tests.conformance.field.traps import TRAPS, OddTrap
from tests.fuzz.compare import check_community, our_bindings
from tests.lab.clock import ManualClock

ALL_LINES = LINES + BEGINNINGS


def read(data: bytes) -> list[tuple[str, object]]:
    """The bindings of an answer, after net-snmp and pysnmp had their say."""
    check_community(data, OidTexts())
    answer = message.decode_answer(data, answers.BEFORE, OidTexts())
    assert isinstance(answer, Pdu)
    assert answer.request_id == answers.REQUEST_ID
    shown: list[tuple[str, object]] = []
    for name, value in our_bindings(answer, OidTexts()):
        shown.append((name, BAD if isinstance(value, Unreadable) else None if isinstance(value, Missing) else value))
    return shown


def between_good_ones(binding: bytes) -> bytes:
    first, last = (encode_varbind(ber.oid_octets(oid), GOOD) for oid in (FIRST, LAST))
    return ber.element(0x30, answers.BEFORE + answers.response(first + binding + last))


def test_there_are_many() -> None:
    assert len(VALUES) + len(BINDINGS) + len(FRAMES) >= 60


@pytest.mark.parametrize("case", VALUES, ids=lambda case: case.what)
def test_an_odd_value(case: answers.OddValue) -> None:
    binding = encode_varbind(ber.oid_octets(ODD), bytes.fromhex(case.octets))
    assert read(between_good_ones(binding)) == [(FIRST, b"good"), (ODD, case.value), (LAST, b"good")]


@pytest.mark.parametrize("case", BINDINGS, ids=lambda case: case.what)
def test_an_odd_binding(case: answers.OddBinding) -> None:
    assert read(between_good_ones(case.octets)) == [(FIRST, b"good"), *case.read, (LAST, b"good")]


@pytest.mark.parametrize("case", FRAMES, ids=lambda case: case.what)
def test_an_odd_frame(case: answers.OddFrame) -> None:
    assert read(case.octets) == [(FIRST, b"good")]


def reported(tool: str, octets: Sequence[bytes], folder: Path) -> list[dict[str, Any]]:
    """What the tool says of each datagram; all in one run, for it loads the names of all MIBs."""
    file, out = folder / "input.hex", io.StringIO()
    file.write_text("\n".join(each.hex() for each in octets))
    assert run(["tool", tool, str(file)], Output(out, io.StringIO())) == 0
    return [json.loads(line) for line in out.getvalue().splitlines()]


def datagram(trap: OddTrap) -> bytes:
    return ber.element(0x30, ber.encode_integer(trap.version) + ber.encode_octets(b"secret") + trap.pdu)


@pytest.fixture(scope="module")
def traps_shown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    shown = reported("trap", [datagram(trap) for trap in TRAPS], tmp_path_factory.mktemp("traps"))
    assert "secret" not in json.dumps([each for each in shown if "error" not in each])
    return dict(zip([trap.what for trap in TRAPS], shown, strict=True))


def test_there_are_many_traps() -> None:
    assert len(TRAPS) >= 60


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: trap.what)
def test_an_odd_trap(trap: OddTrap, traps_shown: dict[str, dict[str, Any]]) -> None:
    decoder, shown = NotificationDecoder([], None, ManualClock()), traps_shown[trap.what]
    if trap.trap_oid is None:
        with pytest.raises(DecodeError):
            decoder.decode(datagram(trap), "192.0.2.1")
        assert shown["error"]
        return
    read = decoder.decode(datagram(trap), "192.0.2.1")
    assert isinstance(read, Notification)
    assert (read.trap_oid, read.uptime) == (trap.trap_oid, trap.uptime)
    assert (*read.varbinds, *((oid, BAD) for oid, _ in read.unreadable)) == trap.bindings
    assert (shown["trap_oid"], shown["uptime_s"]) == (trap.trap_oid, trap.uptime / 100)
    assert [each["oid"] for each in shown["bindings"]] == [oid for oid, value in trap.bindings if value != BAD]


@pytest.fixture(scope="module")
def lines_shown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    octets = [case.line.replace("¦", "").encode() for case in ALL_LINES]
    file, out = tmp_path_factory.mktemp("lines") / "lines", io.StringIO()
    file.write_bytes(b"\n".join(octets))
    assert run(["tool", "syslog", str(file), "--format", "text"], Output(out, io.StringIO())) == 0
    shown = [json.loads(line) for line in out.getvalue().splitlines()]
    return dict(zip([case.line for case in ALL_LINES], shown, strict=True))


def test_there_are_many_lines() -> None:
    assert len(ALL_LINES) >= 110


@pytest.mark.parametrize("case", ALL_LINES, ids=lambda case: case.line[:60].replace("¦", ""))
def test_a_line(case: Line, lines_shown: dict[str, dict[str, Any]]) -> None:
    [message_] = messages_in(case.line.replace("¦", "").encode())
    parsed = parse_syslog(message_)
    read = fields_of(parsed, RECEIVED_AT)
    assert parsed.text == (case.text or case.line.partition("¦")[2])
    assert (parsed.host, parsed.process, parsed.pid, parsed.message_id) == (
        case.host, case.tag, case.pid, case.message_id
    )  # fmt: skip
    assert (parsed.code, read["severity"], read["sequence"]) == (case.code, case.severity, case.sequence)
    assert (read["timestamp"], read["clock"], parsed.repeated) == (case.time, case.clock, case.repeated)
    shown = lines_shown[case.line]
    assert (shown["message"], shown["hostname"] or "", shown["severity"]) == (parsed.text, case.host, case.severity)
