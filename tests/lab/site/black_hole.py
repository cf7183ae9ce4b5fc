"""A TCP port that answers nothing, as the port of a device without power: a SYN stays without SYN-ACK and without RST.

Loopback answers a closed port with a reset, which proves the host alive. A listening socket whose queue is full makes
the kernel drop the SYN instead. (ICMP can't be silenced on loopback without root: components of the built-in site are
checked by TCP.)
"""

from __future__ import annotations

import socket

_FILLERS = 4


class BlackHole:
    """Holds a port silent from `open` to `close`."""

    def __init__(self) -> None:
        self._sockets: list[socket.socket] = []

    def open(self, address: str, port: int) -> None:
        """Make the port silent.

        Raises:
            OSError: somebody else listens there.
        """
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._sockets.append(listener)
        listener.bind((address, port))
        listener.listen(0)
        for _ in range(_FILLERS):
            filler = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            filler.setblocking(False)
            self._sockets.append(filler)
            filler.connect_ex((address, port))

    def close(self) -> None:
        """Let the port go."""
        for one in reversed(self._sockets):
            one.close()
        self._sockets.clear()
