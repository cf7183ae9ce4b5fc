"""What the package, the locks and the units must agree on."""

import configparser
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

import cmsp_agent

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ROOT / "packaging/requirements"
SOCKETS = {"traps": "162", "syslog-udp": "514", "syslog-tcp": "514", "syslog-tls": "6514"}


def names(text: str) -> set[str]:
    """Names of the packages that a requirements file asks for, normalised."""
    found = (re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*", line) for line in text.splitlines())
    return {re.sub(r"[-_.]+", "-", match.group()).lower() for match in found if match}


def read_unit(name: str) -> configparser.ConfigParser:
    """A systemd unit. Repeated keys: the last one is seen."""
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read_string((ROOT / "systemd" / name).read_text())
    return unit


def test_package_and_code_have_one_version() -> None:
    first = (ROOT / "packaging/debian/changelog").read_text().splitlines()[0]
    assert first.startswith(f"cmsp-agent ({cmsp_agent.__version__})")


@pytest.mark.parametrize("lock", ["runtime", "dev"])
def test_each_requirement_is_locked_with_hashes(lock: str) -> None:
    locked = (REQUIREMENTS / f"{lock}.txt").read_text()
    asked = (REQUIREMENTS / f"{lock}.in").read_text() + (REQUIREMENTS / "pysnmp.in").read_text()
    assert names(asked) <= names(locked)
    pins = re.findall(r"^[A-Za-z0-9].*$", locked, re.MULTILINE)
    assert pins
    assert all(re.search(r"==\S+ \\$", pin) for pin in pins)
    assert "://" not in locked


def test_what_tests_run_on_is_what_the_package_ships() -> None:
    pin = re.compile(r"^([A-Za-z0-9][^=\s]*)==(\S+)", re.MULTILINE)
    shipped = dict(pin.findall((REQUIREMENTS / "runtime.txt").read_text()))
    tested = dict(pin.findall((REQUIREMENTS / "dev.txt").read_text()))
    assert shipped.items() <= tested.items()


def test_plugins_of_the_tree_are_entry_points_like_any_other() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for name, module in project["entry-points"]["cmsp_agent.plugins"].items():
        assert module == f"cmsp_plugins.{name}.plugin"
        assert (ROOT / "plugins" / Path(*module.split("."))).with_suffix(".py").is_file()


def test_sockets_carry_the_names_that_the_agent_looks_for() -> None:
    units = [read_unit(path.name)["Socket"] for path in sorted((ROOT / "systemd").glob("*.socket"))]
    found = {unit["FileDescriptorName"]: unit.get("ListenDatagram") or unit["ListenStream"] for unit in units}
    assert found == SOCKETS


def test_the_service_may_open_low_ports_and_nothing_else_and_has_a_watchdog() -> None:
    service = read_unit("cmsp-agent.service")["Service"]
    assert service["CapabilityBoundingSet"] == service["AmbientCapabilities"] == "CAP_NET_BIND_SERVICE"
    assert service["User"] == "cmsp-agent"
    assert service["Type"] == "notify"
    assert service["WatchdogSec"]
    assert service["UMask"] == "0077"


def test_debian_packages_of_the_tests_are_sorted_and_named_once() -> None:
    listed = (ROOT / "packaging/test-packages.txt").read_text().split()
    assert listed == sorted(set(listed))


@pytest.mark.parametrize("name", ["bench-poll", "bench-ingest"])
def test_make_runs_the_benchmark_that_it_names(name: str) -> None:
    # a phony target without a rule of its own does nothing, and says that it succeeded
    planned = subprocess.run(["make", "-n", name], cwd=ROOT, capture_output=True, text=True, check=True)
    assert f"-m tests.{name.replace('-', '.')}" in planned.stdout
