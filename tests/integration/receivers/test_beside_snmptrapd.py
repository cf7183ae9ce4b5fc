"""Odd traps, each sent to a running snmptrapd: what it prints of one, ours reads."""

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cmsp_agent.transports.snmp import ber
from cmsp_agent.transports.snmp.ber import DecodeError
from cmsp_agent.transports.snmp.bindings import NAMELESS
from cmsp_agent.transports.snmp.notifications import NotificationDecoder
from cmsp_agent.transports.snmp.pdu import TRAP_V1
from cmsp_agent.transports.snmp.trap_datagram import Notification
from tests.conformance.field.traps import AT, NAMED, TRAP_OID, TRAPS, UPTIME, OddTrap, v2
from tests.lab.clock import ManualClock
from tests.lab.ports import free_port

MARK = b"the last one"


def datagram(number: int, trap: OddTrap) -> bytes:
    return message(b"case-%d" % number, trap.version, trap.pdu)


def message(community: bytes, version: int, pdu: bytes) -> bytes:
    return ber.element(0x30, ber.encode_integer(version) + ber.encode_octets(community) + pdu)


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, list[tuple[str, str]]]]:
    """By the number of the trap: the bindings that snmptrapd printed; nothing of one that it did not read."""
    program = shutil.which("snmptrapd", path="/usr/sbin:/usr/bin")
    if program is None:
        pytest.skip("needs net-snmp's snmptrapd")
    folder = tmp_path_factory.mktemp("snmptrapd")
    port, out = free_port(), folder / "out"
    shape = "%P|%v\\n"
    (folder / "conf").write_text(f"disableAuthorization yes\nformat1 {shape}\nformat2 {shape}\ndoNotLogTraps no\n")
    options = ["-f", "-On", "-Lf", str(out), "-C", "-c", str(folder / "conf"), "-m", "", f"udp:127.0.0.1:{port}"]
    process = subprocess.Popen(
        [program, *options],
        env={"SNMP_PERSISTENT_DIR": str(folder), "PATH": "/usr/sbin:/usr/bin", "MIBDIRS": "/nonexistent"},
        stderr=subprocess.DEVNULL,
    )
    try:
        yield _lines(out, port)
    finally:
        process.terminate()
        process.wait(10)


def _lines(out: Path, port: int) -> dict[int, list[tuple[str, str]]]:
    deadline = time.monotonic() + 10
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        while not out.exists() or MARK.decode() not in out.read_text(errors="replace"):
            assert time.monotonic() < deadline, "snmptrapd reads nothing"
            sender.sendto(message(MARK, 1, v2(AT, NAMED)), ("127.0.0.1", port))
            time.sleep(0.05)
        for number, trap in enumerate(TRAPS):
            sender.sendto(datagram(number, trap), ("127.0.0.1", port))
        sender.sendto(message(b"and " + MARK, 1, v2(AT, NAMED)), ("127.0.0.1", port))
        while f"and {MARK.decode()}" not in out.read_text(errors="replace"):
            assert time.monotonic() < deadline, "snmptrapd does not come to the end"
            time.sleep(0.05)
    found: dict[int, list[tuple[str, str]]] = {}
    for line in out.read_text(errors="replace").splitlines():
        head = re.match(r"(?:TRAP|INFORM)2?, SNMP v\S+, community case-(\d+)\|(.*)", line)
        if head is not None:
            pairs = (each.partition(" = ") for each in head[2].split("\t"))
            found[int(head[1])] = [(dotted(oid), value) for oid, _, value in pairs if oid]
    return found


def dotted(printed: str) -> str:
    """An OID as we write it: net-snmp shortens zeroDotZero."""
    return {"0": "0.0"}.get(printed.removeprefix("."), printed.removeprefix("."))


def ours(data: bytes) -> Notification | None:
    try:
        read = NotificationDecoder([], None, ManualClock()).decode(data, "192.0.2.1")
    except DecodeError:
        return None
    assert isinstance(read, Notification)
    return read


@pytest.mark.parametrize(("number", "trap"), list(enumerate(TRAPS)), ids=[trap.what for trap in TRAPS])
def test_ours_reads_what_snmptrapd_prints(
    number: int, trap: OddTrap, printed: dict[int, list[tuple[str, str]]]
) -> None:
    theirs = printed.get(number)
    read = ours(datagram(number, trap))
    if theirs is None:
        return  # ours may read more
    assert read is not None
    names = {oid for oid, _ in (*read.varbinds, *read.unreadable)}
    assert {oid for oid, _ in theirs if oid not in (UPTIME, TRAP_OID)} <= names
    if trap.pdu[0] != TRAP_V1:
        said = next(value for oid, value in theirs if oid == TRAP_OID).removeprefix("STRING: ").strip('"')
        assert read.trap_oid in (dotted(said.removeprefix("OID: ")), NAMELESS)


def test_snmptrapd_reads_most_of_them(printed: dict[int, list[tuple[str, str]]]) -> None:
    assert len(printed) > 40
