"""Sockets that accept connections: bound, limited in number, with a deadline for handshakes."""

import asyncio
import errno
import os
import socket
import ssl
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from cmsp_agent.aio.counters import Counters
from cmsp_agent.api.limits import ApiLimits
from cmsp_agent.model.errors import CannotListen
from cmsp_agent.transports.port_holder import port_holder
from cmsp_agent.transports.tls_accept import reason

IPV6_FREEBIND = 78
BACKLOG = 128
SHUTDOWN_SECONDS = 1.0
EXHAUSTED = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


class ListenFailed(CannotListen):
    """The address can't be listened on."""


def tcp_socket(address: str, port: int) -> socket.socket:
    """A bound socket; the address may come into being later (IP_FREEBIND): the tunnel's may not be up yet.

    Raises:
        ListenFailed: the port is taken, or the address is none.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, IPV6_FREEBIND, 1)
        else:
            sock.setsockopt(socket.IPPROTO_IP, getattr(socket, "IP_FREEBIND", 15), 1)
        sock.bind((address, port))
        return _listening(sock)
    except OSError as error:
        sock.close()
        holder = port_holder(socket.SOCK_STREAM, port) if error.errno == errno.EADDRINUSE else ""
        by = f" by {holder}" if holder else ""
        raise ListenFailed(f"cannot listen on {address} port {port}: {error.strerror}{by}") from error


def unix_socket(path: Path, group: int | None = None, mode: int = 0o660) -> socket.socket:
    """A bound Unix socket that its owner and group may use; a file left by an earlier run is replaced.

    Raises:
        ListenFailed: the path can't be used, or another process listens there.
    """
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        if _answers(path):
            raise ListenFailed(f"cannot listen on {path}: another process does")
        _make_way(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        sock.bind(str(path))
        if group is not None:
            os.chown(path, -1, group)
        path.chmod(mode)
        return _listening(sock)
    except OSError as error:
        sock.close()
        raise ListenFailed(f"cannot listen on {path}: {error.strerror or error}") from error
    except ListenFailed:
        sock.close()
        raise


def _listening(sock: socket.socket) -> socket.socket:
    sock.listen(BACKLOG)
    sock.setblocking(False)
    return sock


def _make_way(path: Path) -> None:
    """Take a socket of an earlier run away; what is none is somebody else's, and stays."""
    if path.is_socket():
        path.unlink(missing_ok=True)
    elif path.exists() or path.is_symlink():
        raise ListenFailed(f"cannot listen on {path}: something else than a socket lies there; move it away")


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        return probe.connect_ex(str(path)) == 0


class Listener:
    """Accepts on one socket for as long as `run` runs; what it accepts belongs to the protocols from then on.

    Counts `api.turned_away` and `api.handshakes_failed`.

    Args:
        sock: bound and listening; closed by `close`.
        protocol: makes one for each connection.
        connected: how many connections there are.
        limits: how many there may be, and how long a handshake may take.
        counters: for the counts.
        tls: the context of a TCP listener; None on a Unix socket.
    """

    def __init__(
        self,
        sock: socket.socket,
        protocol: Callable[[], asyncio.Protocol],
        connected: Callable[[], int],
        limits: ApiLimits,
        counters: Counters,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._sock = sock
        self._protocol = protocol
        self._connected = connected
        self._limits = limits
        self._counters = counters
        self._tls = tls
        self._handshakes: dict[asyncio.Task[None], str] = {}

    @property
    def port(self) -> int:
        """The TCP port; 0 for a Unix socket."""
        name = self._sock.getsockname()
        return 0 if isinstance(name, str) else int(name[1])

    async def run(self) -> None:
        """Accept until cancelled. A connection over the cap is closed at once: those inside go on undisturbed."""
        loop = asyncio.get_running_loop()
        async with asyncio.TaskGroup() as handshakes:
            while True:
                try:
                    connection, address = await loop.sock_accept(self._sock)
                except OSError as error:
                    if error.errno not in EXHAUSTED:
                        raise
                    self._counters.add("api.turned_away", key="descriptors")
                    await asyncio.sleep(1.0)
                    continue
                if self._connected() >= self._limits.connections:
                    self._counters.add("api.turned_away", key="full")
                    connection.close()
                    continue
                if len(self._handshakes) >= self._limits.handshakes:
                    self._end_oldest()
                task = handshakes.create_task(self._hand_over(connection), name="api handshake")
                self._handshakes[task] = str(address[0]) if address else ""
                task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._handshakes.pop(task, None)

    def _end_oldest(self) -> None:
        """When handshakes fill the limit, the sender with most of them loses one; a new sender is still served."""
        counts = Counter(self._handshakes.values())
        [(worst, _)] = counts.most_common(1)
        oldest = next(task for task, address in self._handshakes.items() if address == worst)
        del self._handshakes[oldest]
        oldest.cancel()
        self._counters.add("api.turned_away", key="handshake")

    async def _hand_over(self, connection: socket.socket) -> None:
        """Let the TLS handshake run, within its time, and give the connection a protocol."""
        within = None if self._tls is None else self._limits.handshake_seconds
        closing = None if self._tls is None else SHUTDOWN_SECONDS
        try:
            await asyncio.get_running_loop().connect_accepted_socket(
                self._protocol,
                connection,
                ssl=self._tls,
                ssl_handshake_timeout=within,
                ssl_shutdown_timeout=closing,
            )
        except OSError as error:  # ssl.SSLError and the timeout are such
            self._counters.add("api.handshakes_failed", key=reason(error))
        except asyncio.CancelledError:
            connection.close()
            raise

    def close(self) -> None:
        """Listen no more, and take the file of a Unix socket away."""
        name = self._sock.getsockname()
        self._sock.close()
        if isinstance(name, str):
            Path(name).unlink(missing_ok=True)
