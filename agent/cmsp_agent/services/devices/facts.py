"""What a device says of itself, as facts, and as the database keeps them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Entity:
    """A row of the ENTITY tree: a chassis, a module, a power supply, what is plugged into a port."""

    name: str
    """entPhysicalName, else entPhysicalDescr; with its index where others are called so too."""
    kind: str = ""
    """entPhysicalClass in words."""
    within: str = ""
    """The name of the part that it sits in; empty: none that is listed."""
    description: str = ""
    model: str = ""
    serial: str = ""
    hardware: str = ""
    firmware: str = ""
    software: str = ""


@dataclass(frozen=True, slots=True)
class InterfaceFacts:
    """An interface as it is set up, not how it is."""

    description: str = ""
    """ifAlias: what people wrote."""
    speed: int = 0
    """Mbit/s; 0: not said."""
    mac: str = ""
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A device that another one sees on an interface, by CDP or LLDP."""

    interface: str
    name: str
    port: str = ""
    address: str = ""
    platform: str = ""
    protocol: str = ""
    """`cdp` or `lldp`."""


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """What a device says of itself."""

    sys_object_id: str = ""
    sys_descr: str = ""
    looks_like: tuple[str, ...] = ()
    """The device types that sysObjectID and sysDescr say, where something else tells that it is none of them."""
    shown: str = ""
    """The device type that it shows itself to be, where sysObjectID and sysDescr are not enough."""
    sys_name: str = ""
    software: str = ""
    model: str = ""
    serial: str = ""
    entities: tuple[Entity, ...] = ()
    """Its parts, as a tree (`within`)."""
    interfaces: Mapping[int, str] = field(default_factory=dict)
    """ifIndex → canonical ifName (ifDescr where there is no ifName)."""
    interface_descriptions: Mapping[int, str] = field(default_factory=dict)
    """ifIndex → canonical ifDescr, where it differs from the name."""
    interface_facts: Mapping[str, InterfaceFacts] = field(default_factory=dict)
    """Name → what is set up on it; interfaces of which nothing is known are left out."""
    addresses: tuple[str, ...] = ()
    """Its own, of all interfaces."""
    neighbours: tuple[Neighbour, ...] = ()
    credential: str = ""
    """The name of the SNMP credential that works, where the component has several."""
    quirks: Mapping[str, int | str | Mapping[str, str]] = field(default_factory=dict)
    """How it departs from the standards, found by probing (transports.snmp.target.Quirks)."""


def to_record(facts: DeviceFacts, device_type: str) -> dict[str, Any]:
    """As the database keeps it and as the head-end gets it."""
    return {
        "device_type": device_type,
        "sys_object_id": facts.sys_object_id,
        "sys_descr": facts.sys_descr,
        "looks_like": list(facts.looks_like),
        "shown": facts.shown,
        "sys_name": facts.sys_name,
        "software": facts.software,
        "model": facts.model,
        "serial": facts.serial,
        "entities": [_short(entity) for entity in facts.entities],
        "interfaces": {str(index): name for index, name in facts.interfaces.items()},
        "interface_descriptions": {str(index): text for index, text in facts.interface_descriptions.items()},
        "interface_facts": {name: _short(each) for name, each in facts.interface_facts.items()},
        "addresses": list(facts.addresses),
        "neighbours": [_short(neighbour) for neighbour in facts.neighbours],
        "credential": facts.credential,
        "quirks": dict(facts.quirks),
    }


def _short(fact: Entity | InterfaceFacts | Neighbour) -> dict[str, Any]:
    """A fact without what is empty."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(fact).items() if value}


def _names(kept: Sequence[str] | str) -> tuple[str, ...]:
    """An older version kept one name."""
    return tuple(filter(None, [kept] if isinstance(kept, str) else kept))


def from_record(record: Mapping[str, Any]) -> DeviceFacts:
    """The inverse, for the start; what an older version did not keep is empty."""
    return DeviceFacts(
        sys_object_id=record.get("sys_object_id", ""),
        sys_descr=record.get("sys_descr", ""),
        looks_like=_names(record.get("looks_like", ())),
        shown=record.get("shown", ""),
        sys_name=record.get("sys_name", ""),
        software=record.get("software", ""),
        model=record.get("model", ""),
        serial=record.get("serial", ""),
        entities=tuple(Entity(**each) for each in record.get("entities", ())),
        interfaces={int(index): name for index, name in record.get("interfaces", {}).items()},
        interface_descriptions={int(index): text for index, text in record.get("interface_descriptions", {}).items()},
        interface_facts={
            name: InterfaceFacts(**{**each, "addresses": tuple(each.get("addresses", ()))})
            for name, each in record.get("interface_facts", {}).items()
        },
        addresses=tuple(record.get("addresses", ())),
        neighbours=tuple(Neighbour(**each) for each in record.get("neighbours", ())),
        credential=record.get("credential", ""),
        quirks=dict(record.get("quirks", {})),
    )
