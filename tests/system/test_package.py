"""The package in a booted machine: installs, polls a real device, makes an event of a trap on port 162, and leaves."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.lab.machine.commands import CommandFailed, run
from tests.lab.machine.machine import Machine
from tests.lab.machine.network import DEVICE_ADDRESS, MACHINE_ADDRESS
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
    "cmsp-agent-syslog-tls.socket",
)
HOLDS_162 = "import socket, time; s = socket.socket(10, socket.SOCK_DGRAM); s.bind(('::', 162)); time.sleep(99)"
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


def test_brings_the_pages_for_those_who_run_it(package: Path) -> None:
    # the lab's machine leaves out what lies below /usr/share/doc, so the package itself is looked at
    pages = run("dpkg-deb", "--contents", str(package))
    for page in ("html/user/index.html", "html/user/troubleshooting.html", "user/device-types.md", "site.schema.json"):
        assert f"./usr/share/doc/cmsp-agent/{page}" in pages


def test_the_unit_leaves_little_exposed(installed: Machine) -> None:
    verdict = json.loads(
        installed.run("systemd-analyze", "security", "--json=short", "cmsp-agent.service", check=False)
    )
    said = installed.run("systemd-analyze", "security", "--no-pager", "cmsp-agent.service", check=False)
    figure = float(said.split("Overall exposure level for cmsp-agent.service:")[1].split()[0])
    assert figure <= EXPOSURE_BAR, verdict


def test_polls_the_device(running: Machine) -> None:
    def polled() -> bool:
        (component,) = ask(running, "component", "list")["items"]
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


def test_a_file_with_mistakes_is_refused_visibly_at_a_reload(running: Machine) -> None:
    running.run("sed", "-i", "s/type: generic_snmp/type: generic_smnp/", "/etc/cmsp-agent/site.yaml")
    with pytest.raises(CommandFailed):
        running.run("systemctl", "reload", "cmsp-agent.service")
    assert "no plugin brings this device type; did you mean 'generic_snmp'?" in journal(running)
    assert running.run("systemctl", "is-active", "cmsp-agent.service").strip() == "active"
    eventually(running, "refused", lambda: "it was refused: " in running.run("cmsp-agent", "status", check=False), 30)
    running.run("sed", "-i", "s/type: generic_smnp/type: generic_snmp/", "/etc/cmsp-agent/site.yaml")
    running.run("systemctl", "reload", "cmsp-agent.service")


def ports(machine: Machine) -> str:
    """Who listens where."""
    return machine.run("ss", "--no-header", "--listening", "--numeric", "--udp", "--tcp", "--processes")


def listen(machine: Machine, text: str) -> None:
    """Say under `listen` what is to be received, and start again."""
    machine.run("sed", "-i", "/^listen:/d", "/etc/cmsp-agent/site.yaml")
    machine.run("sh", "-c", 'echo "$0" >> /etc/cmsp-agent/site.yaml', f"listen: {text}")
    machine.run("systemctl", "restart", "cmsp-agent.service", within=90)


def test_listens_where_the_file_says_and_nowhere_else(running: Machine) -> None:
    listen(running, f"{{traps: '{MACHINE_ADDRESS}:162', syslog: off}}")
    found = ports(running)
    assert [line for line in found.splitlines() if f"{MACHINE_ADDRESS}:162 " in line], found
    assert ":514 " not in found
    assert "0.0.0.0:162 " not in found
    assert "*:162 " not in found
    assert "cmsp-agent-syslog.socket is stopped" in journal(running)


def test_a_port_that_is_taken_is_named_and_had_once_it_is_free(running: Machine) -> None:
    running.run("systemctl", "stop", "cmsp-agent.service")
    running.run("systemd-run", "--unit=other", "/usr/bin/python3", "-c", HOLDS_162)
    eventually(running, "the other program", lambda: ":162 " in ports(running))
    listen(running, "{}")
    eventually(running, "the alarm", lambda: "in use by python3 (process " in json.dumps(ask(running, "alarm", "list")))
    assert ask(running, "component", "list")["items"]
    running.run("systemctl", "stop", "other.service")
    eventually(
        running, "the end of the alarm", lambda: "listen.failed" not in json.dumps(ask(running, "alarm", "list"))
    )
    assert "cmsp-agent" in "".join(line for line in ports(running).splitlines() if ":162 " in line)


def test_stopped_stays_stopped_whatever_comes(running: Machine, device: Device) -> None:
    listen(running, "{}")
    running.run("systemctl", "restart", "cmsp-agent.service", within=90)
    assert ":162 " in ports(running)
    running.run("systemctl", "stop", "cmsp-agent.service")
    device.trap(LINK_DOWN, 2, "lan0", status=2)
    assert ":162 " not in ports(running)
    assert running.run("systemctl", "is-active", "cmsp-agent.service", check=False).strip() == "inactive"
    running.run("systemctl", "start", "cmsp-agent.service", within=90)
    assert ":162 " in ports(running)


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
