"""The commands over a real Unix socket: answers, problems, silence, garbage; and the program as people start it."""

import http.server
import json
import os
import pty
import select
import socket
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cmsp_agent.cli.connections import SocketDaemon
from cmsp_agent.cli.daemon import AgentUnreachable, CallFailed

PROGRAM = Path(sys.executable).with_name("cmsp-agent")


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers from the server's table: path → (status, content type, body)."""

    server: "UnixServer"

    def do_GET(self) -> None:
        self.answer(b"")

    def do_POST(self) -> None:
        self.answer(self.rfile.read(int(self.headers["Content-Length"])))

    def answer(self, body: bytes) -> None:
        self.server.requests.append((self.command, self.path, dict(self.headers), body))
        status, kind, content = self.server.answers[self.path.partition("?")[0]]
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if kind != "text/event-stream":
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def address_string(self) -> str:
        return "local"

    def log_message(self, *_: object) -> None:
        pass


class UnixServer(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """An HTTP server on a Unix socket."""

    daemon_threads = True

    def __init__(self, path: Path) -> None:
        self.answers: dict[str, tuple[int, str, bytes]] = {}
        self.requests: list[tuple[str, str, dict[str, str], bytes]] = []
        super().__init__(str(path), Handler)

    def json(self, path: str, document: Any, status: int = 200) -> None:
        self.answers[path] = (status, "application/json", json.dumps(document).encode())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "api.sock"


@pytest.fixture
def server(path: Path) -> Iterator[UnixServer]:
    with UnixServer(path) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def program(*arguments: str, **more: Any) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    environment = {**inherited, "NO_COLOR": "1", **more.pop("environment", {})}
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=30, env=environment, **more)


def test_answers_and_queries(server: UnixServer, path: Path) -> None:
    server.json("/v1/events", {"items": []})
    server.json("/v1/components/a%2Fb/poll", {"id": "j"}, status=202)
    daemon = SocketDaemon(path)
    assert daemon.get("/v1/events", after=0, component="a b", type="", from_="x") == {"items": []}
    assert daemon.post("/v1/components/a%2Fb/poll") == {"id": "j"}
    (_, target, _, _), (_, _, headers, body) = server.requests
    assert target == "/v1/events?after=0&component=a+b&from=x"
    assert len(headers["Idempotency-Key"]) == 36
    assert body == b"{}"


@pytest.mark.parametrize(
    ("status", "document", "code", "text"),
    [
        (
            403,
            {"title": "Forbidden", "detail": "monitored-only gets no backup (tier)", "exit_code": 3},
            3,
            "monitored-only",
        ),
        (403, {"title": "Forbidden"}, 3, "Forbidden"),
        (404, {"detail": "there is no component 'x'", "exit_code": 2}, 2, "no component"),
        (
            422,
            {"detail": "1 values", "errors": [{"path": "query.limit", "message": "too large"}]},
            2,
            "query.limit: too large",
        ),
        (504, {"detail": "10.1.0.1: no answer", "exit_code": 4}, 4, "no answer"),
        (500, ["garbage"], 1, "the agent answered 500"),
        (500, {"exit_code": 99}, 1, "the agent answered 500"),
    ],
)
def test_problems_become_exit_codes(
    server: UnixServer, path: Path, status: int, document: Any, code: int, text: str
) -> None:
    server.json("/v1/status", document, status)
    with pytest.raises(CallFailed, match=text) as caught:
        SocketDaemon(path).get("/v1/status")
    assert caught.value.exit_code == code


def test_an_answer_that_is_not_json(server: UnixServer, path: Path) -> None:
    server.answers["/v1/status"] = (200, "text/html", b"<html>")
    with pytest.raises(CallFailed, match="not JSON"):
        SocketDaemon(path).get("/v1/status")


def test_a_stream_is_read_as_it_comes(server: UnixServer, path: Path) -> None:
    server.answers["/v1/events/stream"] = (200, "text/event-stream", b": hello\n\ndata: {}\r\n\n")
    assert list(SocketDaemon(path).lines("/v1/events/stream")) == [": hello", "", "data: {}", ""]


