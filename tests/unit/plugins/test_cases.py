"""The recorded cases beside each plugin: what a device says or answers, and what its type makes of it."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import cmsp_plugins
from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.component import Component
from cmsp_agent.model.redaction import hide
from cmsp_agent.model.signal import SyslogSignal, TrapSignal
from cmsp_agent.pipeline.normalise import Normaliser
from cmsp_agent.plugin.api import DeviceType
from cmsp_agent.plugin.host import PluginHost
from cmsp_agent.plugin.quarantine import Quarantine
from cmsp_agent.services.devices.inventory import SYS_OBJECT_ID, read_device_facts
from cmsp_agent.services.polling.probe import probe
from cmsp_agent.services.polling.rates import Rates
from cmsp_agent.services.polling.read import Answers, StateReader, samples
from tests.lab.clock import ManualClock
from tests.unit.services.polling.fakes import FakeSession

FOLDER = Path(cmsp_plugins.__path__[0])
INTERFACES = {3: "Gi0/0/1", 10: "E1 0/1/0", 20: "Se0/1/0:15"}


def cases(kind: str) -> list[Any]:
    return list(_cases(kind))


def _cases(kind: str) -> Iterator[Any]:
    for file in sorted(FOLDER.glob(f"*/cases/{kind}.toml")):
        name = file.parent.parent.name
        for number, case in enumerate(tomllib.loads(file.read_text(encoding="utf-8"))["case"]):
            yield pytest.param(name, case, id=f"{name}-{number}")


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


class Inventory:
    def __init__(self, kind: DeviceType) -> None:
        self._kind = kind

    def device_type(self, component: str) -> DeviceType:
        return self._kind

    def interface(self, component: str, if_index: int) -> str | None:
        return INTERFACES.get(if_index)


def meaning(kind: DeviceType, signal: SyslogSignal | TrapSignal) -> list[list[str]]:
    normaliser = Normaliser({"gw": Component("gw", ("192.0.2.1",), "paris")}, Inventory(kind), Counters())
    return [[event.type, event.object, event.state.value] for event in normaliser(signal)]


def test_every_plugin_of_the_product_is_sound(host: PluginHost) -> None:
    own = [report for report in host.reports() if report.distribution == "cmsp-agent"]
    folders = {each.parent.name for each in FOLDER.glob("*/plugin.py")}
    assert {report.name: (report.state, report.problems) for report in own} == dict.fromkeys(folders, ("loaded", ()))


@pytest.mark.parametrize("folder", sorted(each.name for each in FOLDER.iterdir() if (each / "plugin.py").exists()))
def test_every_plugin_has_its_papers(folder: str) -> None:
    assert (FOLDER / folder / "README.md").read_text(encoding="utf-8").startswith(f"# {folder}\n")
    sample = (FOLDER / folder / "sample.yaml").read_text(encoding="utf-8")
    assert "components:" in sample
    assert set(re.findall(r"\btype: (\w+)", sample)) - {"auto"} == {folder}
    assert list((FOLDER / folder / "cases").iterdir())


@pytest.mark.parametrize(("plugin", "case"), cases("syslog"))
def test_syslog(host: PluginHost, plugin: str, case: dict[str, Any]) -> None:
    mnemonic, said = case["syslog"]
    assert meaning(kind_of(host, plugin), SyslogSignal("gw", 1, mnemonic, said)) == case["means"]


@pytest.mark.parametrize(("plugin", "case"), cases("traps"))
def test_traps(host: PluginHost, plugin: str, case: dict[str, Any]) -> None:
    varbinds = tuple(
        (oid, value.encode() if isinstance(value, str) and not value.startswith("1.3.") else value)
        for oid, value in case.get("varbinds", ())
    )
    assert meaning(kind_of(host, plugin), TrapSignal("gw", 1, case["trap"], varbinds)) == case["means"]


@pytest.mark.parametrize(("plugin", "case"), cases("polls"))
async def test_polls(host: PluginHost, plugin: str, case: dict[str, Any]) -> None:
    values = {oid: value.encode() if isinstance(value, str) else value for oid, value in case["objects"].items()}
    session = FakeSession(values)
    plan = await probe(session, kind_of(host, plugin))
    scalars, columns = await session.get(*plan.scalars), await session.columns(*plan.columns)
    answers = Answers(scalars, columns, 1.0)
    if "samples" in case:
        assert samples(plan, answers, Rates(), str) == case["samples"]
    if "states" in case:
        read = StateReader().states(plan, answers, str)
        assert sorted([seen.type, seen.object, seen.raised] for seen in read) == sorted(case["states"])
    if "unsupported" in case:
        assert list(plan.unsupported) == case["unsupported"]


@pytest.mark.parametrize(("plugin", "case"), cases("identity"))
async def test_identity(host: PluginHost, plugin: str, case: dict[str, Any]) -> None:
    values = {
        oid: value.encode() if isinstance(value, str) and oid != SYS_OBJECT_ID else value
        for oid, value in case["objects"].items()
    }
    facts = await read_device_facts(FakeSession(values), host.registry)
    kind = host.registry.identify(facts.sys_object_id, facts.sys_descr)
    assert kind is not None
    found = {"type": kind.name, "version": facts.software, "model": facts.model, "serial": facts.serial}
    assert {name: found[name] for name in case["means"]} == case["means"]


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
    for redaction in cli.redact:
        pattern = re.compile(redaction.pattern, re.MULTILINE)
        config = hide([pattern], config)
    assert re.findall(r".*HIDDEN-\d+.*", config) == []
    assert "service password-encryption" in config
    assert "realm example.org" in config
    for volatile in cli.volatile:
        config = re.sub(volatile, "", config, flags=re.MULTILINE)
    assert "Building" not in config
    assert "Last configuration change" not in config
    assert "hostname gw-test-1" in config
    assert "address ipv4 192.0.2.5" in config
