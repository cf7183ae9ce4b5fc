"""What probing and reading make of captures of real gateways, answered as an agent would answer them."""

import re
from bisect import bisect_right
from collections.abc import Mapping
from pathlib import Path

import pytest

from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.signal import Value
from cmsp_agent.plugin.host import PluginHost
from cmsp_agent.plugin.quarantine import Quarantine
from cmsp_agent.plugin.registry import Registry
from cmsp_agent.services.devices.facts import DeviceFacts
from cmsp_agent.services.devices.reading import kind_of, read_device_facts
from cmsp_agent.services.polling.plan import Plan
from cmsp_agent.services.polling.probe import probe
from cmsp_agent.services.polling.rates import Rates
from cmsp_agent.services.polling.samples import Answers, StateReader, samples
from tests.lab.clock import ManualClock

TEXT, OID, ADDRESS = ("4", "4x"), "6", "64"


def octets(digits: str) -> bytes:
    """Octets written in hexadecimal; what is cut off or written otherwise is kept as it stands."""
    try:
        return bytes.fromhex(digits)
    except ValueError:
        return digits.encode()


class Capture:
    """A .snmprec file as a session."""

    is_v1 = False

    def __init__(self, path: Path) -> None:
        self.objects: dict[str, Value] = {}
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            oid, kind, value = [*line.split("|", 2), "", ""][:3]
            oid = oid.lstrip(".")
            if not re.fullmatch(r"\d+(\.\d+)*", oid):
                continue  # the rest of a text that holds a line end
            if kind in TEXT:
                self.objects[oid] = octets(value) if kind == "4x" else value.encode()
            elif kind in (OID, ADDRESS):
                self.objects[oid] = value
            elif value.lstrip("-").isdigit():
                self.objects[oid] = int(value)
        self._names = sorted((tuple(map(int, oid.split("."))), oid) for oid in self.objects)

    async def get(self, *oids: str) -> Mapping[str, Value]:
        return {oid: self.objects[oid] for oid in oids if oid in self.objects}

    async def get_next(self, *oids: str) -> Mapping[str, tuple[str, Value]]:
        found = {}
        for oid in oids:
            place = bisect_right(self._names, (tuple(map(int, oid.split("."))), oid))
            if place < len(self._names):
                found[oid] = (self._names[place][1], self.objects[self._names[place][1]])
        return found

    async def columns(self, *columns: str, limit: int = 10_000) -> Mapping[str, Mapping[str, Value]]:
        return {
            column: {oid[len(column) + 1 :]: each for oid, each in self.objects.items() if oid.startswith(column + ".")}
            for column in columns
        }


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    quarantine = Quarantine(tmp_path_factory.mktemp("state") / "quarantine.json")
    host = PluginHost(quarantine, ManualClock(), Counters())
    host.load()
    return host.registry


async def poll(
    registry: Registry, path: Path
) -> tuple[str, DeviceFacts, Plan, dict[str, float], dict[tuple[str, str], bool]]:
    """(device type, facts, plan, samples, states)."""
    capture = Capture(path)
    facts = await read_device_facts(capture, registry)
    kind = kind_of(facts, registry)
    assert kind is not None
    plan = await probe(capture, kind)
    answers = Answers(await capture.get(*plan.scalars), await capture.columns(*plan.columns), 1.0)

    def name(index: str) -> str:
        return facts.interfaces.get(int(index), index)

    read = {(seen.type, seen.object): seen.raised for seen in StateReader().states(plan, answers, name)}
    return kind.name, facts, plan, samples(plan, answers, Rates(), name), read


@pytest.mark.parametrize(
    ("capture", "kind", "release"),
    [
        ("cisco-2821a-ios12.4-24T2-t1", "cisco_ios", "12.4(24)T2"),
        ("cisco-2821b-ios12.4-24T", "cisco_ios", "12.4(24)T"),
        ("cisco-c3560-ios12.2-50", "cisco_ios", "12.2(50)SE3"),
        ("cisco-c3945-ios15.2-t1-t3", "cisco_ios", "15.2(4)M1"),
        ("cisco-wlc-airespace", "generic_snmp", ""),
    ],
)
async def test_gateways(shared: Path, registry: Registry, capture: str, kind: str, release: str) -> None:
    path = shared / "testdata" / "snmpwalks-cisco-voice" / f"{capture}.snmprec"
    found, facts, _, figures, states = await poll(registry, path)
    assert found == kind
    assert facts.interfaces
    if kind == "cisco_ios":
        assert facts.software.startswith(release[:7])
        assert 0 <= figures["cpu.load"] <= 100
        assert 0 < figures["memory.used"] < 100
        assert any(kind == "link.down" for kind, _ in states)


async def test_a_line_that_nobody_uses_is_no_fault(shared: Path, registry: Registry) -> None:
    path = shared / "testdata" / "snmpwalks-cisco-voice" / "cisco-2821a-ios12.4-24T2-t1.snmprec"
    _, _, plan, _, states = await poll(registry, path)
    assert "ds1.down" in {rule.type for rule in plan.states}
    assert not any(raised for (kind, _), raised in states.items() if kind in ("ds1.down", "link.down"))


async def test_a_ups(shared: Path, registry: Registry) -> None:
    found, _, _, figures, states = await poll(registry, shared / "testdata" / "snmpsim-data" / "eaton-93e-80.snmprec")
    assert found in ("ups", "generic_snmp")
    assert 0 <= figures["ups.charge"] <= 100
    assert states["ups.on_battery", ""] is False
