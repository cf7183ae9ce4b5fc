"""Ports for servers that a test starts.

They lie below the ports that the system gives to whoever binds port 0, so nothing else takes one between the
moment it is chosen and the moment the server binds it.
"""

import itertools
import os
import socket
from collections.abc import Iterable

_FIRST, _LAST = 12_000, 32_000
_BOTH = (socket.SOCK_STREAM, socket.SOCK_DGRAM)
_COUNT = _LAST - _FIRST
_offsets = itertools.count(os.getpid() * 97)


def free_port(addresses: Iterable[str] = ("127.0.0.1",)) -> int:
    """A port that is free on every one of the addresses, for UDP and TCP, and that no other call here returns soon.

    Raises:
        OSError: no port is free on all of them.
    """
    wanted = tuple(addresses)
    for offset in itertools.islice(_offsets, _COUNT):
        port = _FIRST + offset % _COUNT
        if all(_can_bind(address, port, kind) for address in wanted for kind in _BOTH):
            return port
    raise OSError("no port is free on every one of the addresses")


def _can_bind(address: str, port: int, kind: socket.SocketKind) -> bool:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, kind) as one:
        try:
            one.bind((address, port))
        except OSError:
            return False
        return True
