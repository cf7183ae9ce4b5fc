"""Syslog over TLS on a running agent, by its file: who is accepted, who is not, and who has an alarm for it."""

import json
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from tests.lab.certificates import Authority, Identity
from tests.lab.ports import free_port

PROGRAM = Path(sys.executable).with_name("cmsp-agent")
FILE = """\
appliance: {name: lab, storage: {state: STATE, backups: STATE/backups}, secrets: STATE/secrets}
api: {socket: STATE/api.sock}
sites: {paris: {people: 100}}
components:
  gw-1: {address: 127.31.0.21, site: paris, type: cisco_ios, reach: {icmp: off}, poll: 1h}
  gw-2: {address: 127.31.0.22, site: paris, type: cisco_ios, reach: {icmp: off}, poll: 1h}
listen:
  traps: off
  syslog: off
  syslog_tcp: off
  syslog_tls: "127.0.0.1:PORT"
  tls: {certificate: ours/server.crt, key: ours/server.key, ca: ours/ca.crt}
"""
LINE = b"<189>45: *Nov 27 10:00:00.000: %SYS-5-CONFIG_I: Configured from console by admin\n"


def send(port: int, source: str, authority: Authority, identity: Identity) -> None:
    context = ssl.create_default_context(cafile=authority.path)
    context.load_cert_chain(identity.certificate, identity.key)
    with (
        suppress(ssl.SSLError, ConnectionError),
        socket.create_connection(("127.0.0.1", port), 5, source_address=(source, 0)) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as secured,
    ):
        secured.sendall(LINE)
        secured.settimeout(0.5)
        with suppress(TimeoutError):
            secured.recv(1)


def until(condition: Callable[[], bool], within: float) -> None:
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.5)


@pytest.mark.timeout(120)
def test_who_is_accepted_and_who_has_an_alarm(tmp_path: Path) -> None:
    authority, stranger, port = Authority(tmp_path / "ours"), Authority(tmp_path / "theirs", "another CA"), free_port()
    authority.server()
    file = tmp_path / "site.yaml"
    file.write_text(FILE.replace("STATE", str(tmp_path / "s")).replace("PORT", str(port)))

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(PROGRAM), "--socket", str(tmp_path / "s" / "api.sock"), *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=60)

    def reported(kind: str, component: str) -> bool:
        events = json.loads(run("events", "--json").stdout)["items"]
        return any((each["type"], each["component"]) == (kind, component) for each in events)

    assert "listen" not in run("config", "check", "-c", str(file)).stdout
    command = [str(PROGRAM), "run", "--config", str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        try:
            until(lambda: run("status").returncode == 0, 30)
            send(port, "127.31.0.21", authority, authority.client("gw-1", "urn:device:gw-1"))
            send(port, "127.31.0.22", authority, stranger.client("gw-2", "urn:device:gw-2"))
            until(lambda: reported("config.changed", "gw-1"), 10)
            until(lambda: reported("messages.lost", "gw-2"), 25)
            assert not reported("config.changed", "gw-2")
            assert not reported("messages.lost", "gw-1")
            alarms = json.loads(run("component", "show", "gw-2", "--json").stdout)["alarms"]
            assert "its TLS certificate is not of the accepted authority" in json.dumps(alarms)
        finally:
            process.send_signal(signal.SIGTERM)
            output, _ = process.communicate(timeout=15)
    assert process.returncode == 0, output.decode()
