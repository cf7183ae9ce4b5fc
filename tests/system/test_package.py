"""The package in a booted machine: installs, polls a real device, makes an event of a trap on port 162, and leaves."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.lab.machine.commands import CommandFailed
from tests.lab.machine.machine import Machine
from tests.lab.machine.network import DEVICE_ADDRESS
from tests.system.conftest import COMMUNITY, LINK_DOWN, LINK_UP, Device

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]

SITE = f"""
appliance: {{name: lab-appliance}}
customer: {{name: Lab, people: 100, sites: 1, components: 1}}
sites:
  lab: {{people: 100, timezone: Europe/Paris}}
credentials:
  ro: {{snmp: {{version: 2c, community: !secret community}}}}
components:
  gw-lab-1:
    address: {DEVICE_ADDRESS}
    site: lab
    tier: managed
    type: generic_snmp
    credentials: [ro]
    people: 60
    functions: {{pstn: primary}}
    poll: {{every: 5s}}
"""
UNITS = (
    "cmsp-agent.service",
    "cmsp-agent-traps.socket",
    "cmsp-agent-syslog.socket",
    "cmsp-agent-syslog-tcp.socket",
)
EXPOSURE_BAR = 2.0
"""What `systemd-analyze security` may say at most, of 10."""


def ask(machine: Machine, *arguments: str) -> Any:
    """What a command of the agent says in JSON."""
    return json.loads(machine.run("cmsp-agent", *arguments, "--json"))


def events(machine: Machine) -> list[dict[str, Any]]:
    """The newest page of the event log."""
    return list(ask(machine, "events")["items"])


def journal(machine: Machine) -> str:
    """The agent's log."""
    return machine.run("journalctl", "--no-pager", "-o", "cat", "-u", "cmsp-agent.service", check=False)


def eventually(machine: Machine, what: str, seen: Callable[[], Any], within: float = 60) -> Any:
    """Ask until the answer is true; the log is in the failure."""
    end = time.monotonic() + within
    last = "never asked"
    while time.monotonic() < end:
        try:
            answer = seen()
        except (CommandFailed, json.JSONDecodeError, LookupError) as error:
            last = str(error)
        else:
            if answer:
                return answer
            last = repr(answer)
        time.sleep(0.5)
    raise AssertionError(f"not seen within {within:g} s: {what}; last: {last}\n{journal(machine)}")


@pytest.fixture(scope="module")
def installed(machine: Machine, package: Path) -> Machine:
    """The machine with the package in it, not configured yet."""
    machine.push(package, "/root/cmsp-agent.deb")
    machine.run("dpkg", "--install", "/root/cmsp-agent.deb", within=120)
    return machine


@pytest.fixture(scope="module")
def running(installed: Machine, device: Device, tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """The machine with the agent at work, made so by what README.md says and no more."""
    site = tmp_path_factory.mktemp("site") / "site.yaml"
    site.write_text(SITE)
    installed.push(site, "/etc/cmsp-agent/site.yaml")
    installed.run("sh", "-c", 'echo "$0" | cmsp-agent secret set community', COMMUNITY)
    installed.run("cmsp-agent", "config", "check")
    try:
        installed.run("systemctl", "start", "cmsp-agent.service", within=90)
    except CommandFailed as error:
        pytest.fail(f"{error}\n{journal(installed)}")
    return installed


def test_installs_quietly_and_waits_for_its_configuration(installed: Machine) -> None:
    assert installed.run("dpkg-query", "-W", "-f", "${db:Status-Status}", "cmsp-agent") == "installed"
    assert installed.run("systemctl", "is-enabled", *UNITS).split() == ["enabled"] * len(UNITS)
    assert installed.run("systemctl", "list-units", "--failed", "--plain", "--no-legend").strip() == ""
    owned = installed.run("stat", "-c", "%U %a", "/etc/cmsp-agent", "/var/lib/cmsp-agent").splitlines()
    assert owned == ["cmsp-agent 750", "cmsp-agent 700"]
    assert installed.run("cmsp-agent", "--version").split()[-1] == "0.1.0"


def test_the_unit_leaves_little_exposed(installed: Machine) -> None:
    verdict = json.loads(
        installed.run("systemd-analyze", "security", "--json=short", "cmsp-agent.service", check=False)
    )
    said = installed.run("systemd-analyze", "security", "--no-pager", "cmsp-agent.service", check=False)
    figure = float(said.split("Overall exposure level for cmsp-agent.service:")[1].split()[0])
    assert figure <= EXPOSURE_BAR, verdict


def test_polls_the_device(running: Machine) -> None:
    def polled() -> bool:
        (component,) = ask(running, "component", "list")
        return bool(component["state"] == "up")

    eventually(running, "gw-lab-1 polled and up", polled)
    assert "gw-lab-1" in json.dumps(ask(running, "component", "show", "gw-lab-1"))
    assert "ping not permitted" not in journal(running)


def test_a_trap_to_port_162_becomes_an_event(running: Machine, device: Device) -> None:
    def raised() -> list[Any]:
        device.trap(LINK_DOWN, 2, "lan0", status=2)
        return [event for event in events(running) if event["component"] == "gw-lab-1" and "trap" in event["sources"]]

    (event, *_) = eventually(running, "the linkDown trap as an event", raised)
    assert event["state"] == "raise"

    device.trap(LINK_UP, 2, "lan0", status=1)
    eventually(
        running,
        "the linkUp trap as a clear",
        lambda: [event for event in events(running) if event["state"] == "clear"],
    )


def test_systemd_knows_it_ready_and_restarts_it_when_killed(running: Machine) -> None:
    shown = running.run("systemctl", "show", "-p", "SubState,StatusText,NRestarts,MainPID", "cmsp-agent.service")
    assert "SubState=running" in shown
    running.run("systemctl", "kill", "--signal=KILL", "cmsp-agent.service")
    eventually(
        running,
        "a new process, ready",
        lambda: (
            "NRestarts=1" in (now := running.run("systemctl", "show", "-p", "SubState,NRestarts", "cmsp-agent.service"))
            and "SubState=running" in now
            and ask(running, "status")
        ),
    )


def test_reloads_and_stops_in_order(running: Machine) -> None:
    running.run("systemctl", "reload", "cmsp-agent.service")
    assert running.run("systemctl", "is-active", "cmsp-agent.service").strip() == "active"
    began = time.monotonic()
    running.run("systemctl", "stop", "cmsp-agent.service", *UNITS[1:])
    assert time.monotonic() - began < 6
    shown = running.run("systemctl", "show", "-p", "Result,ExecMainStatus", "cmsp-agent.service")
    assert "Result=success" in shown
    assert "ExecMainStatus=0" in shown


def test_purge_leaves_nothing(running: Machine) -> None:
    running.run("dpkg", "--purge", "cmsp-agent", within=120)
    left = running.run(
        *("find", "/etc", "/usr", "/var/lib", "/run"),
        *("-name", "*cmsp-agent*", "-not", "-path", "/var/lib/dpkg/*", "-not", "-path", "/var/lib/systemd/*"),
    )
    assert left.strip() == ""


def test_lintian_finds_nothing(package: Path) -> None:
    assert (package.parent / "lintian.log").read_text() == ""
