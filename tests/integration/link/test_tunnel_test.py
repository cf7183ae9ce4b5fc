"""`cmsp-agent tunnel test` through a real tunnel: what it carries, and what it says where that is too little."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.cli.test_agent import PROGRAM
from tests.integration.link.test_tunnel import APP, HEAD, Two, pytestmark, run, two, until, within
from tests.lab.certificates import Authority, appliance_uri

__all__ = ["pytestmark", "two"]
SERVER = """
import http.server, ssl, sys
class Headend(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b'{"epoch": null, "durable": 0}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    do_GET = do_POST = answer
    def log_message(self, *_): pass
address, port, certificate, key = sys.argv[1:]
server = http.server.ThreadingHTTPServer((address, int(port)), Headend)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)
server.socket = context.wrap_socket(server.socket, server_side=True)
print("ready", flush=True)
server.serve_forever()
"""
SITE = """\
appliance: {{name: apl-1, secrets: {folder}, storage: {{state: {folder}/state, backups: {folder}/backups}}}}
headend:
  urls: ["https://10.99.0.1:8444"]
  tunnel: external
  tls: {{certificate: {client.certificate}, key: {client.key}, ca: {authority.path}}}
api: {{listen: off}}
components: {{}}
"""


@pytest.fixture
def config(two: Two) -> Iterator[Path]:
    """A head-end behind the tunnel, and a file that names it."""
    run(*within(APP, "sysctl", "-q", "-w", "net.ipv4.ping_group_range=0 2147483647"))  # as the package sets it
    authority = Authority(two.folder / "ca")
    server = authority.server("headend", ["10.99.0.1"])
    words = ("10.99.0.1", "8444", str(server.certificate), str(server.key))
    process = subprocess.Popen(within(HEAD, sys.executable, "-c", SERVER, *words), stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    client = authority.client("apl-1", appliance_uri("apl-1"))
    (two.folder / "state").mkdir(mode=0o700)
    file = two.folder / "site.yaml"
    file.write_text(SITE.format(folder=two.folder, client=client, authority=authority))
    yield file
    process.terminate()
    process.wait(10)
    process.stdout.close()


def tried(two: Two, config: Path) -> tuple[int, dict[str, Any]]:
    options = ("--config", str(config), "--health", str(two.folder / "health.json"), "--json")
    done = run(*within(APP, str(PROGRAM), "tunnel", "test", *options), check=False)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


@pytest.mark.long
def test_what_the_tunnel_carries_is_measured(two: Two, config: Path) -> None:
    until(two.up)
    code, found = tried(two, config)
    assert (code, found["problems"], found["unknown"]) == (0, [], [])
    assert found["path_mtu"] == 1380
    assert 0 <= found["handshake_age_seconds"] < 60
    assert found["pings_lost"] == 0
    assert found["up_mbit"] > 10 < found["both_ways_mbit"]
    # a narrow link, and one that carries smaller packets
    run(
        "tc", "-n", APP, "qdisc", "add", "dev", "va", "root", "tbf", "rate", "4mbit", "burst", "20kb", "latency", "50ms"
    )
    code, found = tried(two, config)
    assert code == 1
    assert 2.5 < found["up_mbit"] < 4.2
    assert 2.5 < found["both_ways_mbit"] < 4.2
    assert len(found["problems"]) == 2
    # nobody there
    run("ip", "-n", HEAD, "link", "set", "vh", "down")
    code, found = tried(two, config)
    assert code == 1
    assert found["up_mbit"] is None
    assert "nothing could be sent to the head-end" in found["problems"]
