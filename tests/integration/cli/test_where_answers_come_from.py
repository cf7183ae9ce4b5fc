"""Devices that answer from elsewhere, with another community, or to pysnmp only: it is said, and then polled."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from cmsp_agent.transports.snmp import ber, message, pdu
from cmsp_agent.transports.snmp.varbinds import encode_value, encode_varbinds

PROGRAM = Path(sys.executable).with_name("cmsp-agent")
OBJECTS = {
    "1.3.6.1.2.1.1.2.0": encode_value(ber.OBJECT_IDENTIFIER, "1.3.6.1.4.1.8072.3.2.10"),
    "1.3.6.1.2.1.1.3.0": encode_value(ber.TIME_TICKS, 4711),
}
FILE = """\
appliance: {name: lab, storage: {state: STATE, backups: STATE/backups}, secrets: STATE/secrets}
api: {socket: STATE/api.sock}
sites: {paris: {people: 100}}
credentials: {ro: {snmp: {version: 2c, community: !secret ro}}}
groups:
  - match: {type: generic_snmp}
    set: {reach: {icmp: off}, poll: {every: 1h, timeout: 200ms, retries: 1}}
components:
COMPONENTS
listen: {traps: "127.0.0.1:0", syslog: "127.0.0.1:0", syslog_tls: off}
"""

COMMON = "site: paris, credentials: ro, type: generic_snmp, tier: monitored-only"


class Responder(threading.Thread):
    """A v2c agent with two objects.

    Args:
        address: where it is asked.
        answers_from: where it answers from; None: where it was asked.
        community: in its answers; None: that of the request.
        largest_id: requests with a higher request ID are passed over.
        objects: what it has, by OID, encoded.
    """

    def __init__(
        self,
        address: str,
        answers_from: tuple[str, int] | None = None,
        community: bytes | None = None,
        largest_id: int = 0x7FFFFFFF,
        objects: Mapping[str, bytes] = OBJECTS,
    ) -> None:
        super().__init__(daemon=True)
        self._socket = _bound((address, 0))
        self.address, self.port = self._socket.getsockname()
        place = None if answers_from is None else (answers_from[0], answers_from[1] or self.port)
        self._answering = self._socket if place is None else _bound(place)
        self._community = community
        self._largest = largest_id
        self._objects = objects

    def run(self) -> None:
        """Answer until closed."""
        while True:
            try:
                data, sender = self._socket.recvfrom(65535)
            except OSError:
                return
            if data == b"stop":
                return
            if answer := self._answer(data):
                self._answering.sendto(answer, sender)

    def _answer(self, data: bytes) -> bytes | None:
        texts = ber.OidTexts()
        received = message.decode(data, texts)
        asked = received.pdu
        assert isinstance(asked, pdu.Pdu)
        if asked.request_id > self._largest:
            return None
        none = bytes((ber.NO_SUCH_OBJECT, 0)) if asked.kind == pdu.GET else bytes((ber.END_OF_MIB_VIEW, 0))
        known = self._objects if asked.kind == pdu.GET else {}
        body = encode_varbinds([(name, known.get(texts[name], none)) for name in asked.names])
        community = received.community if self._community is None else self._community
        return message.encode(
            message.prefix(received.version, community), pdu.encode_pdu(pdu.RESPONSE, asked.request_id, 0, 0, body)
        )

    def close(self) -> None:
        """End the thread."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            out.sendto(b"stop", (self.address, self.port))
        self.join(5)
        self._socket.close()
        self._answering.close()


def _bound(place: tuple[str, int]) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.bind(place)
    return made


KINDS: dict[str, tuple[Callable[[], Responder], str, str]] = {
    "plain": (lambda: Responder("127.31.0.1"), "", ""),
    "address": (lambda: Responder("127.31.0.2", ("127.31.1.2", 0)), "answers_from: 127.31.1.2", "127.31.1.2 port"),
    "port": (lambda: Responder("127.31.0.3", ("127.31.0.3", 21999)), "answers_from: 127.31.0.3", "port 21999"),
    "empty": (lambda: Responder("127.31.0.4", community=b""), "answers_with: any", "an empty one"),
    "other": (lambda: Responder("127.31.0.5", community=b"s3cr3t"), "answers_with: any", "another"),
    "second": (lambda: Responder("127.31.0.6", largest_id=0xFFFFFF), "engine: pysnmp", ""),
}
"""The device, the key that permits it, what `component show` says of it."""


