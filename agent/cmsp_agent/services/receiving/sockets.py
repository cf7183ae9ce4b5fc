"""Which sockets the receivers want, by the file, and which of those from systemd fit."""

import ipaddress
import socket
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from cmsp_agent.config.addresses import HostPort
from cmsp_agent.config.configuration import Listeners
from cmsp_agent.transports.listening import EVERYWHERE

DATAGRAM, STREAM = socket.SOCK_DGRAM, socket.SOCK_STREAM


@dataclass(frozen=True, slots=True)
class Wanted:
    """One address and port that a receiver wants."""

    receiver: str
    """`traps`, `syslog-udp`, `syslog-tcp` or `syslog-tls`."""
    key: str
    """The file's key."""
    kind: socket.SocketKind
    address: str
    port: int

    def __str__(self) -> str:
        return f"{self.key} {HostPort(self.address, self.port)}"


def wanted(listen: Listeners) -> list[Wanted]:
    """All that the file asks for, address by address."""
    return [
        Wanted(receiver, key, kind, address, endpoint.port)
        for receiver, key, kind, endpoints in (
            ("traps", "listen.traps", DATAGRAM, listen.traps),
            ("syslog-udp", "listen.syslog", DATAGRAM, listen.syslog),
            ("syslog-tcp", "listen.syslog_tcp", STREAM, listen.syslog_tcp),
            ("syslog-tls", "listen.syslog_tls", STREAM, listen.syslog_tls if listen.tls else ()),
        )
        for endpoint in endpoints
        for address in ((endpoint.address,) if endpoint.address else EVERYWHERE)
    ]


@dataclass(frozen=True, slots=True)
class Handover:
    """What to do with the sockets that systemd handed over.

    Attributes:
        taken: those that the file asks for, with all the places that each serves.
        refused: the others, as people know them; they are to be closed.
    """

    taken: list[tuple[socket.socket, list[Wanted]]]
    refused: list[tuple[socket.socket, str]]


def handover(inherited: Mapping[str, Iterable[socket.socket]], wants: list[Wanted]) -> Handover:
    """Compare what was handed over with what the file asks for: an address more than that is not asked for."""
    left = list(wants)
    result = Handover([], [])
    for name, sockets in inherited.items():
        for sock in sockets:
            served = _served(sock, left)
            if served:
                result.taken.append((sock, served))
                left = [each for each in left if each not in served]
            else:
                result.refused.append((sock, f"{name} {_place(sock)}"))
    return result


def _served(sock: socket.socket, wants: list[Wanted]) -> list[Wanted]:
    """The places that the socket serves; none where it receives at one that nobody wants."""
    if sock.family not in (socket.AF_INET, socket.AF_INET6):
        return []
    port = sock.getsockname()[1]
    here = {each.address: each for each in wants if each.kind == sock.type and each.port == port}
    addresses = list(_addresses(sock))
    return [here[address] for address in addresses] if all(each in here for each in addresses) else []


def _addresses(sock: socket.socket) -> Iterator[str]:
    """The addresses at which it receives: `::` is both families unless it says otherwise."""
    address = str(ipaddress.ip_address(sock.getsockname()[0].partition("%")[0]))
    yield address
    if address == "::" and not sock.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY):
        yield "0.0.0.0"


def _place(sock: socket.socket) -> str:
    name = sock.getsockname()
    if sock.family not in (socket.AF_INET, socket.AF_INET6):
        return str(name)
    return str(HostPort("" if name[0] == "::" else name[0], name[1]))
