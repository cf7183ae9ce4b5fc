"""Ports in recordings of LibreNMS and thola: our counters and speeds are theirs, and nothing absent is zero."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from cmsp_agent.plugin.registry import Registry
from cmsp_agent.services.polling.probe import probe
from cmsp_agent.services.polling.rates import Rates
from cmsp_agent.services.polling.samples import Answers, samples
from tests.conformance.test_identify_librenms import identified, recordings, registry
from tests.integration.plugins.test_captures import Capture

__all__ = ["registry"]

COUNTERS = {
    "if.in.octets": "ifInOctets",
    "if.out.octets": "ifOutOctets",
    "if.in.errors": "ifInErrors",
    "if.out.errors": "ifOutErrors",
}
OF_THOLA = {
    "if.in.octets": "traffic_counter_in",
    "if.out.octets": "traffic_counter_out",
    "if.in.errors": "error_counter_in",
    "if.out.errors": "error_counter_out",
    "if.in.discards": "packet_counter_discard_in",
    "if.out.discards": "packet_counter_discard_out",
}
IF_NAME = "1.3.6.1.2.1.31.1.1.1.1"


async def read(registry: Registry, capture: Capture, name: str) -> tuple[Rates, dict[str, float], Mapping[str, Any]]:
    """What one poll keeps of the counters, its figures, and the names of the interfaces by their index."""
    kind = registry.named(name)
    assert kind is not None
    plan = await probe(capture, kind)
    names = (await capture.columns(IF_NAME))[IF_NAME]
    answers, rates = Answers(await capture.get(*plan.scalars), await capture.columns(*plan.columns), 1.0), Rates()
    return rates, samples(plan, answers, rates, str), names


@pytest.mark.timeout(60)
async def test_ports_as_librenms_reads_them(
    shared: Path, registry: Registry, record_property: Callable[[str, object], None]
) -> None:
    folder = shared / "testdata" / "librenms"
    agreed, wrong = 0, []
    for recorded in recordings(folder):
        file = folder / "devices" / "data" / f"{recorded.name}.json"
        ports = json.loads(file.read_text(encoding="utf-8")).get("ports", {}) if file.exists() else {}
        polled = ports.get("poller", {}).get("ports", []) if isinstance(ports.get("poller"), dict) else []
        if not polled:
            continue
        name, _ = await identified(registry, recorded)
        rates, figures, _ = await read(registry, recorded.capture, name)
        for port in polled:
            index = port["ifIndex"]
            for kpi, column in COUNTERS.items():
                ours = rates.last(f"{kpi}[{index}]")
                if ours is None or port.get(column) is None:
                    continue
                agreed += ours == port[column]
                if ours != port[column]:
                    wrong.append(f"{recorded.name} port {index} {kpi}: {ours}, not {port[column]}")
            speed = figures.get(f"if.speed[{index}]")
            if speed is not None and port.get("ifSpeed"):
                agreed += speed == port["ifSpeed"] // 10**6
                if speed != port["ifSpeed"] // 10**6:
                    wrong.append(f"{recorded.name} port {index} speed: {speed}, not {port['ifSpeed']}")
    record_property("figures of ports that agree", agreed)
    print(agreed, *wrong, sep="\n")
    assert wrong == []
    assert agreed > 100


async def test_ports_as_thola_reads_them(shared: Path, registry: Registry) -> None:
    agreed = 0
    for file in sorted((shared / "testdata" / "thola").glob("*.testdata.json")):
        expected = json.loads(file.read_text(encoding="utf-8"))["expectations"]["checkInterfaceMetrics"]
        capture = Capture(file.with_name(file.name.replace(".testdata.json", ".snmprec")))
        rates, _, names = await read(registry, capture, "generic_snmp")
        indexes = {name.decode() if isinstance(name, bytes) else str(name): index for index, name in names.items()}
        for data in expected["performance_data"]:
            for kpi, metric in OF_THOLA.items():
                if data["metric"] == metric and data["label"] in indexes:
                    assert rates.last(f"{kpi}[{indexes[data['label']]}]") == data["value"], (file.name, data)
                    agreed += 1
    assert agreed > 50
