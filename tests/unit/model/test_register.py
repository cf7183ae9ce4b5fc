"""Every counter of the agent is declared: name, what it counts, whether it means loss."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import cmsp_agent
from cmsp_agent.model.register import REGISTER, UNDECLARED, counter_of, described, gauge_of

SOURCE = Path(cmsp_agent.__file__).parent
VARIES = "some"


def counted_in(source: str) -> Iterator[str]:
    """The names that a module counts under; what varies in a name is a word of its own."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        function = ast.unparse(node.func)
        if function.endswith("counters.add"):
            yield from texts(node.args[0], "")
            if isinstance(node.args[0], ast.Name):  # the caller says under which name
                yield from named_by_callers(tree)
        elif function == "attempt":
            yield from texts(node.args[0], ".failed")
        elif function == "partial" and ast.unparse(node.args[0]) == "attempt":
            yield from texts(node.args[1], ".failed")


def named_by_callers(tree: ast.Module) -> Iterator[str]:
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    for argument in (argument for call in calls for argument in call.args):
        if isinstance(argument, ast.Constant) and re.fullmatch(r"[a-z]+\.[a-z_]+", str(argument.value)):
            yield str(argument.value)


def texts(node: ast.expr, ending: str) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield f"{node.value}{ending}"
    elif isinstance(node, ast.JoinedStr):
        parts = [str(part.value) if isinstance(part, ast.Constant) else VARIES for part in node.values]
        yield "".join(parts) + ending
    elif isinstance(node, ast.IfExp):
        yield from texts(node.body, ending)
        yield from texts(node.orelse, ending)


@cache
def names() -> set[str]:
    return {name for file in SOURCE.rglob("*.py") for name in counted_in(file.read_text())}


def test_the_names_are_found() -> None:
    assert {
        "traps.received",
        "events.signals",
        "pipeline.signal.failed",
        "heartbeat.sent",
        "time.late_duplicates",
    } <= names()
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
        ("api.refused", False),
        ("api.turned_away", False),
    ],
)
def test_loss_is_declared_and_not_guessed(name: str, loss: bool) -> None:
    assert counter_of(name).loss is loss


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("traps.malformed", "component"),
        ("traps.refused", "reason"),
        ("snmp.requests.split", "address"),
        ("plugins.misfits", "plugin"),
        ("storage.commits", "database"),
        ("rules.dropped", "rule"),
        ("api.turned_away", "reason"),
    ],
)
def test_a_key_is_named_for_what_it_is(name: str, label: str) -> None:
    assert counter_of(name).label == label


def test_an_exact_name_stands_before_the_forms() -> None:
    exact = ["*" not in counter.name for counter in REGISTER]
    assert exact == sorted(exact, reverse=True)


def test_each_form_is_declared_once() -> None:
    forms = [counter.name for counter in REGISTER]
    assert len(forms) == len(set(forms))


@cache
def gauges() -> set[str]:
    calls = (
        node.args[0]
        for file in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("counters.gauge")
    )
    return {name for argument in calls for name in texts(argument, "")}


def test_every_gauge_is_declared() -> None:
    assert {"events.waiting", "polls.worst_lateness_s", f"{VARIES}.kernel_dropped"} <= gauges()
    assert [name for name in gauges() if gauge_of(name)[0].help == UNDECLARED.help] == []


def test_what_varies_in_a_gauge_is_its_label() -> None:
    gauge, receiver = gauge_of("syslog.udp.buffer")
    assert (gauge.metric, gauge.label, receiver) == ("receiver.buffer_bytes", "receiver", "syslog.udp")
    assert gauge_of("events.waiting")[1] == ""
