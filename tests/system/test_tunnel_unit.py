"""cmsp-tunnel.service under systemd: its rights, its firewall, a cut, a moved name, a kill, an overlap, an end."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cmsp_agent.storage.sealed.certificates import new_wireguard_key, wireguard_public_key
from tests.lab.machine.commands import CommandFailed, run
from tests.lab.machine.machine import Machine
from tests.lab.machine.network import DEVICE_ADDRESS, MACHINE_ADDRESS, Cable

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]

UNIT = "cmsp-tunnel.service"
CURRENT = "/var/lib/cmsp-agent/identity/current"
HEAD_END, OURS, MOVED = "10.99.0.1", "10.99.0.7", "10.88.0.3"
NET_ADMIN = 1 << 12
DOWN_WITHIN, UP_WITHIN, MOVED_WITHIN = 20.0, 15.0, 45.0
"""Seconds in which *down* and *up* are said. The next to last probe before a cut may have been 10 s ago."""
LISTEN = """
import socket, sys
server = socket.socket()
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.setsockopt(socket.IPPROTO_IP, 15, 1)
server.bind((sys.argv[1], int(sys.argv[2])))
server.listen()
while True:
    server.accept()[0].close()
"""
CONNECT = "import socket,sys;socket.create_connection((sys.argv[1],int(sys.argv[2])),1.5)"


class HeadEnd:
    """WireGuard on UDP 443 in the other namespace, and something that listens in the tunnel."""

    def __init__(self, cable: Cable, folder: Path, ours: str) -> None:
        self.cable = cable
        self.link = f"h{cable.device[-8:]}"
        key = new_wireguard_key()
        (folder / "head.key").write_text(f"{key}\n")
        self.public_key = wireguard_public_key(key)
        self.processes = [self.start("wireguard-go", "-f", self.link)]
        deadline = time.monotonic() + 10
        while not Path(f"/run/wireguard/{self.link}.sock").exists():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        settings = ("listen-port", "443", "private-key", str(folder / "head.key"))
        self.run("wg", "set", self.link, *settings, "peer", wireguard_public_key(ours), "allowed-ips", f"{OURS}/32")
        self.run("ip", "address", "add", f"{HEAD_END}/24", "dev", self.link)
        self.run("ip", "link", "set", self.link, "up")
        self.processes.append(self.start(sys.executable, "-c", LISTEN, HEAD_END, "8443"))

    def start(self, *command: str) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(self.cable.in_device(*command), stderr=subprocess.DEVNULL)

    def run(self, *command: str) -> str:
        return run(*self.cable.in_device(*command))

    def connects(self, address: str, port: int) -> bool:
        try:
            self.run(sys.executable, "-c", CONNECT, address, str(port))
        except CommandFailed:
            return False
        return True

    def stop(self) -> None:
        for process in self.processes:
            process.terminate()
            process.wait(10)


def documents(machine: Machine, folder: Path, key: str, head_end: str) -> None:
    """What enrolment leaves behind."""
    peer = {
        "public_key": head_end, "allowed_ips": ["10.99.0.0/24"], "persistent_keepalive": 1,
        "endpoint": ["nowhere.lab:51820", "vpn.lab:443"],
    }  # fmt: skip
    contents = {
        "wireguard.key": f"{key}\n",
        "tunnel.json": json.dumps({"address": f"{OURS}/32", "mtu": 1380, "peers": [peer]}),
        "settings.json": json.dumps({"headend_urls": [f"https://{HEAD_END}:8443"]}),
    }
    machine.run("mkdir", "-p", CURRENT)
    for name, content in contents.items():
        (folder / name).write_text(content)
        machine.push(folder / name, f"{CURRENT}/{name}")
    machine.run("chmod", "-R", "go=", "/var/lib/cmsp-agent/identity")


def name_is_at(machine: Machine, address: str) -> None:
    machine.run("sh", "-c", f"sed -i '/vpn.lab/d' /etc/hosts; echo '{address} vpn.lab' >> /etc/hosts")


@pytest.fixture
def head_end(machine: Machine, package: Path, lab_cable: Cable, tmp_path: Path) -> Iterator[HeadEnd]:
    """The machine with the package and the documents, and the other end of its tunnel."""
    machine.push(package, "/root/cmsp-agent.deb")
    machine.run("dpkg", "--install", "/root/cmsp-agent.deb", within=120)
    key = new_wireguard_key()
    other = HeadEnd(lab_cable, tmp_path, key)
    documents(machine, tmp_path, key, other.public_key)
    name_is_at(machine, DEVICE_ADDRESS)
    machine.run("chmod", "0666", "/dev/net/tun")  # as udev makes it on Debian; a container has no udev
    yield other
    machine.run("systemctl", "stop", UNIT, check=False)
    machine.run("rm", "-rf", CURRENT)
    other.stop()


def shown(machine: Machine) -> dict[str, Any]:
    try:
        document: dict[str, Any] = json.loads(machine.run("cmsp-agent", "tunnel", "status", "--json", check=False))
    except json.JSONDecodeError:
        return {}
    return document


def seconds_until(machine: Machine, state: str, within: float) -> float:
    """How long it takes until this is said."""
    begun = time.monotonic()
    while shown(machine).get("state") != state:
        waited = time.monotonic() - begun
        log = "" if waited < within else machine.run("journalctl", "--no-pager", "-u", UNIT)
        assert waited < within, f"not {state} within {within:g} s: {shown(machine)}\n{log}"
        time.sleep(0.2)
    return time.monotonic() - begun


def test_the_unit_has_few_rights_and_lets_in_little(machine: Machine, head_end: HeadEnd) -> None:
    machine.run("systemctl", "start", UNIT)
    seconds_until(machine, "up", MOVED_WITHIN)
    assert shown(machine)["endpoint"] == "vpn.lab:443"
    assert "mtu 1380" in machine.run("ip", "link", "show", "cmsp0")
    _rights(machine)
    _firewall(machine, head_end)
    machine.run("systemctl", "stop", UNIT)
    assert "cmsp0" not in machine.run("ip", "link")
    assert "cmsp_tunnel" not in machine.run("nft", "list", "ruleset")
    _overlap_refused(machine)


@pytest.mark.long
def test_how_soon_down_and_up_are_said(machine: Machine, head_end: HeadEnd) -> None:
    machine.run("systemctl", "start", UNIT)
    figures = {"up after a start": seconds_until(machine, "up", MOVED_WITHIN)}

    head_end.run("ip", "link", "set", "lan0", "down")
    figures["down after a cut"] = seconds_until(machine, "down", DOWN_WITHIN)
    head_end.run("ip", "link", "set", "lan0", "up")
    figures["up after a cut"] = seconds_until(machine, "up", UP_WITHIN)

    head_end.run("ip", "address", "del", f"{DEVICE_ADDRESS}/24", "dev", "lan0")
    head_end.run("ip", "address", "add", f"{MOVED}/24", "dev", "lan0")
    name_is_at(machine, MOVED)
    figures["down after the name moved"] = seconds_until(machine, "down", DOWN_WITHIN)
    figures["up after the name moved"] = seconds_until(machine, "up", MOVED_WITHIN)
    assert f"{MOVED}:443" in machine.run("wg", "show", "cmsp0", "endpoints")
    head_end.run("ip", "address", "add", f"{DEVICE_ADDRESS}/24", "dev", "lan0")

    before = machine.run("systemctl", "show", "-P", "MainPID", UNIT)
    machine.run("systemctl", "kill", "--signal=KILL", UNIT)
    figures["up after a kill"] = seconds_until(machine, "up", MOVED_WITHIN)
    assert machine.run("systemctl", "show", "-P", "MainPID", UNIT) != before
    assert "cmsp0" in machine.run("nft", "list", "table", "inet", "cmsp_tunnel")
    print({what: round(seconds, 1) for what, seconds in figures.items()})


def _rights(machine: Machine) -> None:
    process = machine.run("systemctl", "show", "-P", "MainPID", UNIT).strip()
    status = dict(line.split(":\t", 1) for line in machine.run("cat", f"/proc/{process}/status").splitlines())
    assert status["Uid"].split()[0] == machine.run("id", "-u", "cmsp-tunnel").strip() != "0"
    assert {int(status[name], 16) for name in ("CapEff", "CapPrm", "CapBnd")} == {NET_ADMIN}
    assert status["NoNewPrivs"] == "1"
    said = machine.run("systemd-analyze", "security", "--no-pager", UNIT, check=False)
    assert float(said.split(f"Overall exposure level for {UNIT}:")[1].split()[0]) <= 2.5


def _firewall(machine: Machine, head_end: HeadEnd) -> None:
    """The head-end reaches the API's port and nothing else; the site's side is as it was."""
    rules = machine.run("nft", "list", "table", "inet", "cmsp_tunnel")
    assert 'iifname "cmsp0" ip saddr 10.99.0.0/24 tcp dport 8443 accept' in rules
    assert rules.count('iifname "cmsp0" drop') == 2
    listeners = [
        ("systemd-run", "--quiet", f"--unit=listen-{port}", "--collect", "python3", "-c", LISTEN, "0.0.0.0", port)
        for port in ("8443", "9999")
    ]
    for command in listeners:
        machine.run(*command)
    try:
        deadline = time.monotonic() + 10
        while not head_end.connects(OURS, 8443):
            assert time.monotonic() < deadline
        assert not head_end.connects(OURS, 9999)
        assert not head_end.connects(OURS, 22)
        assert head_end.connects(MACHINE_ADDRESS, 9999)
    finally:
        machine.run("systemctl", "stop", "listen-8443", "listen-9999", check=False)


def _overlap_refused(machine: Machine) -> None:
    machine.run("ip", "address", "add", "10.99.0.200/25", "dev", "wan0")
    try:
        with pytest.raises(CommandFailed):
            machine.run("systemctl", "start", UNIT)
        assert machine.run("systemctl", "show", "-P", "ExecMainStatus", UNIT).strip() == "2"
        assert machine.run("systemctl", "is-failed", UNIT).strip() == "failed", "it is not started again"
        assert "overlaps the site's 10.99.0.128/25" in machine.run("journalctl", "--no-pager", "-u", UNIT)
    finally:
        machine.run("ip", "address", "del", "10.99.0.200/25", "dev", "wan0")
        machine.run("systemctl", "reset-failed", UNIT, check=False)
