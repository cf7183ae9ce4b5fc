"""The real agent looks for real devices in their namespaces: net-snmp with SNMPv3, ARP and routes of the kernel."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from cmsp_agent.app.loading import load
from tests.integration.cli.test_agent import PROGRAM
from tests.integration.devices.test_agent import Running
from tests.lab.agent.api import AgentApi
from tests.lab.agent.process import AgentProcess
from tests.lab.agent.workspace import HeadendAccess, Workspace
from tests.lab.devices.commands import ip
from tests.lab.devices.files import SUBAGENTS
from tests.lab.devices.lab import RealLab
from tests.lab.devices.site_file import APPLIANCE, lab_secrets, lab_yaml
from tests.lab.headend.server import Headend

DISCOVERY = """
discovery: {subnets: [10.77.0.0/26], exclude: [10.77.0.32/27], seeds: [gw1], rate: 200/s}   # polite
"""
ELSEWHERE = "10.77.0.20"
"""A second address of gw1, which the file does not have."""
EXCLUDED = "10.77.0.40"
NEIGHBOUR_ADDRESSES = "1.0.8802.1.1.2.1.4.2.1.3"
"""LLDP-MIB lldpRemManAddrIfSubtype, as lldpd shows it."""
ONLY_SEEDS = "discovery: {seeds: [gw1], credentials: [both, old]}\n"
ONLY_CDP = ("-cc", "-ll")
"""Options of lldpd: CDP whether or not anybody speaks it, and no LLDP. It shows either in LLDP-MIB."""
OLD = "credentials:\n  old: {snmp: {version: 2c, community: !secret community}}\n"
HIDDEN = (
    "add table ip old",
    "add chain ip old in { type filter hook input priority 0; }",
    "add rule ip old in udp dport 161 @th,96,8 3 drop",
    "add rule ip old in icmp type echo-request drop",
)
"""For nft: no answer to SNMPv3 (the version stands at the 12th octet of a short message) nor to pings."""


@pytest.fixture
def three(real_device_programs: None, tmp_path: Path) -> Iterator[RealLab]:
    """Three devices, of which the file names the first."""
    with RealLab(3, tmp_path) as lab:
        yield lab


@pytest_asyncio.fixture
async def running(three: RealLab, tmp_path: Path, request: pytest.FixtureRequest) -> Any:
    workspace = Workspace(tmp_path / "agent")
    with three.network.entered():
        headend = Headend(tmp_path / "headend").start()
    identity = headend.client(APPLIANCE)
    access = HeadendAccess(headend.url, identity.certificate, identity.key, headend.authority.path)
    lines = lab_yaml(workspace, three, access).splitlines(keepends=True)
    text = "".join(line for line in lines if not line.startswith(("  gw2:", "  gw3:")))
    text = text.replace("credentials:\n", OLD, 1) + getattr(request, "param", DISCOVERY)
    workspace.write(text, lab_secrets(three) | {"community": three.logins.community})
    try:
        async with AgentProcess(workspace, tuple(three.network.command())), AgentApi(workspace.api_socket) as agent:
            found = Running(three, agent, headend)
            await found.until("the device is up", found.up)
            yield found, workspace
    finally:
        headend.stop()
        headend.store.close()


def discover(workspace: Workspace, *arguments: str) -> subprocess.CompletedProcess[str]:
    words = [str(PROGRAM), "--socket", str(workspace.api_socket), "discover", *arguments]
    return subprocess.run(words, capture_output=True, text=True, timeout=90, check=False)


async def test_devices_in_namespaces_are_found_and_written_into_the_file(running: tuple[Running, Workspace]) -> None:
    lab, workspace = running[0].lab, running[1]
    first = lab[1].namespace
    ip(f"-n {first} addr add {ELSEWHERE}/24 dev eth0")
    ip(f"-n {lab[2].namespace} addr add {EXCLUDED}/24 dev eth0")

    asked = discover(workspace, "--json")
    assert asked.returncode == 0, asked.stderr
    result = json.loads(asked.stdout)["result"]
    assert result["known"] == ["gw1"]
    assert result["moved"] == [{"component": "gw1", "address": ELSEWHERE}], "the same engine at another address"
    proposed = {each["name"]: each for each in result["proposals"]}
    assert {"gw2", "gw3"} == proposed.keys(), "neither the appliance itself nor what is excluded"
    assert proposed["gw2"]["addresses"] == [lab[2].address], "what is excluded is not asked"
    assert proposed["gw2"]["credential"] == "both"
    assert proposed["gw2"]["engine_id"]
    assert "addresses asked" in asked.stderr

    written = discover(workspace, "--write", str(workspace.site_yaml))
    assert written.returncode == 0, written.stderr
    text = workspace.site_yaml.read_text(encoding="utf-8")
    assert "# polite" in text
    assert {"gw1", "gw2", "gw3"} == load(workspace.site_yaml, environment={}).configuration.components.keys()

    refused = discover(workspace, "--subnet", "10.78.0.0/24")
    assert refused.returncode == 3
    assert "not within discovery.subnets" in refused.stderr


def start_lldp(lab: RealLab, one: int, other: int, *options: str) -> None:
    """Connect two devices by a cable of their own and let each tell the other of itself; returns when one shows it."""
    ends = [lab[number].namespace for number in (one, other)]
    ip(f"link add p0 netns {ends[0]} type veth peer name p0 netns {ends[1]}")
    for number in (one, other):
        ip(f"-n {lab[number].namespace} link set p0 up")
        lab[number].run("mkdir", "-p", "/run/lldpd")
        ours = ("-x", "-X", SUBAGENTS, "-I", "p0", "-m", lab[number].address, "-u", "/run/lldpd/own")
        lab[number].run("lldpd", *ours, *options)
    ask = f"snmpbulkwalk -v2c -c {lab.logins.community} {lab[one].address} {NEIGHBOUR_ADDRESSES}"
    lab[one].run("timeout", "20", "sh", "-c", f"until {ask} | grep -q INTEGER; do sleep 0.1; done")


@pytest.mark.parametrize("options", [(), ONLY_CDP], ids=["lldp", "cdp"])
@pytest.mark.parametrize("running", [ONLY_SEEDS], indirect=True)
async def test_neighbours_are_followed_to_a_device_that_hides_from_pings_and_knows_communities_only(
    running: tuple[Running, Workspace], options: tuple[str, ...]
) -> None:
    lab, workspace = running[0].lab, running[1]
    for rule in HIDDEN:
        lab[3].run("nft", rule)
    start_lldp(lab, 1, 2, *options)
    asked = discover(workspace, "--json")
    assert asked.returncode == 0, asked.stderr
    result = json.loads(asked.stdout)["result"]
    found = {each["name"]: (each["via"], each["credential"], bool(each["engine_id"])) for each in result["proposals"]}
    assert found == {"gw2": ("lldp of gw1", "both", True), "gw3": ("arp of gw1", "old", False)}
    assert result["proposals"][1]["addresses"] == [lab[3].address]
