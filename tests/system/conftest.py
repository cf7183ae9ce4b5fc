"""The package, built once, and a booted machine with a device at the other end of its cable."""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.lab.machine.commands import SYSTEM_ENVIRONMENT, run
from tests.lab.machine.machine import Machine
from tests.lab.machine.network import DEVICE_ADDRESS, MACHINE_ADDRESS, Cable, cable, machine_name
from tests.lab.machine.rootfs import base

COMMUNITY = "lab-community"
LINK_DOWN = "1.3.6.1.6.3.1.1.5.3"
LINK_UP = "1.3.6.1.6.3.1.1.5.4"
IF_ENTRY = "1.3.6.1.2.1.2.2.1"
SNMPD_CONFIGURATION = f"""
agentAddress udp:{DEVICE_ADDRESS}:161
rocommunity {COMMUNITY}
sysName gw-lab-1
sysDescr A device of the system test
sysServices 72
"""


@dataclass(frozen=True)
class Device:
    """A real SNMP agent in the device's namespace."""

    cable: Cable

    def trap(self, notification: str, if_index: int, interface: str, status: int) -> None:
        """Send an SNMPv2c trap about one interface (IF-MIB linkDown, linkUp) to port 162 of the machine."""
        varbinds = (
            (f"{IF_ENTRY}.1.{if_index}", "i", str(if_index)),
            (f"{IF_ENTRY}.7.{if_index}", "i", str(status)),
            (f"{IF_ENTRY}.8.{if_index}", "i", str(status)),
            (f"{IF_ENTRY}.2.{if_index}", "s", interface),
        )
        fields = (field for varbind in varbinds for field in varbind)
        run(
            *self.cable.in_device(
                "snmptrap", "-v2c", "-c", COMMUNITY, f"{MACHINE_ADDRESS}:162", "", notification, *fields
            )
        )


@pytest.fixture(scope="session")
def package() -> Path:
    """The Debian package, built from the source as it stands."""
    if sys.version_info[:2] != (3, 11):
        pytest.fail("the package is built on Python 3.11")
    run(str(ROOT / "packaging/build-deb"), str(ROOT / "build"), within=600)
    (built,) = (ROOT / "build").glob("cmsp-agent_*.deb")
    return built


@pytest.fixture(scope="session")
def lab_cable() -> Iterator[Cable]:
    """The machine's and the device's network."""
    with cable() as made:
        yield made


@pytest.fixture(scope="session")
def machine(lab_cable: Cable, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """A booted Debian machine without the package."""
    folder = tmp_path_factory.mktemp("machine")
    made = Machine(machine_name(), base(), folder / "files", lab_cable.machine)
    try:
        assert made.start() == "running", made.console.read_text(errors="replace")
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def device(lab_cable: Cable, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Device]:
    """net-snmp's snmpd, answering on the device's address."""
    folder = tmp_path_factory.mktemp("device")
    configuration = folder / "snmpd.conf"
    configuration.write_text(SNMPD_CONFIGURATION)
    command = ("snmpd", "-f", "-Lf", str(folder / "log"), "-C", "-c", str(configuration), "-p", str(folder / "pid"))
    environment = {**SYSTEM_ENVIRONMENT, "SNMP_PERSISTENT_DIR": str(folder)}
    server = subprocess.Popen(lab_cable.in_device(*command), env=environment)
    try:
        _await_answer(lab_cable)
        yield Device(lab_cable)
    finally:
        server.terminate()
        with suppress(subprocess.TimeoutExpired):
            server.wait(5)
        if server.poll() is None:
            server.kill()
            server.wait()


def _await_answer(lab_cable: Cable) -> None:
    for _ in range(50):
        asked = lab_cable.in_device(
            "snmpget", "-v2c", "-c", COMMUNITY, "-r0", "-t1", DEVICE_ADDRESS, "1.3.6.1.2.1.1.5.0"
        )
        if "gw-lab-1" in run(*asked, check=False):
            return
        time.sleep(0.1)
    pytest.fail("snmpd doesn't answer")
