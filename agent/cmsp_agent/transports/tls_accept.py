"""Accepts connections that begin with a TLS handshake: bounded, with a deadline; failures are counted by reason.

After the handshake the connection gets its protocol.
"""

import asyncio
import errno
import logging
import socket
import ssl
from collections import Counter
from collections.abc import Callable
from typing import NoReturn

from cmsp_agent.aio.counters import Counters
from cmsp_agent.transports.datagrams import plain_host

log = logging.getLogger(__name__)

HANDSHAKE_WITHIN = 10.0
SHUTDOWN_WITHIN = 1.0
AT_ONCE = 64
"""Handshakes under way, from all; a handshake costs 1 ms of CPU time."""
AT_ONCE_FROM_ONE = 8
WAITING = 256
EXHAUSTED_PAUSE = 1.0
EXHAUSTED = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})

NO_CERTIFICATE = "PEER_DID_NOT_RETURN_A_CERTIFICATE"
NO_TLS = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL", "RECORD_LAYER_FAILURE"})
EXPIRED, NOT_YET_VALID = 10, 9
"""X509_V_ERR_* of OpenSSL."""


class TlsAcceptor:
    """Accepts on listening sockets; `run` shakes hands, for as long as it runs.

    Args:
        name: prefix of the counters, such as `syslog.tls`.
        protocol: makes one for each connection.
        context: the server's.
        counters: gets the handshakes that failed, by reason and sender.
    """

    def __init__(
        self, name: str, protocol: Callable[[], asyncio.BaseProtocol], context: ssl.SSLContext, counters: Counters
    ) -> None:
        self._name = name
        self._protocol = protocol
        self._context = context
        self._counters = counters
        self._listeners: list[socket.socket] = []
        self._accepted: asyncio.Queue[tuple[socket.socket, str]] = asyncio.Queue(WAITING)
        self._under_way: Counter[str] = Counter()

    @property
    def addresses(self) -> list[tuple[str, int]]:
        """Where we listen: (host, port) of each socket."""
        return [listener.getsockname()[:2] for listener in self._listeners]

    def listen(self, listener: socket.socket) -> None:
        """Accept on a listening socket, which `close` closes."""
        listener.setblocking(False)
        self._listeners.append(listener)
        asyncio.get_running_loop().add_reader(listener.fileno(), self._accept, listener)

    def close(self) -> None:
        """Accept no more; connections that have shaken hands are their protocols' to close."""
        for listener in self._listeners:
            asyncio.get_running_loop().remove_reader(listener.fileno())
            listener.close()
        self._listeners.clear()
        while not self._accepted.empty():
            self._accepted.get_nowait()[0].close()

    async def run(self) -> NoReturn:
        """Shake hands with what was accepted, until cancelled."""
        async with asyncio.TaskGroup() as handshakes:
            while True:
                connection, source = await self._accepted.get()
                handshakes.create_task(self._shake_hands(connection, source), name=f"{self._name}: handshake")

    def _accept(self, listener: socket.socket) -> None:
        try:
            connection, address = listener.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return
        except OSError as error:
            if error.errno not in EXHAUSTED:
                raise
            self._counters.add(f"{self._name}.turned_away", key="descriptors")
            self._pause(listener)
            return
        source = plain_host(address[0])
        if self._under_way.total() >= AT_ONCE or self._under_way[source] >= AT_ONCE_FROM_ONE:
            self._counters.add(f"{self._name}.refused", key=source)
            connection.close()
            return
        connection.setblocking(False)
        self._under_way[source] += 1
        self._accepted.put_nowait((connection, source))

    def _pause(self, listener: socket.socket) -> None:
        """Without descriptors, a socket that is always ready would hold the loop."""
        loop = asyncio.get_running_loop()
        loop.remove_reader(listener.fileno())

        def again() -> None:
            if listener in self._listeners:
                loop.add_reader(listener.fileno(), self._accept, listener)

        loop.call_later(EXHAUSTED_PAUSE, again)

    async def _shake_hands(self, connection: socket.socket, source: str) -> None:
        try:
            await asyncio.get_running_loop().connect_accepted_socket(
                self._protocol,
                connection,
                ssl=self._context,
                ssl_handshake_timeout=HANDSHAKE_WITHIN,
                ssl_shutdown_timeout=SHUTDOWN_WITHIN,
            )
        except OSError as error:  # ssl.SSLError and the timeout are such
            self._counters.add(f"{self._name}.{reason(error)}", key=source)
            log.info("TLS handshake failed", extra={"receiver": self._name, "source": source, "error": str(error)})
        finally:
            self._under_way[source] -= 1
            self._under_way += Counter()  # forgets sources that have none under way


def reason(error: OSError) -> str:
    """Why a handshake failed, as a counter's name: of the certificate, of TLS, or of the connection."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return "expired" if error.verify_code in (EXPIRED, NOT_YET_VALID) else "unknown_authority"
    if isinstance(error, ssl.SSLError):
        if error.reason == NO_CERTIFICATE:
            return "no_certificate"
        return "no_tls" if error.reason in NO_TLS else "handshake_failed"
    return "handshake_ended"
