"""Asks a device what it is, and what it has: kind, software, parts, interfaces, addresses, neighbours."""

import re
from collections.abc import Iterator, Mapping
from typing import Protocol

from cmsp_agent.model.interfaces import IF_DESCR, IF_NAME, canonical, numbered, octets_name
from cmsp_agent.model.signal import Value
from cmsp_agent.plugin import identity
from cmsp_agent.plugin.api import DeviceType, Identity, Sign
from cmsp_agent.plugin.registry import Registry
from cmsp_agent.services.devices.entities import ENTITIES, chassis, entities
from cmsp_agent.services.devices.facts import DeviceFacts, InterfaceFacts
from cmsp_agent.services.devices.neighbours import NEIGHBOURS, neighbours
from cmsp_agent.services.devices.table_cells import SnmpTables, dotted_address, mac, text

SYS_DESCR, SYS_OBJECT_ID, SYS_NAME = (f"1.3.6.1.2.1.1.{n}.0" for n in (1, 2, 5))
SYSTEM = (SYS_DESCR, SYS_OBJECT_ID, SYS_NAME)
IP_AD_ENT_IF_INDEX, IP_ADDRESS_IF_INDEX = "1.3.6.1.2.1.4.20.1.2", "1.3.6.1.2.1.4.34.1.3"
IF_PHYS_ADDRESS, IF_HIGH_SPEED, IF_ALIAS = "1.3.6.1.2.1.2.2.1.6", "1.3.6.1.2.1.31.1.1.1.15", "1.3.6.1.2.1.31.1.1.1.18"
IP_ADDRESS_TYPE, BROADCAST = "1.3.6.1.2.1.4.34.1.4", 3
INTERFACES = (
    *(IF_DESCR, IF_NAME, IF_PHYS_ADDRESS, IF_HIGH_SPEED, IF_ALIAS),
    *(IP_AD_ENT_IF_INDEX, IP_ADDRESS_IF_INDEX, IP_ADDRESS_TYPE),
)
MOST_ROWS = 5_000
MOST_SIGNS = 500
"""Rows of a table in which a sign is looked for."""

NO_NAMES: Mapping[int, str] = {}
_OTHER = "".join(rf"(?<!{what} )" for what in ("HW", "Hardware", "Boot", "Bootloader", "BIOS", "MIB", "Kernel"))
_VERSION = re.compile(rf"(?i:{_OTHER})\bVersion:?\s+v?([^,;\s]+)")
"""The first version in a sysDescr that is not that of something else."""


class ReadingSession(Protocol):
    """What reading the inventory needs of an SNMP session (see transports.snmp.session)."""

    async def get(self, *oids: str) -> Mapping[str, Value]:
        """Read instances; what the device lacks is absent."""
        ...

    async def columns(self, *columns: str, limit: int = 10_000) -> Mapping[str, Mapping[str, Value]]:
        """Read whole columns: column → index → value."""
        ...


async def read_device_facts(
    session: ReadingSession, registry: Registry, called: Mapping[int, str] = NO_NAMES, *, whole: bool = True
) -> DeviceFacts:
    """Ask a device who it is; where it says so depends on the type that it is identified as.

    Args:
        session: asks it.
        registry: the types that there are.
        called: what its interfaces were called before, by ifIndex.
        whole: its parts, interfaces and neighbours, too, which takes most of the time.

    Raises:
        DeviceError: it does not answer, or answers nonsense.
    """
    system = await session.get(*SYSTEM)
    tables: dict[str, Mapping[str, Value]] = {}
    for columns in (INTERFACES, ENTITIES, NEIGHBOURS) if whole else ():
        tables.update(await session.columns(*columns, limit=MOST_ROWS))
    descr, object_id = text(system.get(SYS_DESCR)), text(system.get(SYS_OBJECT_ID)).lstrip(".")
    mistaken: list[str] = []
    to_show = [kind.name for kind in registry if kind.shown_by]
    while (kind := registry.identify(object_id, descr, mistaken, to_show)) is not None:
        if not await _only_looks_like(session, kind):
            break
        mistaken.append(kind.name)
    if kind is None or kind.fallback:
        kind = await _found_by_sign(session, registry) or kind
    declared = kind.identity if kind else Identity()
    asked = [oid for oid in declared.oids if oid not in system]
    values = {**system, **(await session.get(*asked) if asked else {})}
    serial, model, chassis_software = chassis(tables)
    interfaces = interface_names(tables, called)
    named = identity.read(declared.version, values) or software(descr) or _before_comma(chassis_software)
    return DeviceFacts(
        sys_object_id=object_id,
        sys_descr=descr,
        looks_like=tuple(mistaken),
        shown=kind.name if kind and (kind.shown_by or kind.found_by) else "",
        sys_name=text(system.get(SYS_NAME)),
        software=(chassis_software if declared.in_chassis(descr) else "") or identity.one_spelling(named),
        model=identity.model(declared, values, model, object_id),
        serial=identity.serial_number(identity.read(declared.serial, values)) or serial,
        entities=entities(tables),
        interfaces=interfaces,
        interface_descriptions=interface_descriptions(tables, interfaces),
        interface_facts=_interface_facts(tables, interfaces),
        addresses=tuple(sorted({address for address, _ in _addresses(tables)})),
        neighbours=neighbours(tables, interfaces),
    )


