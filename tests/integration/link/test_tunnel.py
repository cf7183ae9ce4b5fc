"""The tunnel's process in two namespaces: WireGuard and nftables as they are, cuts, a moved endpoint, an end."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cmsp_agent.storage.sealed.certificates import new_wireguard_key, wireguard_public_key
from tests.integration.cli.test_agent import PROGRAM

pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root"),
    pytest.mark.skipif(shutil.which("wg", path="/usr/bin:/usr/sbin") is None, reason="needs wireguard-tools"),
]
APP, HEAD = f"ctapp{os.getpid()}", f"cthead{os.getpid()}"
LINK, HEAD_LINK = f"cta{os.getpid()}", f"cth{os.getpid()}"
LISTEN = """
import socket, sys
server = socket.create_server((sys.argv[1], int(sys.argv[2])))
while True:
    server.accept()[0].close()
"""
CONNECT = "import socket,sys;socket.create_connection((sys.argv[1],int(sys.argv[2])),1.5)"


def run(*words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, capture_output=True, text=True, timeout=20, check=check)


def within(namespace: str, *words: str) -> tuple[str, ...]:
    return ("ip", "netns", "exec", namespace, *words)


def until(condition: Callable[[], bool], seconds: float = 25.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@dataclass
class Two:
    """Both ends; `process` holds the tunnel."""

    folder: Path
    process: subprocess.Popen[bytes]

    def health(self) -> dict[str, Any]:
        with suppress(OSError, ValueError):
            found: dict[str, Any] = json.loads((self.folder / "health.json").read_text())
            return found
        return {"up": None}

    def up(self) -> bool:
        return self.health()["up"] is True

    def down(self) -> bool:
        return self.health()["up"] is False


def connects(namespace: str, address: str, port: int) -> bool:
    return run(*within(namespace, sys.executable, "-c", CONNECT, address, str(port)), check=False).returncode == 0


def started(folder: Path) -> subprocess.Popen[bytes]:
    options = ("--directory", str(folder), "--interface", LINK, "--health", str(folder / "health.json"))
    return subprocess.Popen(within(APP, str(PROGRAM), "tunnel", "run", *options, "--every", "0.3"))


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Two]:
    for namespace in (APP, HEAD):
        run("ip", "netns", "add", namespace)
        run("ip", "-n", namespace, "link", "set", "lo", "up")
    run("ip", "link", "add", "va", "netns", APP, "type", "veth", "peer", "name", "vh", "netns", HEAD)
    for namespace, device, address in ((APP, "va", "192.0.2.130/24"), (HEAD, "vh", "192.0.2.1/24")):
        run("ip", "-n", namespace, "address", "add", address, "dev", device)
        run("ip", "-n", namespace, "link", "set", device, "up")
    ours, theirs = new_wireguard_key(), new_wireguard_key()
    (tmp_path / "wireguard.key").write_text(f"{ours}\n")
    (tmp_path / "head.key").write_text(f"{theirs}\n")
    peer = {
        "public_key": wireguard_public_key(theirs), "allowed_ips": ["10.99.0.0/24"], "persistent_keepalive": 1,
        "endpoint": ["192.0.2.1:51820", "192.0.2.5:443"],
    }  # fmt: skip
    (tmp_path / "tunnel.json").write_text(json.dumps({"address": "10.99.0.7/32", "mtu": 1380, "peers": [peer]}))
    (tmp_path / "settings.json").write_text(json.dumps({"headend_urls": ["https://10.99.0.1:8443"]}))
    head = subprocess.Popen(within(HEAD, "wireguard-go", "-f", HEAD_LINK), stderr=subprocess.DEVNULL)
    until(Path(f"/run/wireguard/{HEAD_LINK}.sock").exists)
    listen = ("listen-port", "51820", "private-key", str(tmp_path / "head.key"))
    run(
        *within(
            HEAD, "wg", "set", HEAD_LINK, *listen, "peer", wireguard_public_key(ours), "allowed-ips", "10.99.0.7/32"
        )
    )
    run("ip", "-n", HEAD, "address", "add", "10.99.0.1/24", "dev", HEAD_LINK)
    run("ip", "-n", HEAD, "link", "set", HEAD_LINK, "up")
    servers = [
        subprocess.Popen(within(namespace, sys.executable, "-c", LISTEN, address, port))
        for namespace, address, port in (
            (HEAD, "10.99.0.1", "8443"),
            (APP, "0.0.0.0", "8443"),
            (APP, "0.0.0.0", "9999"),
        )
    ]
    two = Two(tmp_path, started(tmp_path))
    try:
        yield two
    finally:
        for each in (two.process, *servers, head):
            each.terminate()
            each.wait(10)
        for namespace in (APP, HEAD):
            run("ip", "netns", "del", namespace, check=False)


@pytest.mark.long
def test_the_tunnel_carries_what_it_must_and_comes_back(two: Two) -> None:
    until(two.up)
    shown = two.health()
    assert shown["mode"] in ("kernel", "wireguard-go")
    assert shown["endpoint"] == "192.0.2.1:51820"
    # the head-end reaches the API and nothing else; the site is not held up
    assert connects(HEAD, "10.99.0.7", 8443)
    assert not connects(HEAD, "10.99.0.7", 9999)
    assert connects(HEAD, "192.0.2.130", 9999)
    status = run(str(PROGRAM), "tunnel", "status", "--health", str(two.folder / "health.json"), "--json")
    assert json.loads(status.stdout)["state"] == "up"
    # a cut is seen by the probe, long before the handshake ages, and what comes back is seen too
    run("ip", "-n", HEAD, "link", "set", "vh", "down")
    until(two.down)
    assert "probes in a row" in two.health()["reason"] or "no handshake" in two.health()["reason"]
    assert (
        run(str(PROGRAM), "tunnel", "status", "--health", str(two.folder / "health.json"), check=False).returncode == 1
    )
    run("ip", "-n", HEAD, "link", "set", "vh", "up")
    until(two.up)
    # the head-end moves to its other address and port
    run("ip", "-n", HEAD, "address", "del", "192.0.2.1/24", "dev", "vh")
    run("ip", "-n", HEAD, "address", "add", "192.0.2.5/24", "dev", "vh")
    run(*within(HEAD, "wg", "set", HEAD_LINK, "listen-port", "443"))
    until(lambda: two.up() and two.health()["endpoint"] == "192.0.2.5:443")
    # stopped, it leaves neither link nor rules
    two.process.send_signal(signal.SIGTERM)
    assert two.process.wait(10) == 0
    assert LINK not in run("ip", "-n", APP, "link").stdout
    assert run(*within(APP, "nft", "list", "ruleset")).stdout.strip() == ""


DEVICE = f"ctdev{os.getpid()}"


@pytest.fixture
def device(two: Two) -> Iterator[str]:
    """A device of the site, that knows no way to the head-end; the head-end knows the way to it."""
    run("ip", "netns", "add", DEVICE)
    run("ip", "link", "add", "vd", "netns", APP, "type", "veth", "peer", "name", "vs", "netns", DEVICE)
    for namespace, link, address in ((APP, "vd", "198.51.100.1/24"), (DEVICE, "vs", "198.51.100.2/24")):
        run("ip", "-n", namespace, "address", "add", address, "dev", link)
        run("ip", "-n", namespace, "link", "set", link, "up")
    run(*within(APP, "sysctl", "-q", "-w", "net.ipv4.ip_forward=1"))
    peer = run(*within(HEAD, "wg", "show", HEAD_LINK, "peers")).stdout.strip()
    run(*within(HEAD, "wg", "set", HEAD_LINK, "peer", peer, "allowed-ips", "10.99.0.7/32,198.51.100.0/24"))
    run("ip", "-n", HEAD, "route", "add", "198.51.100.0/24", "dev", HEAD_LINK)
    server = subprocess.Popen(within(DEVICE, sys.executable, "-c", LISTEN, "198.51.100.2", "22"))
    until(lambda: connects(APP, "198.51.100.2", 22))
    yield "198.51.100.2"
    server.terminate()
    server.wait(10)
    run("ip", "netns", "del", DEVICE)


def test_the_head_end_reaches_the_devices_that_the_file_names_and_no_other(two: Two, device: str) -> None:
    until(two.up)
    assert not connects(HEAD, device, 22)
    (two.folder / "tunnel-devices.json").write_text(json.dumps([device]))
    two.process.terminate()
    assert two.process.wait(10) == 0
    two.process = started(two.folder)
    until(lambda: connects(HEAD, device, 22))
    assert not connects(HEAD, "198.51.100.1", 9999), "the appliance's own ports stay shut"
    run("ip", "-n", DEVICE, "route", "add", "10.99.0.7/32", "via", "198.51.100.1")
    assert not connects(DEVICE, "10.99.0.7", 8443), "the API's address is the tunnel's, not the site's"
    assert connects(DEVICE, "198.51.100.1", 9999), "the site's side is as it was"
    assert connects(HEAD, "10.99.0.7", 8443)


@pytest.mark.long
@pytest.mark.timeout(300)
@pytest.mark.parametrize("seconds", [5, 30, 200])
def test_a_cut_of_any_length_is_seen_and_data_flows_soon_after_it(two: Two, seconds: float) -> None:
    until(two.up)
    run("ip", "-n", HEAD, "link", "set", "vh", "down")
    begun = time.monotonic()
    until(two.down)
    time.sleep(max(0.0, begun + seconds - time.monotonic()))
    assert two.down()
    run("ip", "-n", HEAD, "link", "set", "vh", "up")
    until(lambda: connects(HEAD, "10.99.0.7", 8443), 15)
    until(two.up, 30)  # the unit looks every ten seconds, and a first probe may be lost to the handshake


@pytest.fixture
def hosts() -> Iterator[Path]:
    """The names that the appliance's side knows."""
    file = Path(f"/etc/netns/{APP}/hosts")
    file.parent.mkdir(parents=True, exist_ok=True)
    yield file
    shutil.rmtree(file.parent, ignore_errors=True)


