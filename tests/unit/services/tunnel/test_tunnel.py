"""The tunnel's documents, its firewall's rules, and the judgement of up and down."""

import time
from pathlib import Path
from typing import Any

import pytest

from cmsp_agent.model.tunnel import (
    PeerEndpoint,
    TunnelInvalid,
    TunnelPeer,
    document_of_tunnel,
    endpoint,
    overlap,
    tunnel_settings,
)
from cmsp_agent.services.tunnel.devices import FILE, device_addresses, keep
from cmsp_agent.services.tunnel.firewall import ruleset
from cmsp_agent.services.tunnel.health import TunnelHealth, judged, read_health, write_health
from cmsp_agent.services.tunnel.unit import TunnelDocuments, TunnelUnit, in_turn
from cmsp_agent.transports.wireguard import WireguardLink
from tests.lab.headend.enrolment import WIREGUARD

PEER: dict[str, Any] = WIREGUARD["peers"][0]  # type: ignore[index]


def test_a_tunnel_is_read_and_written_the_same() -> None:
    settings = tunnel_settings(WIREGUARD)
    assert tunnel_settings(document_of_tunnel(settings)) == settings
    several = {**WIREGUARD, "peers": [{**PEER, "endpoint": ["vpn.example:51820", "[2001:db8::1]:443"]}]}
    assert [str(each) for each in tunnel_settings(several).peers[0].endpoints] == [
        "vpn.example:51820", "[2001:db8::1]:443",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"address": "10.99.0.7/32; reboot"}, "address"), ({"address": 7}, "address"), ({"mtu": 100}, "mtu"),
        ({"mtu": True}, "mtu"), ({"peers": []}, "peers"), ({"peers": {}}, "peers"), ({"pre_up": "reboot"}, "wireguard"),
        ({"peers": [{**PEER, "public_key": "short"}]}, "public_key"),
        ({"peers": [{**PEER, "endpoint": "$(reboot):1"}]}, "endpoint"),
        ({"peers": [{**PEER, "endpoint": "-o:1"}]}, "endpoint"), ({"peers": [{**PEER, "endpoint": "h:0"}]}, "endpoint"),
        ({"peers": [{**PEER, "endpoint": "h:٣"}]}, "endpoint"), ({"peers": [{**PEER, "endpoint": []}]}, "endpoint"),
        ({"peers": [{**PEER, "allowed_ips": ["0.0.0.0/0"]}]}, "not everything"),
        ({"peers": [{**PEER, "allowed_ips": ["10.99.0.1/24"]}]}, "allowed_ips"),
        ({"peers": [{**PEER, "allowed_ips": []}]}, "allowed_ips"),
        ({"peers": [{**PEER, "persistent_keepalive": -1}]}, "persistent_keepalive"),
        ({"peers": [{key: value for key, value in PEER.items() if key != "endpoint"}]}, "without endpoint"),
    ],
)  # fmt: skip
def test_what_is_not_a_tunnel_is_refused(change: dict[str, Any], said: str) -> None:
    with pytest.raises(TunnelInvalid, match=said):
        tunnel_settings({**WIREGUARD, **change})


@pytest.mark.parametrize(
    ("site", "overlapping"),
    [("10.99.0.0/16", True), ("10.99.0.200", True), ("10.0.0.0/8", True), ("10.98.0.0/24", False), ("fd00::/8", False)],
)
def test_networks_that_overlap_are_named(site: str, overlapping: bool) -> None:
    said = overlap(tunnel_settings(WIREGUARD), ["192.168.0.0/24", site])
    assert (site.partition("/")[0] in said) is overlapping
    assert bool(said) is overlapping


def test_the_firewall_lets_in_the_api_from_the_head_end_alone() -> None:
    rules = [line.strip() for line in ruleset("cmsp0", tunnel_settings(WIREGUARD), 8443).splitlines()]
    assert 'iifname "cmsp0" ip saddr 10.99.0.0/24 tcp dport 8443 accept' in rules
    assert [rule for rule in rules if "accept" in rule and "cmsp0" in rule and "!=" not in rule] == [
        'iifname "cmsp0" ip saddr 10.99.0.0/24 tcp dport 8443 accept'
    ]
    assert 'oifname "cmsp0" drop' in rules


def test_the_firewall_forwards_to_the_named_devices_alone() -> None:
    rules = ruleset("cmsp0", tunnel_settings(WIREGUARD), 8443, ["192.168.1.5", "2001:db8::5"])
    lines = [line.strip() for line in rules.splitlines()]
    way = "ip saddr 10.99.0.0/24 ip daddr 192.168.1.5"
    assert [line for line in lines if "daddr 192.168" in line] == [f'iifname "cmsp0" {way} accept', f"{way} masquerade"]
    assert lines.index(f'iifname "cmsp0" {way} accept') < len(lines) - 1 - lines[::-1].index('iifname "cmsp0" drop')
    assert "established" not in ruleset("cmsp0", tunnel_settings(WIREGUARD), 8443).partition("chain forward")[2]


