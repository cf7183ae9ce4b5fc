"""What is known of the devices themselves: kind, software, serial numbers, interfaces, addresses.

Polling asks for it. It is decoded here and kept in memory, where names of an ifIndex are looked up; `storage` keeps it.
"""

import ipaddress
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from cmsp_agent.model.component import Component
from cmsp_agent.model.interfaces import IF_DESCR, IF_NAME, Interfaces, canonical, numbered, octets_name
from cmsp_agent.model.signal import Value
from cmsp_agent.plugin import identity
from cmsp_agent.plugin.api import DeviceType, Identity
from cmsp_agent.plugin.registry import UNKNOWN, Registry
from cmsp_agent.services.devices.unreadable import UnreadableObjects

SYS_DESCR, SYS_OBJECT_ID, SYS_NAME = (f"1.3.6.1.2.1.1.{n}.0" for n in (1, 2, 5))
SYSTEM = (SYS_DESCR, SYS_OBJECT_ID, SYS_NAME)
IP_AD_ENT_IF_INDEX, IP_ADDRESS_IF_INDEX = "1.3.6.1.2.1.4.20.1.2", "1.3.6.1.2.1.4.34.1.3"
INTERFACES = (IF_DESCR, IF_NAME, IP_AD_ENT_IF_INDEX, IP_ADDRESS_IF_INDEX)
ENTITY = "1.3.6.1.2.1.47.1.1.1.1"
ENT_CLASS, ENT_NAME, ENT_SOFTWARE, ENT_SERIAL, ENT_MODEL = (f"{ENTITY}.{n}" for n in (5, 7, 10, 11, 13))
ENTITIES = (ENT_CLASS, ENT_NAME, ENT_SOFTWARE, ENT_SERIAL, ENT_MODEL)
CHASSIS, STACK, MODULE = 3, 11, 9
MOST_ROWS = 5_000
LONGEST = 255
NO_INTERFACES = Interfaces()

_VERSION = re.compile(r"\bVersion:?\s+v?([^,\s]+)")


@dataclass(frozen=True, slots=True)
class Module:
    """A part of a device (ENTITY-MIB, class module)."""

    name: str
    model: str
    serial: str


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """What a device says of itself."""

    sys_object_id: str = ""
    sys_descr: str = ""
    sys_name: str = ""
    software: str = ""
    model: str = ""
    serial: str = ""
    modules: tuple[Module, ...] = ()
    interfaces: Mapping[int, str] = field(default_factory=dict)
    """ifIndex → canonical ifName (ifDescr where there is no ifName)."""
    interface_descriptions: Mapping[int, str] = field(default_factory=dict)
    """ifIndex → canonical ifDescr, where it differs from the name."""
    addresses: tuple[str, ...] = ()
    """Its own, of all interfaces."""
    quirks: Mapping[str, int | str | Mapping[str, str]] = field(default_factory=dict)
    """How it departs from the standards, found by probing (transports.snmp.target.Quirks)."""


class ReadingSession(Protocol):
    """What reading the inventory needs of an SNMP session (see transports.snmp.session)."""

    async def get(self, *oids: str) -> Mapping[str, Value]:
        """Read instances; what the device lacks is absent."""
        ...

    async def columns(self, *columns: str, limit: int = 10_000) -> Mapping[str, Mapping[str, Value]]:
        """Read whole columns: column → index → value."""
        ...