def anew(two: Two, *endpoints: str) -> None:
    """Start the tunnel again, with these endpoints."""
    tunnel = json.loads((two.folder / "tunnel.json").read_text())
    tunnel["peers"][0]["endpoint"] = list(endpoints)
    (two.folder / "tunnel.json").write_text(json.dumps(tunnel))
    two.process.terminate()
    assert two.process.wait(10) == 0
    two.process = started(two.folder)


@pytest.mark.long
def test_a_name_with_a_dead_address_of_the_other_family_is_reached_by_the_one_that_lives(two: Two, hosts: Path) -> None:
    until(two.up)
    run("ip", "-n", APP, "address", "add", "2001:db8::130/64", "dev", "va", "nodad")
    hosts.write_text("2001:db8::1 vpn.test\n192.0.2.1 vpn.test\n")
    anew(two, "192.0.2.9:51820", "vpn.test:51820")
    until(lambda: two.up() and two.health()["endpoint"] == "vpn.test:51820", 60)
    assert "192.0.2.1:51820" in run(*within(APP, "wg", "show", LINK, "endpoints")).stdout
    # the first one comes to life while the other ends
    run("ip", "-n", HEAD, "address", "del", "192.0.2.1/24", "dev", "vh")
    run("ip", "-n", HEAD, "address", "add", "192.0.2.9/24", "dev", "vh")
    until(lambda: two.up() and two.health()["endpoint"] == "192.0.2.9:51820", 60)


