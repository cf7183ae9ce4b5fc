"""The kernel's routes and links: the interface to each network, and whether its cable is in."""

import fcntl
import ipaddress
import socket
import struct
from dataclasses import dataclass
from pathlib import Path

RTF_UP = 0x1
RTF_GATEWAY = 0x2
RTF_REJECT = 0x200
"""A route that refuses: `unreachable` and `prohibit`."""
ATF_COM = 0x2
"""A complete entry of the ARP table."""
PROC = Path("/proc/net")
SIOCGIFFLAGS = 0x8913
"""Asks for an interface's flags (netdevice(7)). /sys may be missing, or another namespace's, in a container."""
IFREQ = "16sH22x"
IFF_UP = 0x1
IFF_RUNNING = 0x40

IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network
IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Route:
    """One route of the main table."""

    interface: str
    network: IpNetwork
    gateway: IpAddress | None
    metric: int


def routes(proc: Path = PROC) -> list[Route]:
    """All routes that are up: /proc/net/route and /proc/net/ipv6_route; an unreadable file counts as empty."""
    return [*_ipv4(proc / "route"), *_ipv6(proc / "ipv6_route")]


def route_to(address: str, known: list[Route]) -> Route | None:
    """The most specific route to an address, or None; loopback has no route of its own in these tables."""
    if not known:
        return None
    try:
        wanted = ipaddress.ip_address(address)
    except ValueError:
        return None
    fitting = [route for route in known if route.network.version == wanted.version and wanted in route.network]
    return max(fitting, key=lambda route: (route.network.prefixlen, -route.metric), default=None)


def leads_to(address: str) -> bool:
    """Whether the kernel has a way to an address at this moment, in any table; sends nothing."""
    return own_address(address) != ""


def own_address(address: str) -> str:
    """The address by which a device sees us, by the kernel's routes; empty where none leads to it. Sends nothing."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as sock:
            sock.connect((address, 9))
            return str(sock.getsockname()[0])
    except OSError:
        return ""


def resolved(address: str, proc: Path = PROC) -> bool | None:
    """Whether the kernel's ARP table has the hardware address; None: it was not asked for, as beyond a gateway."""
    for line in _lines(proc / "arp"):
        fields = line.split()
        if fields[0] == address:
            return bool(int(fields[2], 16) & ATF_COM)
    return None


def default_routes(known: list[Route]) -> list[Route]:
    """Routes with a gateway to everywhere, the preferred ones first."""
    ways = [route for route in known if route.network.prefixlen == 0 and route.gateway is not None]
    return sorted(ways, key=lambda route: route.metric)


def carrier(interface: str) -> bool | None:
    """Whether the interface has a link; None where none of that name can be seen. One that is set down has no link."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            answer = fcntl.ioctl(sock, SIOCGIFFLAGS, struct.pack(IFREQ, interface.encode(), 0))
    except OSError:
        return None
    flags: int = struct.unpack(IFREQ, answer)[1]
    return flags & (IFF_UP | IFF_RUNNING) == IFF_UP | IFF_RUNNING


def _ipv4(path: Path) -> list[Route]:
    found = []
    for line in _lines(path):
        fields = line.split()
        flags = int(fields[3], 16)
        if not flags & RTF_UP or flags & RTF_REJECT:
            continue
        destination, gateway, mask = (_address(fields[column]) for column in (1, 2, 7))
        network = ipaddress.IPv4Network(f"{destination}/{mask}", strict=False)
        found.append(Route(fields[0], network, gateway if flags & RTF_GATEWAY else None, int(fields[6])))
    return found


def _address(text: str) -> ipaddress.IPv4Address:
    """The kernel prints addresses as numbers of the machine's own byte order."""
    return ipaddress.IPv4Address(socket.inet_ntoa(struct.pack("=L", int(text, 16))))


def _ipv6(path: Path) -> list[Route]:
    found = []
    for line in _lines(path, heading=False):
        destination, prefix, _, _, gateway, metric, _, _, flags, interface = line.split()
        if not int(flags, 16) & RTF_UP or interface == "lo":
            continue
        network = ipaddress.IPv6Network((int(destination, 16), int(prefix, 16)), strict=False)
        way = ipaddress.IPv6Address(int(gateway, 16)) if int(flags, 16) & RTF_GATEWAY else None
        found.append(Route(interface, network, way, int(metric, 16)))
    return found


def _lines(path: Path, *, heading: bool = True) -> list[str]:
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return []
    return lines[1:] if heading else lines
