"""TLS connections to the head-end that are kept open between requests, and can be shut down from another thread.

Blocking, to be used by the threads of a pool. Knows nothing of what is asked: see headend.
"""

import select
import socket
import ssl
from contextlib import ExitStack
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse, HTTPSConnection
from pathlib import Path
from threading import Lock
from weakref import WeakSet

from cmsp_agent.transports.body_length import ambiguous_length

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 20.0
"""Between two packets of an answer."""
HEADERS = {"Accept": "application/json", "Accept-Encoding": "identity"}

HeadendAddress = tuple[str, int]
PlainRequest = tuple[str, str, bytes | None, dict[str, str]]
"""Method, path, body, headers."""


class MustNotConnect(OSError):
    """A new connection would have to be made where only a present one may be used; nothing was sent."""


@dataclass(frozen=True, slots=True)
class ClientCertificates:
    """Paths of PEM files: who signs the head-end's certificate, and our own certificate with its key."""

    authority: Path
    certificate: Path
    key: Path


class KeptConnections:
    """Those that nobody uses at present wait for the next request to the same place."""

    def __init__(self, certificates: ClientCertificates) -> None:
        self._certificates = certificates
        self._lock = Lock()
        self._idle: list[tuple[HeadendAddress, HTTPSConnection]] = []
        self._open: WeakSet[HTTPSConnection] = WeakSet()
        self._life = 0
        self.made = 0
        """Connections that were made so far."""

    def ask(
        self, origin: HeadendAddress, request: PlainRequest, most: int, may_connect: bool
    ) -> tuple[int, tuple[str | None, str | None], bytes]:
        """Send a request; the status, Retry-After and Date, and up to `most` octets of the answer's body.

        Raises:
            MustNotConnect: a connection would have to be made, and may not.
            OSError, HTTPException, ValueError: no connection, or no answer; whether the request arrived is unknown.
        """
        life = self._life
        connection = self._taken(origin) or self._made(origin, may_connect)
        method, path, body, headers = request
        with ExitStack() as undo:
            undo.callback(connection.close)
            connection.request(method, path or "/", body, {**HEADERS, **headers})
            answer = connection.getresponse()
            if why := ambiguous_length(answer):
                raise HTTPException(f"the answer says {why}")
            content = answer.read(most)
            undo.pop_all()
        self._give_back(origin, connection, answer, life)
        return answer.status, (answer.getheader("Retry-After"), answer.getheader("Date")), content

    def renew(self, certificates: ClientCertificates) -> None:
        """Make further connections with these; what is idle is closed, what is in use ends with its request."""
        self._certificates = certificates
        self.close()

    def shut_down(self) -> None:
        """End every connection, those in use too; must not block."""
        for connection in list(self._open):
            sock: object = connection.sock
            if isinstance(sock, socket.socket):
                try:
                    # of the socket, not of TLS: another thread is reading from it
                    socket.socket.shutdown(sock, socket.SHUT_RDWR)
                except OSError:
                    continue

    def close(self) -> None:
        """Close what is idle."""
        with self._lock:
            idle, self._idle = self._idle, []
            self._life += 1
        for _, connection in idle:
            connection.close()

    def _taken(self, origin: HeadendAddress) -> HTTPSConnection | None:
        """One that is idle and still stands."""
        while True:
            with self._lock:
                found = next((each for each in self._idle if each[0] == origin), None)
                if found is None:
                    return None
                self._idle.remove(found)
            if _stands(found[1]):
                return found[1]
            found[1].close()

    def _made(self, origin: HeadendAddress, may_connect: bool) -> HTTPSConnection:
        if not may_connect:
            raise MustNotConnect
        with self._lock:
            self.made += 1
        connection = HTTPSConnection(*origin, timeout=CONNECT_SECONDS, context=_context(self._certificates))
        connection.auto_open = 0
        self._open.add(connection)
        with ExitStack() as undo:
            undo.callback(connection.close)
            connection.connect()
            undo.pop_all()
        connection.sock.settimeout(ANSWER_SECONDS)
        return connection

    def _give_back(self, origin: HeadendAddress, connection: HTTPSConnection, answer: HTTPResponse, life: int) -> None:
        with self._lock:
            if answer.isclosed() and connection.sock is not None and life == self._life:
                self._idle.append((origin, connection))
                return
        connection.close()


def _stands(connection: HTTPSConnection) -> bool:
    """Nothing came while it was idle: neither its end nor what nobody asked for."""
    look = select.poll()
    look.register(connection.sock, select.POLLIN)
    return not look.poll(0)


def _context(certificates: ClientCertificates) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(certificates.authority)
    context.load_cert_chain(certificates.certificate, certificates.key)
    return context
