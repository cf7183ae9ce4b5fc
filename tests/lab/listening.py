"""Sockets for receivers in tests: one port on all addresses, any free one."""

import socket
from collections.abc import Sequence

from cmsp_agent.model.errors import CannotListen
from cmsp_agent.transports.listening import EVERYWHERE, bind_one


def bind_datagrams(port: int, addresses: Sequence[str] = EVERYWHERE) -> list[socket.socket]:
    """UDP sockets on one port (0: any free one, the same for all addresses).

    Raises:
        CannotListen: not permitted, or the port is taken.
    """
    return _bind_all(socket.SOCK_DGRAM, port, addresses)


def bind_streams(port: int, addresses: Sequence[str] = EVERYWHERE) -> list[socket.socket]:
    """Listening TCP sockets, as `bind_datagrams`."""
    return _bind_all(socket.SOCK_STREAM, port, addresses)


def _bind_all(kind: socket.SocketKind, port: int, addresses: Sequence[str]) -> list[socket.socket]:
    sockets: list[socket.socket] = []
    try:
        for address in addresses:
            bound = bind_one(kind, address, port)
            if bound is not None:
                sockets.append(bound)
                port = bound.getsockname()[1]
    except CannotListen:
        for bound in sockets:
            bound.close()
        raise
    if not sockets:
        raise CannotListen(f"port {port}: none of {', '.join(addresses)} is an address of this machine")
    return sockets