class Agent:
    """A running agent and its commands."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "s" / "api.sock"

    def run(self, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        command = [str(PROGRAM), "--socket", str(self.socket), *arguments]
        return subprocess.run(command, input=typed, capture_output=True, text=True, timeout=60)


UNREADABLE = {**OBJECTS, "1.3.6.1.2.1.1.5.0": bytes((ber.IP_ADDRESS, 3, 1, 2, 3))}


@contextmanager
def running(folder: Path, devices: dict[str, Responder], *, permitted: bool) -> Iterator[Agent]:
    lines = [
        f"  {name}: {{{COMMON}, address: {each.address}, snmp: {{port: {each.port}{', ' if permitted else ''}"
        f"{KINDS[name][1] if permitted else ''}}}}}"
        for name, each in devices.items()
    ]
    file = folder / "site.yaml"
    file.write_text(FILE.replace("COMPONENTS", "\n".join(lines)).replace("STATE", str(folder / "s")))
    agent = Agent(folder)
    agent.run("secret", "set", "ro", "-c", str(file), typed="public\n")
    command = [str(PROGRAM), "run", "--config", str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=os.environ) as process:
        deadline = time.monotonic() + 30
        while agent.run("status").returncode not in (0, 1):
            assert process.poll() is None, process.communicate()[0].decode()
            assert time.monotonic() < deadline
        yield agent
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=15)
    assert process.returncode == 0
    assert b"s3cr3t" not in output


@pytest.fixture(scope="module")
def devices() -> Iterator[dict[str, Responder]]:
    with ExitStack() as stack:
        made = {}
        for name, (make, _, _) in KINDS.items():
            made[name] = device = make()
            device.start()
            stack.callback(device.close)
        yield made


@pytest.mark.long
@pytest.mark.timeout(120)
def test_what_is_not_permitted_is_said_and_not_polled(tmp_path: Path, devices: dict[str, Responder]) -> None:
    with running(tmp_path, devices, permitted=False) as agent:
        assert agent.run("component", "poll", "plain").returncode == 0
        assert agent.run("component", "poll", "address").returncode == 4
        for name, (_, key, _) in KINDS.items():
            test = agent.run("component", "test", name)
            assert test.returncode == (1 if key else 0), (name, test.stdout, test.stderr)
            assert (f"snmp: {{{key}}}" in test.stdout) == bool(key)
            assert "s3cr3t" not in test.stdout + test.stderr
        test = agent.run("component", "test", "second")
        assert "engine own: 127.31.0.6: no SNMP answer" in test.stdout
        assert "engine pysnmp: answers" in test.stdout
        result = json.loads(agent.run("component", "test", "address", "--json").stdout)["result"]["snmp"]
        assert result["settings"] == {"answers_from": "127.31.1.2"}


@pytest.mark.timeout(120)
def test_what_is_permitted_is_polled_and_shown(tmp_path: Path, devices: dict[str, Responder]) -> None:
    with running(tmp_path, devices, permitted=True) as agent:
        for name, (_, key, shown) in KINDS.items():
            poll = agent.run("component", "poll", name)
            assert poll.returncode == 0, (name, poll.stdout, poll.stderr)
            assert shown in agent.run("component", "show", name).stdout, key


@pytest.mark.timeout(60)
def test_a_value_that_can_not_be_decoded_is_shown_with_its_reason_and_octets(tmp_path: Path) -> None:
    device = Responder("127.31.0.7", objects=UNREADABLE)
    device.start()
    try:
        with running(tmp_path, {"plain": device}, permitted=False) as agent:
            assert agent.run("component", "poll", "plain").returncode == 0
            shown = agent.run("component", "show", "plain").stdout
            assert "1.3.6.1.2.1.1.5.0: IpAddress that is not four octets long (010203)" in " ".join(shown.split())
            [found] = json.loads(agent.run("component", "show", "plain", "--json").stdout)["unreadable"]
            assert found["oid"] == "1.3.6.1.2.1.1.5.0"
            assert found["count"] >= 1
            counters = json.loads(agent.run("status", "--json").stdout)
            assert "polls.unreadable" in json.dumps(counters)
    finally:
        device.close()