@pytest.mark.parametrize("content", [b"{}", b'["gw-1"]', b"[1]", b"[", b'["10.0.0.1; drop"]', b'["10.0.0.0/8"]'])
def test_the_tunnels_process_takes_addresses_only(content: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        device_addresses(content)


def test_what_the_head_end_may_reach_is_kept_until_it_changes(tmp_path: Path) -> None:
    assert not keep(tmp_path, [])
    assert keep(tmp_path, ["10.0.0.1"])
    assert not keep(tmp_path, ["10.0.0.1"])
    assert device_addresses((tmp_path / FILE).read_bytes()) == ("10.0.0.1",)
    assert keep(tmp_path, [])
    assert device_addresses((tmp_path / FILE).read_bytes()) == ()


UP = TunnelHealth(0.0, up=True, mode="kernel")


@pytest.mark.parametrize(
    ("before", "latency", "handshake", "up", "missed"),
    [
        (UP, 0.01, 990.0, True, 0), (UP, None, 990.0, True, 1),
        (TunnelHealth(0, True, "k", missed=1), None, 990.0, False, 2),
        (UP, None, 700.0, False, 1), (UP, 0.01, 700.0, True, 0), (TunnelHealth(0, False, "k"), None, 0.0, False, 1),
        (TunnelHealth(0, False, "k", missed=9), 0.2, 990.0, True, 0),
    ],
)  # fmt: skip
def test_up_and_down(before: TunnelHealth, latency: float | None, handshake: float, up: bool, missed: int) -> None:
    found = judged(before, 1000.0, latency, handshake)
    assert found[:2] == (up, missed)
    assert bool(found[2]) is not up


def test_a_health_that_nobody_writes_any_more_is_down(tmp_path: Path) -> None:
    file = tmp_path / "health.json"
    assert read_health(file, 0.0) is None
    write_health(file, TunnelHealth(1000.0, up=True, mode="kernel", handshake_at=990.0, latency=0.0123))
    found = read_health(file, 1010.0)
    assert found is not None
    assert found.view(1010.0) == {
        "state": "up", "mode": "kernel", "endpoint": None, "handshake_age_seconds": 20.0,
        "latency_ms": 12.3, "reason": "",
    }  # fmt: skip
    stale = read_health(file, 1100.0)
    assert stale is not None
    assert (stale.up, stale.reason) == (False, "its process has stopped")
    file.write_text("{")
    assert read_health(file, 1010.0) is None
    write_health(file, TunnelHealth(1_780_000_000.0, up=True, mode="kernel"))
    assert read_health(file, 1010.0) is None, "by the wall's clock, as an earlier release wrote it"


class HandshakingLink(WireguardLink):
    """Shows what WireGuard would, without one."""

    shown = 0.0

    def handshake(self) -> float:
        return self.shown

    def transfer(self) -> tuple[int, int]:
        return 0, 0

    def use(self, peer: TunnelPeer, address: str, port: int) -> None: ...


async def test_a_clock_that_is_set_by_a_day_makes_no_handshake_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link, file = HandshakingLink("none0"), tmp_path / "health.json"
    settings = tunnel_settings({**WIREGUARD, "peers": [{**PEER, "endpoint": "192.0.2.1:51820"}]})
    unit = TunnelUnit(TunnelDocuments(tmp_path, settings, ()), link, file, lambda: None)
    for day in (0.0, 86_400.0, -86_400.0):
        wall = 1_780_000_000.0 + day
        monkeypatch.setattr(time, "time", lambda wall=wall: wall)
        link.shown = wall - 1.0
        await unit.look()
        monkeypatch.setattr(time, "time", lambda wall=wall: wall + 86_400.0)
        await unit.look()
        health = read_health(file, time.monotonic())
        assert health is not None
        assert 0.0 <= time.monotonic() - health.handshake_at < 60.0
        assert "no handshake" not in health.reason


def test_an_endpoint_has_a_host_and_a_port() -> None:
    assert (endpoint("vpn.example:443").host, endpoint("[::1]:1").port) == ("vpn.example", 1)


def test_each_address_of_each_endpoint_has_its_turn_and_a_name_that_leads_nowhere_has_none() -> None:
    endpoints = (PeerEndpoint("x" * 64, 1), PeerEndpoint("192.0.2.1", 443), PeerEndpoint("2001:db8::1", 443))
    turns = in_turn(TunnelPeer("key", endpoints, (), 25))
    found = [next(turns) for _ in range(4)]
    assert found == [(endpoints[1], "192.0.2.1"), (endpoints[2], "2001:db8::1"), None, (endpoints[1], "192.0.2.1")]
    nowhere = in_turn(TunnelPeer("key", endpoints[:1], (), 25))
    assert [next(nowhere), next(nowhere)] == [None, None]
