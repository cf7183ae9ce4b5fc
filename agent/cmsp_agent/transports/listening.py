"""Sockets to receive on: bound here, or handed over by systemd (sd_listen_fds). Receives nothing itself."""

import errno
import os
import socket
import struct
from collections.abc import Mapping, MutableMapping

from cmsp_agent.model.errors import CannotListen
from cmsp_agent.transports.port_holder import port_holder

BUFFER = 32 << 20
"""Octets of receive buffer asked for: 100,000 datagrams/s outlast a pause of the process of about half a second."""
EVERYWHERE = ("0.0.0.0", "::")

_FIRST_INHERITED = 3
_SO_RCVBUFFORCE = 33
_SO_MEMINFO = 55
_MEMINFO = struct.Struct("9I")
_DROPS = 8
BACKLOG = 128


def inherited_sockets(environment: MutableMapping[str, str], pid: int) -> Mapping[str, list[socket.socket]]:
    """The sockets that systemd opened for this process, by their FileDescriptorName=; empty when run by hand.

    The variables are removed, so that no child takes the sockets for its own.
    """
    count = int(environment.pop("LISTEN_FDS", "0") or 0)
    meant_for = environment.pop("LISTEN_PID", "")
    names = environment.pop("LISTEN_FDNAMES", "").split(":")
    found: dict[str, list[socket.socket]] = {}
    if meant_for != str(pid):
        return found
    for place in range(count):
        descriptor = _FIRST_INHERITED + place
        os.set_inheritable(descriptor, False)
        inherited = socket.socket(fileno=descriptor)
        inherited.setblocking(False)
        found.setdefault(names[place] if place < len(names) else "unknown", []).append(inherited)
    return found


def widen(sock: socket.socket, octets: int = BUFFER) -> int:
    """Ask for a large receive buffer and return what was granted, in octets.

    Above net.core.rmem_max it takes CAP_NET_ADMIN; systemd grants it with ReceiveBuffer=, and that is never made less.
    """
    if granted(sock) < octets:
        try:
            sock.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, octets)
        except PermissionError:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, octets)
    return granted(sock)


def granted(sock: socket.socket) -> int:
    """Octets of receive buffer; the kernel books twice as much, for its own overhead (socket(7))."""
    return sock.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) // 2


def kernel_drops(sock: socket.socket) -> int:
    """Datagrams that the kernel dropped from a full buffer since the socket was opened; 0 where it doesn't say.

    One call when somebody asks; SO_RXQ_OVFL would say the same with every datagram and cost a slower receive call.
    """
    try:
        return int(_MEMINFO.unpack(sock.getsockopt(socket.SOL_SOCKET, _SO_MEMINFO, _MEMINFO.size))[_DROPS])
    except (OSError, struct.error):
        return 0


def bind_one(kind: socket.SocketKind, address: str, port: int) -> socket.socket | None:
    """One socket, listening where it is a stream's; None where this machine has none of the address's family.

    Raises:
        CannotListen: with who has it, where that can be seen.
    """
    try:
        bound = _bind(kind, port, address)
        if bound is not None and kind is socket.SOCK_STREAM:
            bound.listen(BACKLOG)
    except OSError as error:
        raise CannotListen(_why_not(kind, address, port, error)) from error
    return bound


def _why_not(kind: socket.SocketKind, address: str, port: int, error: OSError) -> str:
    protocol = "tcp" if kind is socket.SOCK_STREAM else "udp"
    what = f"port {port}/{protocol}"
    if error.errno == errno.EADDRINUSE:
        holder = port_holder(kind, port)
        return f"{what} is in use{f' by {holder}' if holder else ''}"
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"{what} is not permitted to this user; ports from 1024 on are"
    if error.errno == errno.EADDRNOTAVAIL:
        return f"{what}: {address} is no address of this machine now"
    return f"{what}: {error.strerror}"


def _bind(kind: socket.SocketKind, port: int, address: str) -> socket.socket | None:
    """None where this machine has no such address family."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        bound = socket.socket(family, kind | socket.SOCK_NONBLOCK)
    except OSError as error:
        if error.errno == errno.EAFNOSUPPORT:
            return None
        raise
    try:
        if kind is socket.SOCK_STREAM:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:  # one socket a family: no mapped addresses to undo for each datagram
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        bound.bind((address, port))
    except OSError as error:
        bound.close()
        if error.errno == errno.EADDRNOTAVAIL and address == "::":  # the family is switched off here
            return None
        raise
    return bound
