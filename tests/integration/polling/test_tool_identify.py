"""`cmsp-agent tool identify` against a real net-snmp agent, by v2c and by v3."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.lab.ports import free_port

PROGRAM = Path(sys.executable).with_name("cmsp-agent")
V2C = ("--community", "public")
V3 = (
    "--user",
    "monitor",
    "--auth",
    "SHA-256",
    "--auth-key",
    "authentic-1",
    "--priv",
    "AES-128",
    "--priv-key",
    "private-1",
)


def identify(port: int, *options: str) -> subprocess.CompletedProcess[str]:
    command = [str(PROGRAM), "tool", "identify", "--address", "127.0.0.1", "--port", str(port), *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("credential", [V2C, V3], ids=["v2c", "v3"])
def test_a_device_says_who_it_is(snmpd: int, credential: tuple[str, ...]) -> None:
    done = identify(snmpd, *credential, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == {
        "vendor": "",
        "os": "",
        "device_type": "generic_snmp",
        "model": "",
        "serial": "",
        "version": "",
        "name": "lab-1",
        "sys_object_id": "1.3.6.1.4.1.8072.3.2.10",
    }
    assert "lab-1" in identify(snmpd, *credential).stdout


def test_what_goes_wrong_is_reported_by_the_exit_code(snmpd: int) -> None:
    silent = identify(free_port(), *V2C, "--timeout", "0.2")
    assert silent.returncode == 4
    assert "127.0.0.1" in silent.stderr
    assert "private-1" not in identify(snmpd, *V3[:-1], "private-2").stderr
    assert identify(snmpd).returncode == 2
    assert identify(snmpd, *V3, "--snmp-version", "2c").returncode == 2


def test_an_address_that_is_none(snmpd: int) -> None:
    command = [str(PROGRAM), "tool", "identify", "--address", "10.1.0.300", *V2C]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "10.1.0.300" in done.stderr
