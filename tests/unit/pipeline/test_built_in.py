"""What the agent tells of itself is declared: severity, title, incident or not, recommendation."""

import re
from collections.abc import Iterator

import pytest

from cmsp_agent.app.agent import Agent
from cmsp_agent.model.severity import Severity
from cmsp_agent.pipeline.built_in import BUILT_IN
from cmsp_agent.plugin.api import AlarmType
from cmsp_agent.services.part import Part
from docs.tools.commands import Command, tree
from tests.unit.names_passed import Origin, Source, agent

REPORTS = (
    ("AgentSignal", 2, ""),
    ("note", 0, "notices"),
    ("alarm", 0, "notices"),
    ("alarm", 0, "alarms"),
    ("Conditions", 0, ""),
)
"""What takes the type of an alarm: its name, the argument's place, how what it is asked of is called."""
OF_A_CALLER = {
    "services/events/notices.py: kind": "what `note` and `alarm` are called with",
    "services/order/start.py: alarm.type": "each that the domain declares",
}
"""What is not followed: it is a type of a caller, which is looked at there, or one that is declared."""
DECLARED = {alarm.type: alarm for alarm in BUILT_IN}


def reported_in(source: Source) -> set[Origin]:
    """The alarm types that the agent reports, and what could not be followed."""
    return {origin for call, place, of in REPORTS for origin in source.passed(call, place, "kind", of)}


def undeclared(source: Source) -> set[str]:
    """What is reported and not declared."""
    places = {origin.place_of_any_line for origin in reported_in(source) if origin.text not in DECLARED}
    return places - OF_A_CALLER.keys()


pytestmark = pytest.mark.timeout(30)


def test_what_is_reported_is_found() -> None:
    reported = {origin.text for origin in reported_in(agent())}
    assert {"storage.corrupt", "outbox.evicted", "backup.failed", "clock.distrusted", "headend.lost"} <= reported
    assert {"tunnel.down", "security.trap_refused", "device_type.missing", "restore.interrupted"} <= reported


def test_what_is_reported_is_declared() -> None:
    assert undeclared(agent()) == set()


CONDITIONS = """
class Conditions:
    def __init__(self, kind): self._kind = kind
    def hold(self): self._alarms.alarm(self._kind, "", "")
"""


@pytest.mark.parametrize(
    "text",
    [
        "notices.note('storage.melted', 'state', 'gone')",
        "def f(): notices.note('storage.low' if x else 'storage.melted', '', '')",
        "def f(notices, kind): notices.note(kind, '', '')\ndef g(): f(n, 'storage.melted')",
        "def f():\n    for kind in ('storage.low', 'storage.melted'): self._notices.alarm(kind, '', '', raised=True)",
        "TABLE = (('a', 'storage.melted'),)\ndef f():\n    for _, kind in TABLE: notices.note(kind, '', '')",
        "from types_of_a_domain import MELTED\nnotices.note(MELTED, '', '')",
        "def f(): tell(AgentSignal('', 0, f'storage.{what}', '', True, ''))",
        "def f(): notices.note(found.what, '', '')",
        "a = Conditions('storage.melted')",
        "def f(): return partial(Conditions, 'storage.melted')",
    ],
)
def test_a_type_that_is_not_declared_is_found(text: str) -> None:
    domain = {"services/conditions.py": CONDITIONS, "types_of_a_domain.py": "MELTED = 'storage.melted'"}
    assert undeclared(Source({**domain, "services/new.py": text}))


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