def listen(path: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen()
    return listener


def test_nobody_there(path: Path) -> None:
    with pytest.raises(AgentUnreachable, match="not running"):
        SocketDaemon(path).get("/v1/status")
    listen(path).close()
    with pytest.raises(AgentUnreachable, match="not running"):
        SocketDaemon(path).get("/v1/status")


def test_silence_ends_and_says_what_to_look_at(path: Path) -> None:
    with listen(path), pytest.raises(AgentUnreachable, match=r"no answer from the agent in 0\.1 s"):
        SocketDaemon(path, timeout=0.1).get("/v1/status")


@pytest.mark.parametrize(
    "garbage", [b"", b"\0\1\2\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", b"x" * 70_000]
)
def test_garbage_is_no_traceback(path: Path, garbage: bytes) -> None:
    def serve(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(garbage)

    with listen(path) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        with pytest.raises(AgentUnreachable, match="closed the connection without an answer"):
            SocketDaemon(path, timeout=5).get("/v1/status")
        thread.join()


def test_the_program_ends_with_4_and_the_remedy_where_no_agent_runs(path: Path) -> None:
    for ending in (
        program("--socket", str(path), "status"),
        program("status", environment={"CMSP_AGENT_SOCKET": str(path)}),
    ):
        assert (ending.returncode, ending.stdout) == (4, "")
        assert f"nothing listens on {path}" in ending.stderr
        assert "systemctl start cmsp-agent" in ending.stderr


def test_the_program_prints_each_row_whole_into_a_pipe_and_folded_to_columns(server: UnixServer, path: Path) -> None:
    row = {
        "name": "gw-" + "x" * 60,
        "state": "up",
        "type": "cisco_ios",
        "tier": "managed",
        "site": "s" * 60,
        "addresses": ["10.1.0.1"],
    }
    server.json("/v1/components", {"items": [row]})
    ending = program("--socket", str(path), "component", "list")
    assert ending.returncode == 0
    assert {"gw-" + "x" * 60, "s" * 60} < set(ending.stdout.splitlines()[2].split())
    narrow = program("--socket", str(path), "component", "list", environment={"COLUMNS": "80"})
    assert max(len(line) for line in narrow.stdout.splitlines()) <= 80
    assert json.loads(program("--socket", str(path), "component", "list", "--json").stdout) == {"items": [row]}


def test_version_takes_less_than_0_3_seconds() -> None:
    times = []
    for _ in range(3):
        start = time.perf_counter()
        ending = program("--version")
        times.append(time.perf_counter() - start)
        assert ending.stdout.startswith("cmsp-agent ")
    assert min(times) < 0.3


def test_neither_server_nor_ssh_libraries_are_loaded_by_commands() -> None:
    script = (
        "import sys; from cmsp_agent.cli.main import main; main(['status', '--help']);"
        "heavy = {'fastapi', 'uvicorn', 'netmiko', 'paramiko', 'requests', 'pysnmp'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    ending = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30)
    assert ending.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("shown", ["--json", ""])
def test_a_reader_that_leaves_early_is_no_error(server: UnixServer, path: Path, shown: str) -> None:
    row = {"type": "cisco_ios", "tier": "managed", "site": "paris", "addresses": ["10.1.0.1"], "state": "up"}
    server.json("/v1/components", {"items": [{"name": f"gw-{number}", **row} for number in range(3000)]})
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    command = f"'{PROGRAM}' --socket '{path}' component list {shown} | head -1; exit ${{PIPESTATUS[0]}}"
    ending = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=30, env=environment)
    assert (ending.returncode, ending.stderr) == (0, "")


def test_progress_is_drawn_on_a_terminal(server: UnixServer, path: Path) -> None:
    server.json("/v1/components/gw-1/backups", {"id": "j", "state": "running", "percent": 40, "step": "log in"}, 202)
    server.json(
        "/v1/jobs/j",
        {"id": "j", "state": "done", "percent": 100, "step": "", "result": {"result": "stored", "backup": "b"}},
    )
    ours, theirs = pty.openpty()
    arguments = [str(PROGRAM), "--socket", str(path), "backup", "run", "gw-1"]
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80"}
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=theirs, env=environment) as child:
        os.close(theirs)
        seen = _read_all(ours)
        assert child.stdout
        assert child.stdout.read() == b"gw-1: stored as b; see: cmsp-agent backup show gw-1\n"
    assert child.returncode == 0
    assert b"log in" in seen
    assert b"40%" in seen


def _read_all(descriptor: int) -> bytes:
    seen = b""
    try:
        while select.select([descriptor], [], [], 20)[0] and (chunk := os.read(descriptor, 65536)):
            seen += chunk
    except OSError:
        pass  # the other end of a pseudo terminal was closed
    os.close(descriptor)
    return seen