async def read_device_facts(session: ReadingSession, registry: Registry) -> DeviceFacts:
    """Ask a device who it is; where it says so depends on the type that it is identified as.

    Raises:
        DeviceError: it does not answer, or answers nonsense.
    """
    system = await session.get(*SYSTEM)
    tables = await session.columns(*INTERFACES, *ENTITIES, limit=MOST_ROWS)
    descr, object_id = _text(system.get(SYS_DESCR)), _text(system.get(SYS_OBJECT_ID)).lstrip(".")
    kind = registry.identify(object_id, descr)
    declared = kind.identity if kind else Identity()
    asked = [oid for oid in declared.oids if oid not in system]
    values = {**system, **(await session.get(*asked) if asked else {})}
    serial, model, chassis_software = _chassis(tables)
    interfaces = interface_names(tables)
    named = identity.read(declared.version, values) or software(descr)
    return DeviceFacts(
        sys_object_id=object_id,
        sys_descr=descr,
        sys_name=_text(system.get(SYS_NAME)),
        software=(chassis_software if declared.chassis_tells_version else "") or identity.one_spelling(named),
        model=identity.model(declared, values, model, object_id),
        serial=identity.read(declared.serial, values) or serial,
        modules=_modules(tables),
        interfaces=interfaces,
        interface_descriptions=interface_descriptions(tables, interfaces),
        addresses=tuple(sorted(set(_addresses(tables)))),
    )


def software(descr: str) -> str:
    """The release in a sysDescr, as the maker prints it; of IOS-XE's two spellings the short one."""
    found = _VERSION.search(descr)
    return identity.one_spelling(found.group(1)) if found else ""


def _chassis(tables: Mapping[str, Mapping[str, Value]]) -> tuple[str, str, str]:
    """Serial number, model and release of the chassis, else of the stack, else of the first part that has both."""
    classes = tables.get(ENT_CLASS, {})
    serials = {index: _text(value) for index, value in tables.get(ENT_SERIAL, {}).items()}
    models = {index: _text(value) for index, value in tables.get(ENT_MODEL, {}).items()}
    numbered = [index for index, serial in serials.items() if serial]
    by_class = [index for wanted in (CHASSIS, STACK) for index in numbered if classes.get(index) == wanted]
    others = [] if classes else [index for index in numbered if models.get(index)]
    first = next(iter([*by_class, *others]), "")
    return serials.get(first, ""), models.get(first, ""), _text(tables.get(ENT_SOFTWARE, {}).get(first))


def _modules(tables: Mapping[str, Mapping[str, Value]]) -> tuple[Module, ...]:
    def cell(column: str, index: str) -> str:
        return _text(tables.get(column, {}).get(index))

    return tuple(
        Module(cell(ENT_NAME, index), cell(ENT_MODEL, index), cell(ENT_SERIAL, index))
        for index, kind in tables.get(ENT_CLASS, {}).items()
        if kind == MODULE and cell(ENT_MODEL, index)
    )


def interface_names(tables: Mapping[str, Mapping[str, Value]]) -> dict[int, str]:
    """Each by a name of its own: one without a name has its ifIndex, a namesake has it appended."""
    names, descriptions = tables.get(IF_NAME, {}), tables.get(IF_DESCR, {})
    rows = {int(row): row for row in {**descriptions, **names} if row.isdigit()}
    found = {
        index: canonical(octets_name(names.get(row)) or octets_name(descriptions.get(row)))
        for index, row in sorted(rows.items())
    }
    taken: set[str] = {""}
    for index, name in found.items():
        found[index] = numbered(name, index) if name in taken else name
        taken.add(name)
    return found


def interface_descriptions(tables: Mapping[str, Mapping[str, Value]], names: Mapping[int, str]) -> dict[int, str]:
    """Each ifDescr in its canonical form, where it differs from the name."""
    found = {
        int(row): canonical(octets_name(value)) for row, value in tables.get(IF_DESCR, {}).items() if row.isdigit()
    }
    return {index: text for index, text in found.items() if text and text != names.get(index)}


def _addresses(tables: Mapping[str, Mapping[str, Value]]) -> Iterator[str]:
    for index in tables.get(IP_AD_ENT_IF_INDEX, {}):
        yield from _address(index.split("."))
    for index in tables.get(IP_ADDRESS_IF_INDEX, {}):
        kind, _, rest = index.partition(".")  # InetAddressType, then the length and the octets
        octets = rest.split(".")[1:]
        if kind in ("1", "2"):
            yield from _address(octets)