@pytest.mark.long
def test_a_head_end_that_starts_anew_and_one_whose_name_moves_are_followed(two: Two, hosts: Path) -> None:
    until(two.up)
    hosts.write_text("192.0.2.1 vpn.test\n")
    anew(two, "vpn.test:51820")
    until(lambda: two.up() and two.health()["endpoint"] == "vpn.test:51820")
    # its process is another: no session is known there any more
    key = run(*within(HEAD, "wg", "show", HEAD_LINK, "peers")).stdout.strip()
    run(*within(HEAD, "wg", "set", HEAD_LINK, "peer", key, "remove"))
    until(two.down)
    run(*within(HEAD, "wg", "set", HEAD_LINK, "peer", key, "allowed-ips", "10.99.0.7/32"))
    until(two.up, 60)
    # and another address, under the same name
    run("ip", "-n", HEAD, "address", "del", "192.0.2.1/24", "dev", "vh")
    run("ip", "-n", HEAD, "address", "add", "192.0.2.5/24", "dev", "vh")
    hosts.write_text("192.0.2.5 vpn.test\n")
    until(two.down)
    until(two.up, 60)
    assert "192.0.2.5:51820" in run(*within(APP, "wg", "show", LINK, "endpoints")).stdout


def test_what_carries_the_link_is_watched_and_an_overlap_is_refused(two: Two) -> None:
    until(two.up)
    if two.health()["mode"] == "wireguard-go":
        [number] = run("pgrep", "-f", f"wireguard-go -f {LINK}$").stdout.split()
        os.kill(int(number), signal.SIGKILL)
        assert two.process.wait(15) != 0
    else:
        two.process.terminate()
        two.process.wait(10)
    run("ip", "-n", APP, "address", "add", "10.99.0.200/25", "dev", "va")
    again = started(two.folder)
    assert again.wait(15) == 2
