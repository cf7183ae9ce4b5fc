"""The reference head-end: the contract's "Up" over mutual TLS, in threads, with its own store and planned faults."""

import contextlib
import gzip
import json
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

import zstandard

from tests.lab.certificates import LOCALHOST, Authority, Identity, appliance_uri
from tests.lab.headend.faults import FOREVER, Fault, Faults, Kind
from tests.lab.headend.store import Expected, Refused, Store, Unreadable, parse

MOST_BYTES = 1024 * 1024
MOST_EVENTS = 1000
HANDSHAKE = 5.0
IDLE = 120.0


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, a document and headers."""

    status: int
    document: Any
    retry_after: str = ""


def problem(status: int, kind: str, **more: Any) -> Answer:
    """RFC 9457."""
    return Answer(
        status, {"type": f"urn:cmsp:problem:{kind}", "title": kind.replace("-", " "), "status": status, **more}
    )


class Gone(Exception):
    """Close the connection without an answer."""


class Handler(BaseHTTPRequestHandler):
    """One connection: TLS first, then requests one after the other."""

    protocol_version = "HTTP/1.1"
    server: "Listener"
    timeout = IDLE
    wbufsize = -1  # one write per answer

    def setup(self) -> None:
        self.request.settimeout(HANDSHAKE)
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.request = self.server.context.wrap_socket(self.request, server_side=True)
        self.server.headend.connected(self.request)
        super().setup()

    def finish(self) -> None:
        super().finish()
        # the listener knows the plain socket only, which TLS has taken over
        with contextlib.suppress(OSError):
            self.request.shutdown(socket.SHUT_RDWR)
        self.request.close()
        self.server.headend.disconnected(self.request)

    def do_POST(self) -> None:
        self._answered("POST", "certificate" if self.path.endswith("/certificate") else "events")

    def do_PUT(self) -> None:
        self._answered("PUT", "heartbeat")

    def do_GET(self) -> None:
        self._answered("GET", "")

    def _answered(self, method: str, what: str) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            answer = self.server.headend.answer(self, method, what, body)
        except Gone:
            self.close_connection = True
            return
        self.send(answer)

    def send(self, answer: Answer) -> None:
        text = answer.document.encode() if isinstance(answer.document, str) else json.dumps(answer.document).encode()
        self.send_response(answer.status)
        kind = "application/json" if answer.status < 400 else "application/problem+json"
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(text)))
        if answer.retry_after:
            self.send_header("Retry-After", answer.retry_after)
        self.end_headers()
        self.wfile.write(text)
        self.wfile.flush()

    def appliance(self) -> str:
        """The id in the path, which must be that of the client's certificate."""
        parts = self.path.strip("/").split("/")
        return parts[2] if len(parts) >= 3 and parts[:2] == ["v1", "appliances"] else ""

    def identities(self) -> list[str]:
        """The URIs of the client's certificate."""
        names = self.request.getpeercert().get("subjectAltName", ())
        return [value for kind, value in names if kind == "URI"]

    def log_message(self, *_: Any) -> None:
        """Say nothing: tests read what is stored."""


class Listener(ThreadingHTTPServer):
    """Accepts; the handshake happens in the connection's own thread."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], context: ssl.SSLContext, headend: "Headend") -> None:
        self.context = context
        self.headend = headend
        super().__init__(address, Handler)

    def verify_request(self, request: Any, client_address: Any) -> bool:
        return not self.headend.faults.cut

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away, or one that we sent away."""


