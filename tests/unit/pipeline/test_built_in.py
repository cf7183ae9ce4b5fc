"""What the agent tells of itself is declared: severity, title, incident or not, recommendation."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import cmsp_agent
from cmsp_agent.app.agent import Agent
from cmsp_agent.model.severity import Severity
from cmsp_agent.pipeline.built_in import BUILT_IN
from cmsp_agent.plugin.api import AlarmType
from cmsp_agent.services.part import Part
from docs.tools.commands import Command, tree

SOURCE = Path(cmsp_agent.__file__).parent
PLACE_OF_KIND = {"note": 0, "alarm": 0, "AgentSignal": 2, "_alarm": 1}
"""Which argument of a call names the alarm type."""
DECLARED = {alarm.type: alarm for alarm in BUILT_IN}


def reported_in(source: str) -> Iterator[str]:
    """The alarm types that a module tells, written out or as a constant of the module."""
    tree = ast.parse(source)
    constants = dict(_constants(tree))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        place = PLACE_OF_KIND.get(ast.unparse(node.func).rpartition(".")[2])
        if place is None or len(node.args) <= max(place, 1):
            continue
        kind = node.args[place]
        if isinstance(kind, ast.Constant) and isinstance(kind.value, str):
            yield kind.value
        elif isinstance(kind, ast.Name) and kind.id in constants:
            yield constants[kind.id]


def _constants(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            for target in node.targets:
                yield ast.unparse(target), node.value.value


@cache
def reported() -> set[str]:
    return {kind for file in SOURCE.rglob("*.py") for kind in reported_in(file.read_text())}


def test_what_is_reported_is_found() -> None:
    assert {"storage.corrupt", "outbox.evicted", "backup.failed", "clock.distrusted"} <= reported()


@pytest.mark.parametrize("kind", sorted(reported()))
def test_what_is_reported_is_declared(kind: str) -> None:
    assert kind in DECLARED


def test_a_type_that_is_not_declared_would_be_found() -> None:
    assert list(reported_in("notices.note('storage.melted', 'state', 'gone')")) == ["storage.melted"]


def test_a_damaged_database_is_critical() -> None:
    assert DECLARED["storage.corrupt"].severity is Severity.CRITICAL


def test_each_says_what_helps() -> None:
    silent = [alarm.type for alarm in BUILT_IN if not alarm.recommendation]
    assert silent == ["trap.unknown", "syslog.unknown", "agent.notice"]


def commands(command: Command) -> Iterator[str]:
    yield " ".join(command.path)
    for child in command.children:
        yield from commands(child)


@pytest.mark.parametrize("alarm", BUILT_IN, ids=lambda alarm: alarm.type)
def test_a_command_that_it_names_exists(alarm: AlarmType) -> None:
    known = set(commands(tree()))
    for named in re.findall(r"`cmsp-agent ([a-z ]+?)(?: \{component\})?`", alarm.recommendation):
        assert named in known


def test_each_alarm_type_is_of_one_part_of_the_agent() -> None:
    ours = Agent.__module__.partition(".")[0]
    # by name: a dataclass with slots is made twice
    parts = {part.__qualname__: part for part in Part.__subclasses__() if part.__module__.startswith(ours)}.values()
    assert sorted(alarm.type for part in parts for alarm in part.alarm_types) == sorted(DECLARED)
