"""The lab of real devices itself: what it brings up answers, tells, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from netmiko import ConnectHandler

from tests.lab.devices.commands import ENVIRONMENT, ip
from tests.lab.devices.device import RealDevice
from tests.lab.devices.lab import RealLab
from tests.lab.devices.network import remove_leftovers

LINK_DOWN = bytes.fromhex("2b0601060301010503")
"""snmpTraps.3 as it stands in a datagram."""


def test_snmp_answers_on_the_agents_side(lab: RealLab) -> None:
    logins = lab.logins
    names = [
        lab.network.run("snmpget", "-v2c", "-c", logins.community, "-Oqv", device.address, "1.3.6.1.2.1.1.5.0").strip()
        for device in lab.devices
    ]
    assert names == ['"gw1"', '"gw2"']
    authenticated = ("-v3", "-l", "authPriv", "-u", logins.snmp_user, "-a", "SHA-256", "-A", logins.auth_password)
    private = ("-x", "AES", "-X", logins.priv_password)
    answer = lab.network.run("snmpget", *authenticated, *private, "-Oqv", lab[1].address, "1.3.6.1.2.1.1.5.0")
    assert answer.strip() == '"gw1"'


def test_a_cut_interface_is_reported_by_trap_and_by_syslog(lab: RealLab) -> None:
    with lab.network.udp_socket(162) as traps, lab.network.udp_socket(514) as lines:
        lab.network.set_customer_port(1, up=False)
        lines.settimeout(5)
        while b"%LINK-3-UPDOWN" not in (line := lines.recv(2000)):
            pass
        assert line.endswith(b"%LINK-3-UPDOWN: Interface ge1, changed state to down")
        traps.settimeout(10)
        while LINK_DOWN not in traps.recv(2000):
            pass


def change(device: RealDevice, lab: RealLab) -> tuple[str, str]:
    with (
        lab.network.entered(),
        ConnectHandler(
            device_type="cisco_ios",
            host=device.address,
            username=lab.logins.ssh_user,
            password=lab.logins.ssh_password,
        ) as session,
    ):
        before = str(session.send_command("show running-config"))
        session.send_config_set(["interface ge1", "description customer port, changed"])
        session.save_config()
        return before, str(session.send_command("show running-config"))


def test_the_command_line_takes_and_keeps_a_change(lab: RealLab) -> None:
    before, after = change(lab[1], lab)
    assert "hostname gw1" in before
    assert "description customer port, changed" not in before
    assert "description customer port, changed" in after
    assert "description customer port, changed" in lab[1].run("cat", "/etc/frr/frr.conf")


def test_closing_leaves_no_namespace_and_no_process(real_device_programs: None, tmp_path: Path) -> None:
    with RealLab(1, tmp_path) as lab:
        names = set(lab.network.namespaces)
        assert names <= namespaces()
        pids = ip(f"netns pids {lab[1].namespace}").split()
        assert pids
    assert not names & namespaces()
    assert not [pid for pid in pids if Path(f"/proc/{pid}/exe").exists()]


def test_what_a_killed_run_leaves_is_removed_by_the_next(real_device_programs: None, tmp_path: Path) -> None:
    script = "import sys, time, pathlib; from tests.lab.devices.lab import RealLab\n"
    script += (
        "with RealLab(1, pathlib.Path(sys.argv[1])) as lab: print(*lab.network.namespaces, flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        env={**ENVIRONMENT, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
    ) as run:
        assert run.stdout is not None
        names = set(run.stdout.readline().split())
        run.send_signal(signal.SIGKILL)
    assert names
    assert names <= namespaces()
    assert names <= set(remove_leftovers())
    assert not names & namespaces()


def namespaces() -> set[str]:
    return {line.split()[0] for line in ip("netns list").splitlines()}


def test_a_stopped_device_boots_again(lab: RealLab) -> None:
    lab[2].stop()
    started = time.monotonic()
    lab[2].boot()
    lab[2].wait()
    assert time.monotonic() - started < 10
