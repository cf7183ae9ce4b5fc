"""The TCP connection under SSH: opened within a deadline, counted, and closed from outside when its time is over."""

import socket
import threading

from cmsp_agent.model.errors import DeviceUnreachable
from cmsp_agent.transports.ssh.target import CliTarget

HANDSHAKE_BYTES = 128 * 1024
"""What a server may send before the keys are agreed: a few banner lines and two or three packets."""


class MeteredSocket(socket.socket):
    """A socket that ends the stream where the peer has sent more than it may.

    The count is of bytes on the wire, so it holds before the banner, where no SSH window does.
    """

    allowance = HANDSHAKE_BYTES
    overflowed = False

    def recv(self, size: int, flags: int = 0, /) -> bytes:
        """As socket.recv; reads as an end of stream once the allowance is used up."""
        data = super().recv(size, flags)
        self.allowance -= len(data)
        if self.allowance < 0:
            self.overflowed = True
            return b""
        return data


class Wire:
    """At most one connection, which another thread may abort at any moment."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket: MeteredSocket | None = None
        self._aborted = False

    @property
    def overflowed(self) -> bool:
        """Whether the peer sent more than the allowance."""
        return self._socket is not None and self._socket.overflowed

    def open(self, target: CliTarget, within: float) -> MeteredSocket:
        """Connect to the first address that answers.

        Raises:
            DeviceUnreachable: refused, silent for `within` seconds, no such name, or aborted.
        """
        reason = "no address"
        for family, address in _resolve(target):
            try:
                return self._connect(family, address, target.source, within)
            except OSError as error:
                reason = error.strerror or str(error)
        raise DeviceUnreachable(f"{target}: no TCP connection ({reason})")

    def _connect(
        self, family: socket.AddressFamily, address: tuple[object, ...], source: str | None, within: float
    ) -> MeteredSocket:
        sock = MeteredSocket(family, socket.SOCK_STREAM)
        with self._lock:
            self._socket = sock
        try:
            if self._aborted:
                raise ConnectionAbortedError("aborted")
            sock.settimeout(within)
            if source is not None:
                sock.bind((source, 0))
            sock.connect(address)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError:
            self.close()
            raise
        return sock

    def abort(self) -> None:
        """End the connection from another thread; returns at once.

        It is only shut down here: the thread that owns it closes it, so that its descriptor can't be reused under it.
        """
        with self._lock:
            self._aborted = True
            if self._socket is not None:
                try:
                    self._socket.shutdown(socket.SHUT_RDWR)
                except OSError:
                    return  # not connected any more

    def close(self) -> None:
        """Close the connection; more than once is no error."""
        with self._lock:
            if self._socket is not None:
                self._socket.close()


def _resolve(target: CliTarget) -> list[tuple[socket.AddressFamily, tuple[object, ...]]]:
    try:
        found = socket.getaddrinfo(target.address, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise DeviceUnreachable(f"{target}: the name does not resolve") from error
    return [(family, address) for family, _, _, _, address in found]
