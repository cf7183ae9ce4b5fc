"""Every counter of the agent is declared: name, what it counts, whether it means loss."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import cmsp_agent
from cmsp_agent.model.counter import REGISTER, UNDECLARED, counter_of, described

SOURCE = Path(cmsp_agent.__file__).parent
VARIES = "some"


def counted_in(source: str) -> Iterator[str]:
    """The names that a module counts under; what varies in a name is a word of its own."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        function = ast.unparse(node.func)
        if function.endswith("counters.add"):
            yield from texts(node.args[0], "")
        elif function == "attempt":
            yield from texts(node.args[0], ".failed")


def texts(node: ast.expr, ending: str) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield f"{node.value}{ending}"
    elif isinstance(node, ast.JoinedStr):
        parts = [str(part.value) if isinstance(part, ast.Constant) else VARIES for part in node.values]
        yield "".join(parts) + ending


def names() -> set[str]:
    return {name for file in SOURCE.rglob("*.py") for name in counted_in(file.read_text())}


def test_the_names_are_found() -> None:
    assert {"traps.received", "events.signals", "pipeline.signal.failed"} <= names()
    assert len(names()) > 80


@pytest.mark.parametrize("name", sorted(name for name in names() if VARIES not in name))
def test_a_counter_is_declared(name: str) -> None:
    assert counter_of(name).help


def test_a_name_that_nobody_declared_is_refused() -> None:
    with pytest.raises(LookupError, match="not declared"):
        counter_of("something.else")
    assert described("something.else") is UNDECLARED


@pytest.mark.parametrize(
    ("name", "loss"),
    [
        ("traps.malformed", True),
        ("forwarder.evicted", True),
        ("syslog.tcp.crowded_out", True),
        ("syslog.udp.unknown_sender", True),
        ("polls.partial", False),
        ("heartbeat.failed", False),
    ],
)
def test_loss_is_declared_and_not_guessed(name: str, loss: bool) -> None:
    assert counter_of(name).loss is loss


def test_each_form_is_declared_once() -> None:
    forms = [counter.name for counter in REGISTER]
    assert len(forms) == len(set(forms))
