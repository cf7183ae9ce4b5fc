"""Recordings of LibreNMS's tests: each family that we have a type for is identified as there, no other is."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from cmsp_agent.aio.counters import Counters
from cmsp_agent.plugin.host import PluginHost
from cmsp_agent.plugin.quarantine import Quarantine
from cmsp_agent.plugin.registry import Registry
from cmsp_agent.services.devices.facts import DeviceFacts
from cmsp_agent.services.devices.reading import kind_of, read_device_facts
from tests.integration.plugins.test_captures import Capture
from tests.lab.clock import ManualClock

UPS = (
    *(
        "apc",
        "apc-mgeups",
        "eaton-mgeups",
        "eatonups",
        "deltaups",
        "dell-ups",
        "cyberpower",
        "netagent2",
        "generex-ups",
    ),
    *("poweralert", "liebert", "gamatronicups", "netvision-rfc", "huaweiups", "riello"),
)
TYPES = {
    "ciscospa": "cisco_ata",
    "ios": "cisco_ios",
    "iosxe": "cisco_iosxe",
    "nxos": "cisco_nxos",
    "asa": "cisco_asa",
    "ftd": "cisco_asa",
    "audiocodes": "audiocodes",
    "sonus-sbc": "ribbon_sbc",
    "linux": "linux_host",
    "patton-sn": "patton",
    "ucos": "cisco_ucm",
    "vcs": "cisco_expressway",
    **dict.fromkeys(UPS, "ups"),
}
"""LibreNMS's os → the device type."""
OURS = {"patton-sn": "patton", "ucos": "ucm", "vcs": "expressway"}
"""LibreNMS's os → ours, where they differ."""
UNIDENTIFIED = {"linux_1"}
"""Its sysDescr is one word that says nothing, and its sysObjectID is that of every appliance with net-snmp."""
OTHER_NAME = {"ciscospa_spa112-1"}
"""The device says a name, LibreNMS the end of its sysObjectID."""
ALSO_LINUX = {"coreos", "proxmox", "mirth", "ucopia"}
"""What LibreNMS has a name of its own for, and is a Linux host all the same."""


class Recorded(NamedTuple):
    name: str
    os: str
    capture: Capture
    expected: dict[str, Any]


def recordings(folder: Path) -> Iterator[Recorded]:
    for part in ("devices", "os-detection"):
        for file in sorted((folder / part / "data").glob("*.json")):
            reported = json.loads(file.read_text(encoding="utf-8")).get("os", {})
            polled = reported.get("poller", {})
            found = (polled if isinstance(polled, dict) else reported["discovery"]).get("devices", [{}])[0]
            path = folder / part / "snmpsim" / f"{file.stem}.snmprec"
            if path.exists():
                yield Recorded(file.stem, file.stem.split("_")[0], Capture(path), found)
    for path in sorted((folder / "os-detection-nojson").glob("*.snmprec")):
        if "@" not in path.stem:
            yield Recorded(path.stem, path.stem.split("_")[0], Capture(path), {})


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    host = PluginHost(Quarantine(tmp_path_factory.mktemp("state") / "quarantine.json"), ManualClock(), Counters())
    host.load()
    return host.registry


async def identified(registry: Registry, recorded: Recorded) -> tuple[str, DeviceFacts]:
    facts = await read_device_facts(recorded.capture, registry)
    kind = kind_of(facts, registry)
    assert kind is not None
    return kind.name, facts


@pytest.mark.timeout(60)
async def test_every_device_is_of_its_family_or_of_none(
    shared: Path, registry: Registry, record_property: Callable[[str, object], None]
) -> None:
    right: dict[str, list[bool]] = defaultdict(list)
    wrong: list[str] = []
    for recorded in recordings(shared / "testdata" / "librenms"):
        found, _ = await identified(registry, recorded)
        wanted = TYPES.get(recorded.os, "generic_snmp")
        good = found == wanted or (recorded.os in ALSO_LINUX and found == "linux_host")
        right[recorded.os if recorded.os in TYPES else "others"].append(good)
        if not good and recorded.name not in UNIDENTIFIED:
            wrong.append(f"{recorded.name}: {found}, not {wanted}")
    for family, each in sorted(right.items()):
        record_property(f"rate of {family}", f"{sum(each)}/{len(each)}")
        print(f"{family}: {sum(each)}/{len(each)}")
    assert wrong == []


@pytest.mark.timeout(60)
async def test_releases_and_serial_numbers_are_the_maker_s(shared: Path, registry: Registry) -> None:
    wrong: list[str] = []
    compared = 0
    for recorded in recordings(shared / "testdata" / "librenms"):
        if recorded.os not in TYPES:
            continue
        found, facts = await identified(registry, recorded)
        system = registry.types[found].identity.system(facts.sys_descr)
        if found != "ups" and OURS.get(recorded.os, recorded.os) not in (system, "linux"):
            wrong.append(f"{recorded.name}: os {system!r}")
        # LibreNMS writes the image's name before the release of IOS-XE.
        release = (recorded.expected.get("version") or "").split(" ")[-1 if recorded.os == "iosxe" else slice(None)]
        release = release if isinstance(release, str) else " ".join(release)
        serial = recorded.expected.get("serial") or ""
        for name, wanted, got in (("release", release, facts.software), ("serial", serial, facts.serial)):
            compared += bool(wanted)
            if wanted and wanted != got:
                wrong.append(f"{recorded.name}: {name} {got!r}, not {wanted!r}")
        # LibreNMS adds the maker or a revision, and has names of MIBs where the device says none
        model = (recorded.expected.get("hardware") or "").replace("ciscoASR1002F", "ASR1002-F")
        if facts.model and model and facts.model not in model and recorded.name not in OTHER_NAME:
            wrong.append(f"{recorded.name}: model {facts.model!r}, not {model!r}")
    print(compared)
    assert compared > 40
    assert wrong == []