def kind_of(facts: DeviceFacts, registry: Registry) -> DeviceType | None:
    """The device type of what a device said of itself; None: no type takes it."""
    shown = (facts.shown,) if facts.shown else ()
    return registry.identify(facts.sys_object_id, facts.sys_descr, facts.looks_like, shown)


async def _only_looks_like(session: ReadingSession, kind: DeviceType) -> bool:
    """Whether a sign tells that the device is not of this type, or none of those that it has to show is there."""
    if kind.fallback:
        return False
    if kind.not_with:
        shown = await session.columns(*(sign.subtree for sign in kind.not_with), limit=1)
        if any(sign.is_on(shown[sign.subtree]) for sign in kind.not_with):
            return True
    return bool(kind.shown_by) and not await _shows_one(session, kind.shown_by)


async def _found_by_sign(session: ReadingSession, registry: Registry) -> DeviceType | None:
    """The first device type one of whose signs the device shows, where sysObjectID and sysDescr say none."""
    for kind in registry:
        if kind.found_by and await _shows_one(session, kind.found_by):
            return kind
    return None


async def _shows_one(session: ReadingSession, signs: tuple[Sign, ...]) -> bool:
    """One after the other: a call manager does not answer for several of its tables at once."""
    for sign in signs:
        shown = await session.columns(sign.subtree, limit=MOST_SIGNS if sign.pattern else 1)
        if sign.is_on(shown[sign.subtree]) and not (sign.unless and await _has(session, sign.unless)):
            return True
    return False


async def _has(session: ReadingSession, subtree: str) -> bool:
    return bool((await session.columns(subtree, limit=1))[subtree])


def _before_comma(revision: str) -> str:
    """A release that a chassis says, without what follows it (`15.7(3)M3, RELEASE SOFTWARE (fc2)`)."""
    return revision.partition(",")[0]


def software(descr: str) -> str:
    """The release in a sysDescr, as the maker prints it; of IOS-XE's two spellings the short one."""
    found = _VERSION.search(descr)
    return identity.one_spelling(found.group(1)) if found else ""


def interface_names(tables: SnmpTables, called: Mapping[int, str] = NO_NAMES) -> dict[int, str]:
    """Each by a name of its own: one without a name has its ifIndex, a namesake has it appended.

    Namesakes that come or go later change nothing: who was called so before is called so still.
    """
    names, descriptions = tables.get(IF_NAME, {}), tables.get(IF_DESCR, {})
    rows = {int(row): row for row in {**descriptions, **names} if row.isdigit()}
    found = {
        index: canonical(octets_name(names.get(row)) or octets_name(descriptions.get(row)))
        for index, row in sorted(rows.items())
    }
    kept = {index: called[index] for index, name in found.items() if name and called.get(index) in _own(name, index)}
    taken = {"", *kept.values()}
    for index, name in found.items():
        found[index] = kept.get(index) or (numbered(name, index) if name in taken else name)
        taken.add(name)
    return found


def _own(name: str, index: int) -> tuple[str, str]:
    """What an interface of this name may be called."""
    return name, numbered(name, index)


def interface_descriptions(tables: SnmpTables, names: Mapping[int, str]) -> dict[int, str]:
    """Each ifDescr in its canonical form, where it differs from the name."""
    found = {
        int(row): canonical(octets_name(value)) for row, value in tables.get(IF_DESCR, {}).items() if row.isdigit()
    }
    return {index: said for index, said in found.items() if said and said != names.get(index)}


def _interface_facts(tables: SnmpTables, names: Mapping[int, str]) -> dict[str, InterfaceFacts]:
    addresses: dict[int, list[str]] = {}
    for address, index in sorted(_addresses(tables)):
        addresses.setdefault(index, []).append(address)
    found = {}
    for index, name in names.items():
        speed = tables.get(IF_HIGH_SPEED, {}).get(str(index))
        facts = InterfaceFacts(
            octets_name(tables.get(IF_ALIAS, {}).get(str(index))),
            speed if isinstance(speed, int) and not isinstance(speed, bool) else 0,
            mac(tables.get(IF_PHYS_ADDRESS, {}).get(str(index))),
            tuple(dict.fromkeys(addresses.get(index, ()))),
        )
        if facts != InterfaceFacts():
            found[name] = facts
    return found


def _addresses(tables: SnmpTables) -> Iterator[tuple[str, int]]:
    """Each address with its ifIndex. RFC 4293's table also lists broadcast addresses; they are left out."""
    for index, interface in tables.get(IP_AD_ENT_IF_INDEX, {}).items():
        yield from _address(index.split("."), interface)
    for index, interface in tables.get(IP_ADDRESS_IF_INDEX, {}).items():
        kind, _, rest = index.partition(".")  # InetAddressType, then the length and the octets
        if kind in ("1", "2") and tables.get(IP_ADDRESS_TYPE, {}).get(index) != BROADCAST:
            yield from _address(rest.split(".")[1:], interface)


def _address(octets: list[str], interface: Value) -> Iterator[tuple[str, int]]:
    if found := dotted_address(octets):
        yield found, interface if isinstance(interface, int) else 0
