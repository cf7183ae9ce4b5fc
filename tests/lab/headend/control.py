"""Tell a running head-end how to fail, and ask what it has: plain HTTP on the loopback, for demos and by hand.

`POST /fail {"kind": …, "value": …, "text": …, "times": …, "method": …}`, `/cut`, `/restore`, `/lose`;
`GET /records?appliance=…&type=…`, `/heartbeats?appliance=…`, `/summary?appliance=…`.
"""

import json
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec

from tests.lab.headend.faults import Fault
from tests.lab.headend.server import Headend


def act(headend: Headend, what: str, document: dict[str, Any]) -> bool:
    """Do what was asked; False where that is unknown."""
    match what:
        case "fail":
            headend.faults.add(msgspec.convert(document, Fault))
        case "cut":
            headend.cut()
        case "restore":
            headend.restore()
        case "lose":
            headend.store.lose_everything()
        case _:
            return False
    return True


def tell(headend: Headend, what: str, appliance: str, type_: str) -> Any:
    """What the head-end has; None where the question is unknown."""
    match what:
        case "records":
            return [msgspec.to_builtins(record) for record in headend.store.records(appliance, type_)]
        case "heartbeats":
            return headend.store.heartbeats(appliance)
        case "summary":
            records = headend.store.records(appliance)
            at = headend.store.durable(appliance)
            counts = dict(Counter(record.type for record in records))
            return {
                "epoch": at.epoch,
                "durable": at.durable,
                "records": counts,
                "holes": headend.store.holes(appliance),
            }
    return None


def start(headend: Headend, port: int = 0) -> ThreadingHTTPServer:
    """Serve the control interface in a thread; `server_address[1]` is its port, `shutdown()` ends it."""

    class Control(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            known = act(headend, self.path.strip("/"), json.loads(body or b"{}"))
            self._send(200 if known else 404, {})

        def do_GET(self) -> None:
            url = urlsplit(self.path)
            query = parse_qs(url.query)
            document = tell(headend, url.path.strip("/"), query.get("appliance", [""])[0], query.get("type", [""])[0])
            self._send(404 if document is None else 200, document)

        def _send(self, status: int, document: Any) -> None:
            text = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Control)
    threading.Thread(target=server.serve_forever, args=(0.05,), name="headend control", daemon=True).start()
    return server
