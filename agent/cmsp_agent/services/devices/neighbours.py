"""Who stands next to a device: CDP (CISCO-CDP-MIB) and LLDP (IEEE 802.1AB, LLDP-MIB). Pure."""

from collections.abc import Iterator, Mapping

from cmsp_agent.model.interfaces import canonical
from cmsp_agent.services.devices.facts import Neighbour
from cmsp_agent.services.devices.table_cells import SnmpTables, address, cell, dotted_address, mac

_CDP = "1.3.6.1.4.1.9.9.23.1.2.1.1"
CDP_ADDRESS, CDP_DEVICE, CDP_PORT, CDP_PLATFORM = (f"{_CDP}.{n}" for n in (4, 6, 7, 8))
_LLDP = "1.0.8802.1.1.2.1"
LLDP_CHASSIS, LLDP_PORT, LLDP_PORT_DESCR, LLDP_NAME, LLDP_DESCR = (f"{_LLDP}.4.1.1.{n}" for n in (5, 7, 8, 9, 10))
LLDP_ADDRESS = f"{_LLDP}.4.2.1.3"
"""lldpRemManAddrIfSubtype: the address is in its index."""
LLDP_OWN_PORT, LLDP_OWN_DESCR = (f"{_LLDP}.3.7.1.{n}" for n in (3, 4))
NEIGHBOURS = (
    CDP_ADDRESS,
    CDP_DEVICE,
    CDP_PORT,
    CDP_PLATFORM,
    LLDP_CHASSIS,
    LLDP_PORT,
    LLDP_PORT_DESCR,
    LLDP_NAME,
    LLDP_DESCR,
    LLDP_ADDRESS,
    LLDP_OWN_PORT,
    LLDP_OWN_DESCR,
)
MOST_NEIGHBOURS = 500


def neighbours(tables: SnmpTables, interfaces: Mapping[int, str]) -> tuple[Neighbour, ...]:
    """All of them, in the order of their interfaces; what both protocols show is one, as CDP has it."""
    found: dict[tuple[str, str], Neighbour] = {}
    for each in (*_cdp(tables, interfaces), *_lldp(tables, interfaces)):
        found.setdefault((each.interface, _short(each.name)), each)
    ordered = sorted(found.values(), key=lambda each: (each.interface, each.name))
    return tuple(ordered[:MOST_NEIGHBOURS])


def _short(name: str) -> str:
    """CDP says the domain where LLDP may not; a Nexus adds its serial number in brackets."""
    return name.partition("(")[0].partition(".")[0].lower()


def _cdp(tables: SnmpTables, interfaces: Mapping[int, str]) -> Iterator[Neighbour]:
    addresses = tables.get(CDP_ADDRESS, {})
    for index in tables.get(CDP_DEVICE, {}):
        octets, number = addresses.get(index), index.partition(".")[0]
        name = cell(tables, CDP_DEVICE, index)
        if name:
            yield Neighbour(
                _interface(number, interfaces),
                name,
                canonical(cell(tables, CDP_PORT, index)),
                address(octets) if isinstance(octets, bytes) else "",
                cell(tables, CDP_PLATFORM, index),
                "cdp",
            )


def _interface(number: str, interfaces: Mapping[int, str]) -> str:
    known = interfaces.get(int(number)) if number.isdecimal() else None
    return known or f"ifIndex {number}"


def _lldp(tables: SnmpTables, interfaces: Mapping[int, str]) -> Iterator[Neighbour]:
    addresses = dict(_lldp_addresses(tables))
    for index in tables.get(LLDP_CHASSIS, {}):
        port = [*index.split("."), ""][1]
        yield Neighbour(
            _own_port(tables, port, interfaces),
            cell(tables, LLDP_NAME, index) or _hardware(tables, LLDP_CHASSIS, index),
            canonical(_hardware(tables, LLDP_PORT, index) or cell(tables, LLDP_PORT_DESCR, index)),
            addresses.get(index, ""),
            cell(tables, LLDP_DESCR, index).partition("\n")[0][:80],
            "lldp",
        )


def _hardware(tables: SnmpTables, column: str, index: str) -> str:
    """An id that may be a hardware address."""
    value = tables.get(column, {}).get(index)
    plain = isinstance(value, bytes) and all(32 <= octet < 127 for octet in value)
    return ("" if plain else mac(value)) or cell(tables, column, index)


def _own_port(tables: SnmpTables, port: str, interfaces: Mapping[int, str]) -> str:
    """The local interface: by its name where the port's id is one, else by the number, which most make equal."""
    named = [canonical(cell(tables, column, port)) for column in (LLDP_OWN_PORT, LLDP_OWN_DESCR)]
    known = set(interfaces.values())
    return (
        next((name for name in named if name in known), "")
        or (interfaces.get(int(port), "") if port.isdecimal() else "")
        or next((name for name in named if name), f"port {port}")
    )


def _lldp_addresses(tables: SnmpTables) -> Iterator[tuple[str, str]]:
    """Row of a neighbour → its management address: timeMark, port, number, then subtype, length and octets."""
    for index in tables.get(LLDP_ADDRESS, {}):
        arcs = index.split(".")
        found = dotted_address(arcs[5:]) if len(arcs) > 5 and arcs[3] in ("1", "2") else ""
        if found:
            yield ".".join(arcs[:3]), found
