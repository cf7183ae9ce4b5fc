"""The recorded cases beside a plugin: what a device says or answers, and what its type should make of it."""

import asyncio
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cmsp_agent.aio.counters import Counters
from cmsp_agent.cli.plugin.recorded import RecordedDevice
from cmsp_agent.model.component import Component
from cmsp_agent.model.errors import PluginError
from cmsp_agent.model.interfaces import Interfaces, canonical
from cmsp_agent.model.signal import SyslogSignal, TrapSignal, Value
from cmsp_agent.pipeline.normalise import Normaliser
from cmsp_agent.plugin.api import DeviceType
from cmsp_agent.plugin.registry import Registry
from cmsp_agent.services.devices.reading import SYS_OBJECT_ID, kind_of, read_device_facts
from cmsp_agent.services.polling.command_samples import NotSupportedHere, ShownReader, ShownReading
from cmsp_agent.services.polling.probe import probe
from cmsp_agent.services.polling.rates import Rates
from cmsp_agent.services.polling.samples import Answers, StateReader, samples

RecordedCase = Mapping[str, Any]
Made = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class CaseOutcome:
    """What came of one case."""

    case: str
    """`file #number`, and its name."""
    expected: Made
    found: Made

    @property
    def holds(self) -> bool:
        """Whether everything that the case expects is so."""
        return all(self.found.get(name) == value for name, value in self.expected.items())

    @property
    def differences(self) -> Iterator[str]:
        """One line for each expectation that is not met."""
        for name, value in self.expected.items():
            if self.found.get(name) != value:
                yield f"{name}: expected {value!r}, found {self.found.get(name)!r}"


class _Typed:
    """An inventory in which every component is of one type."""

    def __init__(self, kind: DeviceType, interfaces: Mapping[str, str]) -> None:
        self._kind = kind
        self._interfaces = interfaces

    def device_type(self, component: str) -> DeviceType:  # noqa: ARG002
        return self._kind

    def interfaces(self, component: str) -> Interfaces:  # noqa: ARG002
        return Interfaces({int(index): canonical(name) for index, name in self._interfaces.items()})


def run(folder: Path, kind: DeviceType, registry: Registry) -> list[CaseOutcome]:
    """Run each case of a folder, in the order of files and cases.

    Raises:
        PluginError: a file can't be read, or a case is of no kind; the text names both.
    """
    return [
        _outcome(file, number, case, kind, registry, document.get("interfaces", {}))
        for file in sorted(folder.glob("*.toml"))
        for document in [_document(file)]
        for number, case in enumerate(document.get("case", ()), 1)
    ]


def _outcome(
    file: Path, number: int, case: RecordedCase, kind: DeviceType, registry: Registry, interfaces: Mapping[str, str]
) -> CaseOutcome:
    title = " ".join(part for part in (f"{file.name} #{number}", case.get("name", "")) if part)
    try:
        return CaseOutcome(title, *asyncio.run(_run(case, kind, registry, interfaces)))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise PluginError(f"{file}, case {number}: {type(error).__name__}: {error}") from error


def _document(file: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PluginError(f"{file}: {error}") from error


async def _run(
    case: RecordedCase, kind: DeviceType, registry: Registry, interfaces: Mapping[str, str]
) -> tuple[Made, Made]:
    known = {**interfaces, **case.get("interfaces", {})}
    if "syslog" in case:
        mnemonic, text = case["syslog"]
        return _expected(case), {"means": _meaning(kind, SyslogSignal("device", 1, mnemonic, text), known)}
    if "trap" in case:
        bindings = tuple((oid, _value(value)) for oid, value in case.get("varbinds", ()))
        return _expected(case), {"means": _meaning(kind, TrapSignal("device", 1, case["trap"], bindings), known)}
    if "command" in case:
        return _polled(case), _shown(case, kind)
    if "means" in case:
        return case["means"], await _identity(case, registry)
    return _polled(case), await _poll(case, kind, known)


def _expected(case: RecordedCase) -> Made:
    return {"means": case["means"]}


def _meaning(kind: DeviceType, signal: SyslogSignal | TrapSignal, interfaces: Mapping[str, str]) -> list[list[str]]:
    components = {"device": Component("device", ("192.0.2.1",), "site")}
    normaliser = Normaliser(components, _Typed(kind, interfaces), Counters())
    return [[event.type, event.object, event.state.value] for event in normaliser(signal)]


def _polled(case: RecordedCase) -> Made:
    expected = {name: case[name] for name in ("samples", "states", "unsupported") if name in case}
    if "states" in expected:
        expected["states"] = sorted(expected["states"])
    return expected


async def _poll(case: RecordedCase, kind: DeviceType, interfaces: Mapping[str, str]) -> Made:
    device = RecordedDevice({oid: _octets(value) for oid, value in case["objects"].items()})
    plan = await probe(device, kind)
    answers = Answers(await device.get(*plan.scalars), await device.columns(*plan.columns), 1.0)
    named: Callable[[str], str] = lambda index: interfaces.get(index, index)  # noqa: E731
    states = StateReader().states(plan, answers, named)
    return {
        "samples": samples(plan, answers, Rates(), named),
        "states": sorted([seen.type, seen.object, seen.raised] for seen in states),
        "unsupported": [name for name in case.get("unsupported", ()) if name in plan.unsupported],
    }


def _shown(case: RecordedCase, kind: DeviceType) -> Made:
    [table] = [each for each in kind.tables if each.command == case["command"]]
    reader, reading = ShownReader(), ShownReading()
    try:
        for output in (case["before"], case["output"]) if "before" in case else (case["output"],):
            reading = ShownReading()
            reader.read(table, output, reading)
    except NotSupportedHere:
        return {"unsupported": [table.command]}
    states = sorted([seen.type, seen.object, seen.raised] for seen in reading.states.values())
    return {"samples": reading.samples, "states": states}


async def _identity(case: RecordedCase, registry: Registry) -> Made:
    objects = {oid: value if oid == SYS_OBJECT_ID else _octets(value) for oid, value in case["objects"].items()}
    facts = await read_device_facts(RecordedDevice(objects), registry)
    kind = kind_of(facts, registry)
    os = {"os": kind.identity.system(facts.sys_descr)} if kind is not None and "os" in case["means"] else {}
    return os | {
        "type": kind.name if kind is not None else "",
        "version": facts.software,
        "model": facts.model,
        "serial": facts.serial,
    }


def _octets(value: Value) -> Value:
    return value.encode() if isinstance(value, str) else value


def _value(value: Value) -> Value:
    """A value of a varbind; text that reads as an OID is one."""
    return value.encode() if isinstance(value, str) and not value.startswith("1.3.") else value
