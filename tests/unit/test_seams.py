"""No module makes its own time, randomness, threads or sockets, but those that are named here with their reason.

They come in by argument, so that a whole agent runs on a simulated machine (`tests/simulation`). A default value of a
parameter or a field is such an argument: another one may be given.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

AGENT = Path(__file__).resolve().parents[2] / "agent/cmsp_agent"
MAKERS = frozenset(
    {
        "os.urandom", "uuid.uuid4", "uuid4", "SystemRandom", "random.SystemRandom",
        "time.time", "time.time_ns", "time.monotonic", "time.monotonic_ns", "time.perf_counter",
        "datetime.now", "datetime.utcnow", "date.today",
        "threading.Thread", "Thread", "ThreadPoolExecutor", "asyncio.to_thread",
        "secrets.token_hex", "secrets.token_bytes", "secrets.token_urlsafe", "secrets.choice", "secrets.randbelow",
        "socket.create_connection", "asyncio.open_connection",
    }
)  # fmt: skip
UNTIED = ("new_event_loop", "create_datagram_endpoint")
RANDOM = ("random", "secrets")
WORDS = frozenset(part for name in (*MAKERS, *UNTIED, *RANDOM, "socket") for part in name.split("."))
"""The words of which such names are made: a name without one of them needs no closer look."""
OWN_PROCESSES = {
    "cli": "commands are processes of their own",
    "preflight": "it examines the real machine before an agent starts",
    "services/tunnel/unit.py": "cmsp-tunnel is a process of its own",
}
MACHINE = {
    "aio/clock.py": "the real clock",
    "aio/threads.py": "the real threads",
    "services/machine.py": "the real machine",
    "app/systemd.py": "systemd's socket, and its clock in the message",
}
WIRES = {
    "transports/icmp.py": "a part of `Network`",
    "transports/tcp.py": "a part of `Network`",
    "transports/sip.py": "a part of `Network`",
    "transports/traceroute.py": "a part of `Network`",
    "transports/routes.py": "a part of `Network`: the kernel's routes are asked by a socket",
    "transports/listening.py": "a part of `Network`: binds the sockets",
    "transports/probes": "a part of `Network`",
    "transports/snmp/client.py": "a part of `Network`: asks the kernel for the path's payload",
    "transports/snmp/endpoint.py": "a part of `Network`: opens the socket of SNMP",
    "transports/wireguard.py": "of cmsp-tunnel, a process of its own",
    "transports/echo_load.py": "of `tunnel test`, which measures the real tunnel",
    "api/listener.py": "the API listens for real callers; what it does for them is tested without it",
}
SECRETS = {
    "storage/sealed/sealing.py": "keys and nonces come from the kernel alone",
    "transports/snmp/privacy.py": "salts come from the kernel alone",
    "services/backups/uploading.py": "the boundary of a form must not be guessed by who wrote the file in it",
}
SURE = {"pipeline/rules/probes.py": "a fixed seed: the same probes at each check"}
ALLOWED = OWN_PROCESSES | MACHINE | WIRES | SECRETS | SURE


def defaults(tree: ast.AST) -> set[ast.AST]:
    """What stands in the default values of parameters and in the fields of classes."""
    found: set[ast.AST] = set()
    for node in ast.walk(tree):
        match node:
            case ast.arguments(defaults=plain, kw_defaults=named):
                found.update(part for value in (*plain, *named) if value is not None for part in ast.walk(value))
            case ast.ClassDef(body=body):
                fields = (each.value for each in body if isinstance(each, ast.AnnAssign) and each.value is not None)
                found.update(part for value in fields for part in ast.walk(value))
    return found


def made_in_place(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """(line, what) of all that a module makes itself."""
    given = defaults(tree)
    called = {node.func for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Name) and node not in given and _may_make(node):
            name = ast.unparse(node)
            opened = name == "socket.socket" and node in called  # else it is an annotation
            chosen = name.startswith("random.") and (name != "random.Random" or node in called)
            if name in MAKERS or opened or chosen or name.rpartition(".")[2] in UNTIED:
                yield node.lineno, name
        if isinstance(node, ast.ImportFrom) and node.module in RANDOM:
            yield node.lineno, f"from {node.module} import"


def _may_make(node: ast.Attribute | ast.Name) -> bool:
    if not isinstance(node.ctx, ast.Load):
        return False
    words = (node.id,) if isinstance(node, ast.Name) else (node.attr, getattr(node.value, "id", ""))
    return not WORDS.isdisjoint(words)


def of(path: str) -> str | None:
    """The entry of a module, or of a room that it is in."""
    return next((place for place in ALLOWED if path == place or path.startswith(f"{place}/")), None)


def all_made() -> dict[str, list[str]]:
    """Module → what it makes."""
    found: dict[str, list[str]] = {}
    for file in sorted(AGENT.rglob("*.py")):
        made = [f"{line}: {name}" for line, name in made_in_place(ast.parse(file.read_text(encoding="utf-8")))]
        if made:
            found[str(file.relative_to(AGENT))] = made
    return found


@pytest.mark.timeout(20)
def test_nothing_is_made_in_place_without_a_reason() -> None:
    made = all_made()
    assert {path: what for path, what in made.items() if of(path) is None} == {}
    assert ALLOWED.keys() - {of(path) for path in made} == set(), "the reason of something that is no longer there"


@pytest.mark.parametrize(
    "text",
    [
        "def f(): return os.urandom(16)",
        "class A:\n    def f(self): self.at = time.monotonic()",
        "def f(): return secrets.token_hex(6)",
        "def f(): return random.random()",
        "from random import randint",
        "async def f(): await asyncio.to_thread(g)",
        "def f(): return datetime.now(UTC)",
        "def f(loop): loop.create_datagram_endpoint(g)",
    ],
)
def test_what_is_made_in_place_is_found(text: str) -> None:
    assert [line for line, _ in made_in_place(ast.parse(text))]


@pytest.mark.parametrize(
    "text",
    [
        "def f(octets=os.urandom): return octets(16)",
        "def f(*, chance=random.random): return chance()",
        "class A:\n    chance: object = SystemRandom().random",
        "def f(clock): return clock.monotonic()",
        "def f(sock: socket.socket): sock.close()",
    ],
)
def test_what_comes_in_by_argument_is_none_of_it(text: str) -> None:
    assert list(made_in_place(ast.parse(text))) == []
