"""The addresses around a device: who stands in its ARP and neighbour tables, and where its routes lead. Pure."""

from collections.abc import Iterator

from cmsp_agent.services.devices.table_cells import SnmpTables, address, dotted_address

ARP, ARP_BY_INDEX = "1.3.6.1.2.1.4.22.1.2", "1.3.6.1.2.1.4.35.1.4"
"""ipNetToMediaPhysAddress, ipNetToPhysicalPhysAddress: the neighbour's address is in the index."""
NEXT_HOP, CIDR_IF_INDEX = "1.3.6.1.2.1.4.21.1.7", "1.3.6.1.2.1.4.24.4.1.5"
"""ipRouteNextHop; ipCidrRouteIfIndex, whose index ends with the next hop."""
AROUND = (ARP, ARP_BY_INDEX, NEXT_HOP, CIDR_IF_INDEX)
NOWHERE = frozenset({"", "0.0.0.0", "::"})
MOST_ROUTES = 2_000


def around(tables: SnmpTables) -> list[tuple[str, str]]:
    """(`arp` or `route`, address), each address once."""
    found: dict[str, str] = {}
    for how, each in (*_arp(tables), *_routes(tables)):
        if each not in NOWHERE:
            found.setdefault(each, how)
    return [(how, each) for each, how in found.items()]


def _arp(tables: SnmpTables) -> Iterator[tuple[str, str]]:
    for index in tables.get(ARP, {}):
        yield "arp", dotted_address(index.split(".")[1:])
    for index in tables.get(ARP_BY_INDEX, {}):
        arcs = index.split(".")  # ifIndex, InetAddressType, length, octets
        yield "arp", dotted_address(arcs[3:]) if arcs[1:2] in (["1"], ["2"]) else ""


def _routes(tables: SnmpTables) -> Iterator[tuple[str, str]]:
    for value in tables.get(NEXT_HOP, {}).values():
        yield "route", address(value) if isinstance(value, bytes) else str(value)
    for index in tables.get(CIDR_IF_INDEX, {}):
        arcs = index.split(".")  # destination, mask, type of service, next hop
        yield "route", dotted_address(arcs[9:]) if len(arcs) == 13 else ""
