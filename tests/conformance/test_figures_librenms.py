"""Recordings of LibreNMS's tests: what a UPS and what a Cisco device's sensors show, as LibreNMS reads it."""

import json
import math
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from cmsp_agent.plugin.registry import Registry
from cmsp_agent.services.polling.probe import probe
from cmsp_agent.services.polling.rates import Rates
from cmsp_agent.services.polling.samples import Answers, samples
from tests.conformance.test_identify_librenms import UPS, Recorded, identified, recordings, registry

__all__ = ["registry"]

OF_A_UPS = {"charge": "ups.charge", "load": "ups.load", "runtime": "ups.minutes"}
OF_CISCO = {"temperature": "temperature", "voltage": "voltage", "power": "power", "fanspeed": "fan"}
CISCO = ("ios", "iosxe")
OURS = ("1.3.6.1.2.1.33.", "1.3.6.1.4.1.318.1.1.1.", "1.3.6.1.4.1.534.1.")
"""MIBs of which we read these figures."""
OF_SENSORS = ("1.3.6.1.4.1.9.9.91.", "1.3.6.1.4.1.9.9.13.1.", "1.3.6.1.2.1.99.")


async def figures(registry: Registry, recorded: Recorded) -> dict[str, float]:
    """What one poll makes of a recording."""
    name, _ = await identified(registry, recorded)
    kind = registry.named(name)
    assert kind is not None
    plan = await probe(recorded.capture, kind)
    answers = Answers(await recorded.capture.get(*plan.scalars), await recorded.capture.columns(*plan.columns), 1.0)
    return samples(plan, answers, Rates(), str)


def expected(folder: Path, name: str) -> Iterator[Mapping[str, Any]]:
    """The sensors of a recording, as LibreNMS shows them."""
    document = json.loads((folder / "devices" / "data" / f"{name}.json").read_text(encoding="utf-8"))
    for phases in document.values():
        tables = phases.get("discovery") if isinstance(phases, dict) else None
        yield from tables.get("sensors", ()) if isinstance(tables, dict) else ()


def close(ours: float, theirs: float) -> bool:
    """Equal but for rounding: LibreNMS rounds minutes and keeps what it read otherwise."""
    return math.isclose(ours, theirs, rel_tol=0.02, abs_tol=1.0)


def sensors(folder: Path, recorded: Recorded, classes: Mapping[str, str], mibs: tuple[str, ...]) -> Iterator[Any]:
    for sensor in expected(folder, recorded.name):
        oid = str(sensor.get("sensor_oid", "")).lstrip(".")
        if sensor["sensor_class"] in classes and oid.startswith(mibs) and sensor["sensor_current"] is not None:
            yield sensor


@pytest.mark.timeout(60)
async def test_a_ups_shows_what_librenms_shows(
    shared: Path, registry: Registry, record_property: Callable[[str, object], None]
) -> None:
    folder = shared / "testdata" / "librenms"
    agreed, wrong = 0, []
    for recorded in recordings(folder):
        if recorded.os not in UPS or not (folder / "devices" / "data" / f"{recorded.name}.json").exists():
            continue
        found = await figures(registry, recorded)
        for kind, name in OF_A_UPS.items():
            theirs = [float(each["sensor_current"]) for each in sensors(folder, recorded, {kind: name}, OURS)]
            good = name in found and any(close(found[name], value) for value in theirs)
            agreed += good
            if theirs and not good:
                wrong.append(f"{recorded.name} {kind}: {found.get(name)}, not {theirs}")
    record_property("figures that agree", agreed)
    print(agreed, *wrong, sep="\n")
    assert wrong == []


@pytest.mark.timeout(60)
async def test_sensors_of_cisco_show_what_librenms_shows(
    shared: Path, registry: Registry, record_property: Callable[[str, object], None]
) -> None:
    folder = shared / "testdata" / "librenms"
    agreed, wrong = 0, []
    for recorded in recordings(folder):
        if recorded.os not in CISCO or not (folder / "devices" / "data" / f"{recorded.name}.json").exists():
            continue
        found = await figures(registry, recorded)
        for sensor in sensors(folder, recorded, OF_CISCO, OF_SENSORS):
            kind, value = OF_CISCO[sensor["sensor_class"]], float(sensor["sensor_current"])
            ours = [figure for name, figure in found.items() if f".{kind}[" in name or name.endswith(f".{kind}")]
            agreed += any(math.isclose(figure, value, rel_tol=0.001, abs_tol=0.01) for figure in ours)
            if not any(math.isclose(figure, value, rel_tol=0.001, abs_tol=0.01) for figure in ours):
                wrong.append(f"{recorded.name} {sensor['sensor_descr']}: {value} is none of {sorted(ours)}")
    record_property("sensors that agree", agreed)
    print(agreed)
    assert wrong == []