class Headend:
    """Start it, point an agent at `url`, read `store`, plan `faults`; stop it. `with Headend(...)` does both."""

    def __init__(
        self,
        directory: Path,
        authority: Authority | None = None,
        port: int = 0,
        store: str = ":memory:",
        address: str = "127.0.0.1",
        days: float = 1.0,
    ) -> None:
        self.authority = authority or Authority(directory / "ca")
        self.identity: Identity = self.authority.server("headend", (*LOCALHOST, address), days)
        self._address = address
        self._days = days
        self.store = Store(store)
        self.faults = Faults()
        self.requests: list[tuple[str, int]] = []
        """(method, number of events) of each request that was looked at."""
        self.check_identity = True
        self.renewed_for = 0.0
        self.refused: dict[bytes, int] = {}
        """Text in a batch → the status that it is answered with; 200: as stored, in another epoch."""
        """Days for which certificates are renewed; 0: not at all."""
        self._port = port
        self._connections: set[ssl.SSLSocket] = set()
        self._listener: Listener | None = None
        self._stopping = threading.Event()

    # --- life ---

    def start(self) -> "Headend":
        """Listen; the port stays the same over stop and start."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(self.identity.certificate, self.identity.key)
        context.load_verify_locations(self.authority.path)
        context.verify_mode = ssl.CERT_REQUIRED
        self._stopping.clear()
        self._listener = Listener((self._address, self._port), context, self)
        self._port = self._listener.server_address[1]
        threading.Thread(target=self._listener.serve_forever, args=(0.05,), name="headend", daemon=True).start()
        return self

    def stop(self) -> None:
        """Close the listener and every connection; what is durable stays."""
        if self._listener is not None:
            self._stopping.set()
            self._listener.shutdown()
            self._listener.server_close()
            self._listener = None
            self.disconnect()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self.store.close()

    @property
    def port(self) -> int:
        return self._port

    @property
    def url(self) -> str:
        return f"https://{self._address}:{self._port}"

    def client(self, appliance: str) -> Identity:
        """A certificate for an appliance."""
        return self.authority.client(appliance, appliance_uri(appliance), self._days)

    # --- faults ---

    def fail(self, kind: Kind | str, value: int = 0, text: str = "", times: int = 1, method: str = "POST") -> None:
        """Plan a fault."""
        self.faults.add(Fault(Kind(kind), value, text, times, method))

    def cut(self) -> None:
        """No way to the head-end until `restore`."""
        self.fail(Kind.CUT, times=FOREVER)
        self.disconnect()

    def restore(self) -> None:
        """All planned faults are forgotten."""
        self.faults.clear()

    def connected(self, connection: ssl.SSLSocket) -> None:
        self._connections.add(connection)

    def disconnected(self, connection: ssl.SSLSocket) -> None:
        self._connections.discard(connection)

    def disconnect(self) -> None:
        """Close every connection."""
        while self._connections:
            connection = self._connections.pop()
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()

    # --- answers ---

    def answer(self, handler: Handler, method: str, what: str, body: bytes) -> Answer:
        """The contract's answer, or what a fault makes of it.

        Raises:
            Gone: the connection is to be closed instead.
        """
        fault = self.faults.next_for(method)
        if fault is None:
            return self._by_contract(handler, method, what, body)
        match fault.kind:
            case Kind.STATUS:
                return (
                    problem(fault.value, f"status-{fault.value}")
                    if not fault.text
                    else Answer(fault.value, {"type": "about:blank"}, fault.text)
                )
            case Kind.REFUSE:
                return problem(422, "event-refused", sequence=fault.value, detail="refused by plan")
            case Kind.EXPECT:
                at = self.store.durable(handler.appliance())
                return problem(409, "not-in-sequence", epoch=at.epoch, expected=fault.value)
            case Kind.VIOLATION:
                return Answer(200, fault.text)
            case Kind.HUGE:
                return Answer(200, json.dumps("x" * fault.value))
            case Kind.DRIP:
                self._drip(handler)
            case Kind.SLOW:
                self._stopping.wait(fault.value / 1000)
                return self._by_contract(handler, method, what, body)
            case Kind.SILENCE:
                self._stopping.wait(fault.value or 600)
            case Kind.DEAF:
                self._by_contract(handler, method, what, body)
        raise Gone

    def _drip(self, handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(1000):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            if self._stopping.wait(1.0):
                return

    def _by_contract(self, handler: Handler, method: str, what: str, body: bytes) -> Answer:
        appliance = handler.appliance()
        if not appliance or not handler.path.rstrip("/").endswith(what or appliance):
            return problem(404, "no-such-resource")
        if self.check_identity and appliance_uri(appliance) not in handler.identities():
            return problem(403, "another-appliance")
        if method == "GET":
            at = self.store.durable(appliance)
            return Answer(200, {"epoch": at.epoch, "durable": at.durable})
        try:
            content = _decoded(body, handler.headers.get("Content-Encoding", "identity"))
        except (ValueError, OSError, EOFError, zstandard.ZstdError) as error:
            return problem(400, "unreadable", detail=str(error))
        if method == "PUT":
            self.store.heartbeat(appliance, content)
            return Answer(200, {})
        if what == "certificate":
            return self._certificate(appliance, content)
        for text, status in self.refused.items():
            if text in content:
                return (
                    problem(status, f"status-{status}")
                    if status != 200
                    else Answer(200, {"epoch": "other", "durable": 1})
                )
        return self._events(appliance, content)

    def _certificate(self, appliance: str, content: bytes) -> Answer:
        if not self.renewed_for:
            return problem(503, "not-now", detail="no certificates today")
        chain = self.authority.sign(json.loads(content)["csr"], appliance_uri(appliance), self.renewed_for)
        return Answer(201, {"certificate_chain": chain, "headend_ca": self.authority.path.read_text()})

    def _events(self, appliance: str, content: bytes) -> Answer:
        if len(content) > MOST_BYTES:
            return problem(413, "too-large")
        try:
            events = parse(content)
            self.requests.append(("POST", len(events)))
            if len(events) > MOST_EVENTS:
                return problem(413, "too-large")
            result = self.store.accept(appliance, events)
        except Unreadable as error:
            return problem(400, "unreadable", detail=str(error))
        except Refused as error:
            return problem(422, "event-refused", sequence=error.sequence, detail=str(error))
        if isinstance(result, Expected):
            return problem(409, "not-in-sequence", epoch=result.epoch, expected=result.expected)
        return Answer(200, {"epoch": result.epoch, "durable": result.durable})

    def wait_until(self, condition: Any, within: float = 10.0) -> bool:
        """Wait in a thread that is not the agent's loop until `condition(self)` holds."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            if condition(self):
                return True
            time.sleep(0.02)
        return bool(condition(self))


def _decoded(body: bytes, encoding: str) -> bytes:
    match encoding:
        case "zstd":
            return zstandard.ZstdDecompressor().decompress(body, max_output_size=4 * MOST_BYTES)
        case "gzip":
            return gzip.decompress(body)
        case "identity":
            return body
    raise ValueError(f"unknown Content-Encoding {encoding!r}")
