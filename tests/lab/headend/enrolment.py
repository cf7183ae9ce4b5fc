"""The reference enrolment service: tokens that are used once, certificates for the appliance's keys; and a proxy."""

import hashlib
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from tests.lab.certificates import Authority, appliance_uri

WIREGUARD = {
    "address": "10.99.0.7/32",
    "mtu": 1380,
    "peers": [
        {
            "public_key": "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=",
            "endpoint": "127.0.0.1:51820",
            "allowed_ips": ["10.99.0.0/24"],
            "persistent_keepalive": 25,
        }
    ],
}


class EnrolmentService:
    """Answers `POST /v1/enrolments` over TLS.

    Attributes:
        answer: members of the answer that are replaced.
        requests: what was asked, in order.
        days: the life of the certificates.
    """

    def __init__(self, folder: Path, headend: Authority, urls: list[str]) -> None:
        self.authority = Authority(folder / "enrolment", "enrolment CA")
        self.headend, self.urls = headend, urls
        self.answer: dict[str, Any] = {}
        self.requests: list[dict[str, Any]] = []
        self.days = 1.0
        self._tokens: dict[str, str] = {}
        self._given = 0
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, document = service.enrol(self.path, json.loads(body))
                content = json.dumps(document).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: Any) -> None:
                pass

        identity = self.authority.server("enrolment")
        chain = folder / "enrolment" / "chain.pem"
        chain.write_bytes(identity.certificate.read_bytes() + self.authority.path.read_bytes())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain, identity.key)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self._server.server_address[1]}"

    def token(self, appliance: str = "apl-7f3k") -> str:
        """A token of an order."""
        der = ssl.PEM_cert_to_DER_cert(self.authority.path.read_text())
        self._given += 1
        token = f"order-{self._given}.{hashlib.sha256(der).hexdigest()}"
        self._tokens[token] = appliance
        return token

    def enrol(self, path: str, request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """The contract's answer."""
        self.requests.append(request)
        appliance = self._tokens.pop(request["token"], "")
        if path != "/v1/enrolments" or not appliance:
            return 403, {"type": "urn:cmsp:problem:token-used", "detail": "the token was used"}
        return 201, {
            "appliance_id": appliance,
            "certificate_chain": self.headend.sign(request["csr"], appliance_uri(appliance), self.days),
            "headend_ca": self.headend.path.read_text(),
            "headend_urls": self.urls,
            "wireguard": WIREGUARD,
            **self.answer,
        }

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def proxy() -> Iterator[tuple[str, list[str]]]:
    """An HTTP proxy that carries CONNECT; gives its URL and what was asked of it."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_CONNECT(self) -> None:
            asked.append(f"{self.path} {self.headers.get('Proxy-Authorization', '')}".strip())
            host, _, port = self.path.rpartition(":")
            with socket.create_connection((host, int(port))) as there:
                self.send_response(200)
                self.end_headers()
                back = threading.Thread(target=_carry, args=(there, self.connection), daemon=True)
                back.start()
                _carry(self.connection, there)
                back.join(5)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://user:pass@127.0.0.1:{server.server_address[1]}", asked
    finally:
        server.shutdown()
        server.server_close()


def _carry(source: socket.socket, sink: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass
