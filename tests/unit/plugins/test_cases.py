"""The recorded cases beside each plugin: what a device says or answers, and what its type makes of it."""

import re
from pathlib import Path

import pytest

import cmsp_plugins
from cmsp_agent.aio.counters import Counters
from cmsp_agent.cli.plugin.cases import run
from cmsp_agent.plugin.api import DeviceType
from cmsp_agent.plugin.host import PluginHost
from cmsp_agent.plugin.quarantine import Quarantine
from cmsp_agent.services.backups.clean_text import ConfigText
from tests.lab.clock import ManualClock

FOLDER = Path(cmsp_plugins.__path__[0])


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> PluginHost:
    quarantine = Quarantine(tmp_path_factory.mktemp("state") / "quarantine.json")
    made = PluginHost(quarantine, ManualClock(), Counters())
    made.load()
    return made


def kind_of(host: PluginHost, name: str) -> DeviceType:
    found = host.registry.named(name)
    assert found is not None
    return found


def test_every_plugin_of_the_product_is_sound(host: PluginHost) -> None:
    own = [report for report in host.reports() if report.distribution == "cmsp-agent"]
    folders = {each.parent.name for each in FOLDER.glob("*/plugin.py")}
    assert {report.name: (report.state, report.problems) for report in own} == dict.fromkeys(folders, ("loaded", ()))


def test_every_folder_says_in_its_own_words_what_it_is() -> None:
    first_lines = [file.read_text(encoding="utf-8").partition("\n")[0] for file in FOLDER.glob("*/__init__.py")]
    assert len(set(first_lines)) == len(first_lines) > 15


@pytest.mark.parametrize("folder", sorted(each.name for each in FOLDER.iterdir() if (each / "plugin.py").exists()))
def test_every_plugin_has_its_papers(host: PluginHost, folder: str) -> None:
    assert (FOLDER / folder / "README.md").read_text(encoding="utf-8").startswith(f"# {folder}\n")
    sample = (FOLDER / folder / "sample.yaml").read_text(encoding="utf-8")
    if folder in host.channels.by_name:
        assert set(re.findall(r"\bby: (\w+)", sample)) == {folder}
        return
    assert "components:" in sample
    assert set(re.findall(r"\btype: (\w+)", sample)) - {"auto"} == {folder}
    assert list((FOLDER / folder / "cases").iterdir())


@pytest.mark.parametrize("folder", sorted(each.parent.name for each in FOLDER.glob("*/cases")))
def test_the_cases_come_true(host: PluginHost, folder: str) -> None:
    outcomes = run(FOLDER / folder / "cases", kind_of(host, folder), host.registry)
    assert outcomes or not list((FOLDER / folder / "cases").glob("*.toml"))
    assert {each.case: list(each.differences) for each in outcomes if not each.holds} == {}


@pytest.mark.parametrize(
    ("descr", "oid", "name"),
    [
        ("Cisco IOS Software, VG3X0 Software (VG3X0-UNIVERSALK9-M), Version 15.6(3)M5", "9.1.1769", "cisco_ios"),
        ("Cisco IOS Software [Cupertino], Virtual XE Software, Version 17.9.1a", "9.1.3004", "cisco_iosxe"),
        ("Cisco Internetwork Operating System Software IOS (tm) 2600", "9.1.186", "cisco_ios"),
        ("Cisco IOS XR Software (ASR9K), Version 6.1.4", "9.1.1709", "generic_snmp"),
        ("Hardware:VMware, 2 Intel(R) Xeon(R) CPU", "9.1.1348", "generic_snmp"),
        ("Product: MG 4K ESBC ;SW Version: 7.20A.258.459", "5003.8.1.1.71", "audiocodes"),
        ("Linux gw 6.1.0", "8072.3.2.10", "generic_snmp"),
    ],
)
def test_identification(host: PluginHost, descr: str, oid: str, name: str) -> None:
    found = host.registry.identify(f"1.3.6.1.4.1.{oid}", descr)
    assert found is not None
    assert found.name == name


def test_secrets_are_hidden_and_volatile_lines_known(host: PluginHost) -> None:
    cli = kind_of(host, "cisco_ios").cli
    assert cli is not None
    config = (FOLDER / "cisco_ios" / "cases" / "config.txt").read_text(encoding="utf-8")
    assert re.search(cli.complete, config, re.MULTILINE)
    assert all(re.search(pattern, config, re.MULTILINE) for pattern in cli.must_have)
    assert not any(re.search(pattern, config, re.MULTILINE) for pattern in cli.invalid)
    config = ConfigText(cli).redacted(config)
    assert re.findall(r".*HIDDEN-\d+.*", config) == []
    assert "service password-encryption" in config
    assert "realm example.org" in config
    for volatile in cli.volatile:
        config = re.sub(volatile, "", config, flags=re.MULTILINE)
    assert "Building" not in config
    assert "Last configuration change" not in config
    assert "hostname gw-test-1" in config
    assert "address ipv4 192.0.2.5" in config
