"""The sockets that the agent listens on: those that systemd opened for it, or its own where it runs by hand."""

import os
import socket
from collections.abc import Mapping

from cmsp_agent.config.addresses import Endpoint

FIRST = 3
"""The first descriptor that systemd passes (sd_listen_fds(3))."""


def inherited(environment: Mapping[str, str] = os.environ, first: int = FIRST) -> dict[str, list[socket.socket]]:
    """The sockets passed by systemd, by the name that its unit gives them."""
    if environment.get("LISTEN_PID") != str(os.getpid()):
        return {}
    count = int(environment.get("LISTEN_FDS", "0"))
    names = environment.get("LISTEN_FDNAMES", "").split(":")
    passed: dict[str, list[socket.socket]] = {}
    for number in range(count):
        opened = socket.socket(fileno=first + number)
        opened.setblocking(False)
        opened.set_inheritable(False)
        passed.setdefault(names[number] if number < len(names) else "unknown", []).append(opened)
    return passed


def bind(endpoint: Endpoint, kind: socket.SocketKind) -> socket.socket:
    """A bound, non-blocking socket; a stream socket listens already.

    Raises:
        OSError: the address is taken, not ours, or needs rights that the agent does not have; the text names it.
    """
    address = endpoint.address or "::"
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    opened = socket.socket(family, kind)
    try:
        opened.setblocking(False)
        if kind is socket.SOCK_STREAM:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family is socket.AF_INET6:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0 if not endpoint.address else 1)
        opened.bind((address, endpoint.port))
        if kind is socket.SOCK_STREAM:
            opened.listen(64)
    except OSError as error:
        opened.close()
        shown = f"[{address}]" if family is socket.AF_INET6 else address
        raise OSError(error.errno, f"can't listen on {shown}:{endpoint.port}: {error.strerror}") from error
    return opened
