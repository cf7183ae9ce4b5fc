"""Sockets that send from an address of ours."""

import socket

from cmsp_agent.model.errors import NotPermittedHere


def endpoint(family: int, address: str) -> tuple[str, int] | tuple[object, ...]:
    """Resolve numerically, so that an IPv6 zone becomes its scope ID. Raises OSError."""
    flags = socket.AI_NUMERICHOST
    found = socket.getaddrinfo(address, 0, family=family, type=socket.SOCK_DGRAM, flags=flags)
    return found[0][4]


def bind_source(sock: socket.socket, source: str | None) -> None:
    """Let a socket send from an address; without one, or with an empty one, the kernel chooses.

    Raises:
        NotPermittedHere: the address is not ours; the socket is closed.
    """
    if not source:
        return
    try:
        sock.bind(endpoint(sock.family, source))
    except OSError as error:
        sock.close()
        raise NotPermittedHere(f"can't send from {source} ({error.strerror})") from error
