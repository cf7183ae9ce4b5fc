"""One played web interface: a real HTTPS server on loopback that answers as its description says."""

import base64
import contextlib
import http.server
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar
from urllib.parse import parse_qs

USER, PASSWORD = "Admin", "web-pw-1"


@dataclass(frozen=True, slots=True)
class Said:
    """One answer. `promised`: what Content-Length says, where it is not the truth."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    promised: int | None = None
    chunked: bool = False


@dataclass
class PlayedWeb:
    """What it answers to `METHOD path`, once one is logged in; what it was asked."""

    answers: dict[str, Said | Callable[[bytes], Said]]
    form: str = ""
    """The path of its form; empty: basic authentication."""
    denied: Said = Said(b"<html>Unauthorized</html>", 401)
    anonymous: bool = False
    asked: list[str] = field(default_factory=list)
    port: int = 0
    old_tls: bool = False
    """It has nothing newer than TLS 1.1."""
    hangs_up: bool = False
    """It ends each connection after one answer, and does not say so."""


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    played: ClassVar[PlayedWeb]

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_PUT(self) -> None:
        self._answer()

    def _answer(self) -> None:
        played = self.played
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        asked = f"{self.command} {self.path}"
        played.asked.append(asked)
        if played.form and self.path == played.form:
            form = parse_qs(body.decode())
            right = [USER], [PASSWORD]
            if (form.get("Username"), form.get("Password")) != right:
                self._say(played.denied)
            else:
                self._say(
                    Said(b"<root><http_code>200</http_code></root>", headers={"Set-Cookie": "PHPSESSID=7; path=/"})
                )
        elif not self._known():
            self._say(played.denied)
        else:
            said = played.answers.get(asked, Said(status=404))
            self._say(said(body) if callable(said) else said)

    def _known(self) -> bool:
        if self.played.form:
            return self.headers.get("Cookie") == "PHPSESSID=7"
        wanted = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        return self.played.anonymous or self.headers.get("Authorization") == wanted

    def _say(self, said: Said) -> None:
        self.send_response(said.status)
        for name, value in said.headers.items():
            self.send_header(name, value)
        if said.chunked:
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for start in range(0, len(said.body), 1000):
                piece = said.body[start : start + 1000]
                self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
            self.wfile.write(b"0\r\n\r\n")
            return
        self.send_header("Content-Length", str(len(said.body) if said.promised is None else said.promised))
        self.end_headers()
        self.wfile.write(said.body)
        self.close_connection = said.promised is not None or self.played.hangs_up

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@contextlib.contextmanager
def web_server(played: PlayedWeb, certificate: Path | None, key: Path | None) -> Iterator[int]:
    """The port where it answers, by TLS where there is a certificate."""
    handler = type("Handler", (_Handler,), {"played": played})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", played.port), handler)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        if played.old_tls:
            context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
            context.set_ciphers("DEFAULT:@SECLEVEL=0")
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
