"""Recordings of LibreNMS's tests: every sensor of a family that we have a type for reads as LibreNMS reads it."""

import json
import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from cmsp_agent.plugin.api import DeviceType
from cmsp_agent.plugin.registry import Registry
from cmsp_agent.services.devices.reading import kind_of, read_device_facts
from cmsp_agent.services.polling.plan import Plan
from cmsp_agent.services.polling.probe import probe
from cmsp_agent.services.polling.rates import Rates
from cmsp_agent.services.polling.samples import Answers, samples
from tests.conformance.test_identify_librenms import TYPES, registry
from tests.integration.plugins.test_captures import Capture

__all__ = ["registry"]

UNITS = {
    "temperature": "°C",
    "voltage": "V",
    "current": "A",
    "frequency": "Hz",
    "humidity": "percent",
    "load": "percent",
    "charge": "percent",
    "runtime": "min",
    "power": "W",
    "fanspeed": "rpm",
    "dbm": "dBm",
}
"""LibreNMS's class of a sensor → our unit; another class (a count) may be in any unit."""
NOT_OURS = {
    "1.3.6.1.4.1.8072.1.3.2.": "what a script of LibreNMS prints on the host",
    "1.3.6.1.4.1.318.1.1.1.2.2.21.": "a date, of which LibreNMS makes minutes from the day of its recording",
    "1.3.6.1.4.1.318.1.1.1.2.1.3.": "the same",
    "1.3.6.1.4.1.318.1.1.12.2.3.1.1.2.": "an older table of the current that the newer one shows, of another moment",
    "1.3.6.1.4.1.3808.1.1.4.2.1.": "in tenths of degrees Fahrenheit",
    "1.3.6.1.4.1.9.9.817.": "the number of a radio band",
    "1.3.6.1.4.1.3076.": "a box that ends VPNs, long gone",
    "1.3.6.1.4.1.705.1.5.1.": "LibreNMS shows it in seconds as `delay`, we as minutes that are left",
}
"""Prefix → why we don't show what LibreNMS shows."""
SENTINEL = -1.0
"""LibreNMS shows it as a humidity; the MIB says that the sensor has none."""
UNDIVIDED = "1.3.6.1.4.1.476.1.42.3.8."
"""Currents of which LibreNMS keeps the raw figure and its divisor apart."""


class Reading(NamedTuple):
    """What one poll makes of a recording."""

    name: str
    os: str
    kind: DeviceType
    figures: Mapping[str, float]
    counters: Rates
    plan: Plan
    answers: Answers
    expected: Mapping[str, Any]


async def readings(folder: Path, registry: Registry) -> list[Reading]:
    found = []
    for file in sorted((folder / "data").glob("*.json")):
        family, path = file.stem.split("_")[0], folder / "snmpsim" / f"{file.stem}.snmprec"
        if family not in TYPES or not path.exists():
            continue
        capture, rates = Capture(path), Rates()
        facts = await read_device_facts(capture, registry)
        kind = kind_of(facts, registry)
        assert kind is not None
        plan = await probe(capture, kind)
        answers = Answers(await capture.get(*plan.scalars), await capture.columns(*plan.columns), 1.0)
        figures = samples(plan, answers, rates, str)
        expected = json.loads(file.read_text(encoding="utf-8"))
        found.append(Reading(file.stem, family, kind, figures, rates, plan, answers, expected))
    return found


def discovered(reading: Reading, table: str) -> Iterator[Mapping[str, Any]]:
    for module in reading.expected.values():
        phase = module.get("discovery") if isinstance(module, dict) else None
        yield from phase.get(table, ()) if isinstance(phase, dict) else ()


def agrees(reading: Reading, sensor: Mapping[str, Any]) -> bool:
    """Whether one of our figures of that unit, or a counter, is the sensor's value."""
    value, oid = float(sensor["sensor_current"]), str(sensor["sensor_oid"]).lstrip(".")
    if oid.startswith(UNDIVIDED) and sensor["sensor_class"] == "current" and value >= 100:
        value /= sensor["sensor_divisor"]
    unit = UNITS.get(sensor["sensor_class"])
    units = {kpi.name: kpi.unit for kpi in reading.kind.kpis}
    ours = [figure for name, figure in reading.figures.items() if unit in (None, units[name.partition("[")[0]])]
    if unit is None:
        ours += [kept for name in units if (kept := reading.counters.last(f"{name}[]")) is not None]
    if unit == "min":
        ours += [figure / 60 for name, figure in reading.figures.items() if units[name.partition("[")[0]] == "s"]
    rounded = 0.5 if unit == "min" else 0.01  # minutes, where a second source has seconds
    return any(math.isclose(figure, value, rel_tol=0.001, abs_tol=rounded) for figure in ours)


def left_out(sensor: Mapping[str, Any]) -> bool:
    oid = str(sensor["sensor_oid"]).lstrip(".")
    sentinel = sensor["sensor_class"] == "humidity" and sensor["sensor_current"] == SENTINEL
    return sentinel or sensor["sensor_current"] is None or any(oid.startswith(prefix) for prefix in NOT_OURS)


@pytest.mark.timeout(60)
async def test_every_sensor_reads_as_librenms_reads_it(
    shared: Path, registry: Registry, record_property: Callable[[str, object], None]
) -> None:
    agreed: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    wrong = []
    for reading in await readings(shared / "testdata" / "librenms" / "devices", registry):
        for sensor in discovered(reading, "sensors"):
            if sensor["sensor_class"] == "state" or left_out(sensor):
                continue
            asked[reading.os] += 1
            good = agrees(reading, sensor)
            agreed[reading.os] += good
            if not good:
                wrong.append(
                    f"{reading.name} {sensor['sensor_class']} {sensor['sensor_oid']} {sensor['sensor_current']}"
                )
    for family in sorted(asked):
        record_property(f"sensors of {family}", f"{agreed[family]}/{asked[family]}")
        print(f"{family}: {agreed[family]}/{asked[family]}")
    print(f"all: {agreed.total()}/{asked.total()}", *wrong, sep="\n")
    assert wrong == []
    assert agreed.total() > 300


CPU_AND_MEMORY = {"processors": "processor_usage", "mempools": "mempool_perc", "storage": "storage_perc"}
NEITHER = {"hrstorage": "LibreNMS takes away what Linux uses to remember files"}
OF_A_CARD = {"netvision-rfc"}
"""What the management card says of its own processor by UCD-SNMP-MIB is nothing of the UPS."""


@pytest.mark.timeout(60)
async def test_processors_and_memory_read_as_librenms_reads_them(shared: Path, registry: Registry) -> None:
    agreed, wrong = 0, []
    for reading in await readings(shared / "testdata" / "librenms" / "devices", registry):
        percents = [
            value for name, value in reading.figures.items() if name.startswith(("cpu.", "memory.", "disk.", "flash."))
        ]
        for table, column in CPU_AND_MEMORY.items():
            for row in discovered(reading, table):
                value, kind = row.get(column), str(row.get("mempool_type", row.get("processor_type", "")))
                # we show what is free of flash memory, not what is used
                value = (
                    100 - value
                    if value is not None and reading.os in ("ios", "iosxe") and table == "storage"
                    else value
                )
                if value is None or kind in NEITHER or reading.os in OF_A_CARD or (kind == "hr" and len(percents) < 2):
                    continue
                # of many processors of one board we show the mean
                good = any(math.isclose(each, value, abs_tol=1.0) for each in percents) or kind == "hr"
                agreed += good
                if not good:
                    wrong.append(f"{reading.name} {table} {kind} {value}: none of {sorted(percents)}")
    print(agreed, *wrong, sep="\n")
    assert wrong == []
    assert agreed > 30


@pytest.mark.timeout(60)
async def test_a_state_that_librenms_calls_critical_is_an_alarm_and_a_good_one_is_none(
    shared: Path, registry: Registry, record_property: Callable[[str, object], None]
) -> None:
    agreed, watched, wrong = 0, 0, []
    for reading in await readings(shared / "testdata" / "librenms" / "devices", registry):
        grades = {
            (each["state_name"], each["state_value"]): each["state_generic_value"]
            for each in discovered(reading, "state_indexes")
        }
        for sensor in discovered(reading, "sensors"):
            rule = next((each for each in reading.plan.states if _of(each.column, sensor["sensor_oid"])), None)
            if sensor["sensor_class"] != "state" or rule is None:
                continue
            grade = grades.get((sensor["sensor_type"], sensor["sensor_current"]))
            ours = rule.judge(int(sensor["sensor_current"]))
            watched += 1
            good = ours is None or ours is not (grade == 0)
            agreed += good
            if not good:
                wrong.append(f"{reading.name} {sensor['sensor_oid']} {sensor['sensor_current']}: {ours}, not {grade}")
    record_property("states that agree", f"{agreed}/{watched}")
    print(f"{agreed}/{watched}", *wrong, sep="\n")
    assert wrong == []
    assert watched > 30


def _of(column: str, oid: str) -> bool:
    return (oid.lstrip(".") + ".").startswith(column + ".")