def _address(octets: list[str]) -> Iterator[str]:
    try:
        yield str(ipaddress.ip_address(bytes(int(octet) for octet in octets)))
    except ValueError:
        return  # an index that is no address: the device's mistake, and no reason to lose the others


def _text(value: Value | None) -> str:
    if value is None:
        return ""
    plain = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    return plain.strip("\0 \r\n\t")[:LONGEST]


class Devices:
    """The devices as they are known now: the pipeline's `Inventory`."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._components: Mapping[str, Component] = {}
        self._facts: dict[str, DeviceFacts] = {}
        self._types: dict[str, DeviceType] = {}
        self.unreadable = UnreadableObjects()
        """Values of theirs that could not be decoded."""

    def configure(self, components: Mapping[str, Component]) -> None:
        """Take the components of a configuration; what was learned of those that stay is kept."""
        self._components = components
        self._facts = {name: facts for name, facts in self._facts.items() if name in components}
        self._types = {name: self._judge(name) for name in components}

    @property
    def registry(self) -> Registry:
        """The device types that there are."""
        return self._registry

    @property
    def components(self) -> Mapping[str, Component]:
        """The components of the configuration in force, with addresses in place of names."""
        return self._components

    def device_type(self, component: str) -> DeviceType:
        """The type that a component was configured with or identified as; the most general one until then."""
        return self._types.get(component, UNKNOWN)

    def interfaces(self, component: str) -> Interfaces:
        """The interfaces of a component; none where its inventory was not read yet."""
        facts = self._facts.get(component)
        return Interfaces(facts.interfaces, facts.interface_descriptions) if facts else NO_INTERFACES

    def facts(self, component: str) -> DeviceFacts | None:
        """What a device said of itself when it was last asked."""
        return self._facts.get(component)

    def learn(self, component: str, facts: DeviceFacts) -> bool:
        """Take what a device says of itself; True where anything differs from before."""
        if component not in self._components or self._facts.get(component) == facts:
            return False
        self._facts[component] = facts
        self._types[component] = self._judge(component)
        return True

    def _judge(self, name: str) -> DeviceType:
        component = self._components[name]
        configured = self._registry.named(component.type)
        facts = self._facts.get(name)
        if configured is None and facts is not None and facts.sys_object_id:
            found = self._registry.identify(facts.sys_object_id, facts.sys_descr)
            if found is not None:
                return found
        return self._registry.initial(component.type, has_snmp=component.credentials.snmp is not None)


def to_record(facts: DeviceFacts, device_type: str) -> dict[str, Any]:
    """As the database keeps it and as the head-end gets it."""
    return {
        "device_type": device_type,
        "sys_object_id": facts.sys_object_id,
        "sys_descr": facts.sys_descr,
        "sys_name": facts.sys_name,
        "software": facts.software,
        "model": facts.model,
        "serial": facts.serial,
        "modules": [{"name": part.name, "model": part.model, "serial": part.serial} for part in facts.modules],
        "interfaces": {str(index): name for index, name in facts.interfaces.items()},
        "interface_descriptions": {str(index): text for index, text in facts.interface_descriptions.items()},
        "addresses": list(facts.addresses),
        "quirks": dict(facts.quirks),
    }


def from_record(record: Mapping[str, Any]) -> DeviceFacts:
    """The inverse, for the start; what an older version did not keep is empty."""
    return DeviceFacts(
        sys_object_id=record.get("sys_object_id", ""),
        sys_descr=record.get("sys_descr", ""),
        sys_name=record.get("sys_name", ""),
        software=record.get("software", ""),
        model=record.get("model", ""),
        serial=record.get("serial", ""),
        modules=tuple(Module(part["name"], part["model"], part["serial"]) for part in record.get("modules", ())),
        interfaces={int(index): name for index, name in record.get("interfaces", {}).items()},
        interface_descriptions={int(index): text for index, text in record.get("interface_descriptions", {}).items()},
        addresses=tuple(record.get("addresses", ())),
        quirks=dict(record.get("quirks", {})),
    )
