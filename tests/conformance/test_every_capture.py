"""Every recording of testdata is polled: malformed lines, oddities and octets that are no text cost themselves only."""

from collections.abc import Callable
from pathlib import Path

import pytest

from cmsp_agent.plugin.registry import Registry
from cmsp_agent.services.devices.reading import read_device_facts
from cmsp_agent.services.polling.probe import probe
from cmsp_agent.services.polling.rates import Rates
from cmsp_agent.services.polling.samples import Answers, StateReader, samples
from tests.conformance.test_identify_librenms import registry
from tests.integration.plugins.test_captures import Capture

__all__ = ["registry"]

BROKEN = "windows_svr_2019_1809"
"""The recording with 18 lines that are none."""


async def polled(registry: Registry, file: Path) -> tuple[dict[str, float], list[str]]:
    """What one poll makes of a recording: figures, and every text that is shown to people."""
    capture = Capture(file)
    facts = await read_device_facts(capture, registry)
    kind = registry.identify(facts.sys_object_id, facts.sys_descr)
    assert kind is not None
    plan = await probe(capture, kind)
    answers = Answers(await capture.get(*plan.scalars), await capture.columns(*plan.columns), 1.0)
    figures = samples(plan, answers, Rates(), lambda index: facts.interfaces.get(int(index), index))
    states = StateReader().states(plan, answers, str)
    shown = [facts.sys_name, facts.model, facts.serial, facts.software, *facts.interfaces.values()]
    return figures, [*shown, *figures, *(each.object for each in states)]


@pytest.mark.timeout(120)
async def test_every_recording_is_polled_and_shows_text(
    shared: Path, registry: Registry, record_property: Callable[[str, object], None]
) -> None:
    files = sorted((shared / "testdata").rglob("*.snmprec"))
    figures = 0
    for file in files:
        found, texts = await polled(registry, file)
        figures += len(found)
        assert all(abs(value) < float("inf") for value in found.values()), file
        for text in texts:
            text.encode("utf-8")  # no half of a character
            assert "\0" not in text, file
    record_property("recordings polled", f"{len(files)}, {figures} figures")
    print(len(files), figures)
    assert len(files) > 400


async def test_the_recording_with_broken_lines_is_read_but_for_those(shared: Path, registry: Registry) -> None:
    [file] = (shared / "testdata" / "librenms" / "devices" / "snmpsim").glob(f"{BROKEN}.snmprec")
    found, _ = await polled(registry, file)
    assert found["device.uptime"] > 0
    assert any(name.startswith("if.speed[") for name in found)
