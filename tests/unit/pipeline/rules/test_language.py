"""Conditions of rules: what holds, and that all mistakes are found at once with their columns."""

import time

import pytest

from cmsp_agent.pipeline.rules.cases import event_from
from cmsp_agent.pipeline.rules.language import ConditionInvalid, compile_condition

EVENT = event_from(
    {
        "component": "gw-1",
        "site": "paris",
        "object": "GigabitEthernet0/0",
        "type": "link.down",
        "severity": "major",
        "sources": ["trap", "syslog"],
        "count": 3,
        "text": 'the "link" is down',
        "attributes": {"vrf": "voice"},
    }
)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("always", True),
        ("not always", False),
        ('type == "link.down"', True),
        ("type == link.down", True),
        ("type != link.down", False),
        ("severity >= major", True),
        ("severity > major", False),
        ("severity <= minor", False),
        ("severity in [major, critical]", True),
        ("source == trap and source == syslog", True),
        ("source != poll", True),
        ("source in [poll, agent]", False),
        ('object ~ "^Giga.*/0$"', True),
        ('object !~ "^Serial"', True),
        ("count > 2 and not confirmed == true", True),
        ("site == lyon or site == paris and count == 3", True),
        ("(site == lyon or site == paris) and count == 4", False),
        ("attributes.vrf == voice", True),
        ("attributes.none == ''", True),
        ("state == raise", True),
    ],
)
def test_what_holds(text: str, holds: bool) -> None:
    assert compile_condition(text).holds(EVENT) is holds


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("", [1]),
        ("typ == link.down", [1]),
        ("severity == bad and count == many", [13, 30]),
        ("type < link.down", [6]),
        ('object ~ "("', [10]),
        ("type == link.down site == paris", [19]),
        ("(type == link.down", [19]),
        ("type in []", [6]),
        ("type ==", [8]),
        ("state == gone or source == radio or confirmed == maybe", [10, 28, 50]),
    ],
)
def test_every_mistake_has_its_column(text: str, columns: list[int]) -> None:
    with pytest.raises(ConditionInvalid) as caught:
        compile_condition(text)
    assert [mistake.column for mistake in caught.value.mistakes] == columns


def test_a_mistyped_value_is_answered_with_the_nearest() -> None:
    with pytest.raises(ConditionInvalid, match="did you mean 'major'"):
        compile_condition("severity == mayor")


@pytest.mark.parametrize("text", ["always", "always or type == x", "not (not always)", "always and always"])
def test_what_would_match_everything_is_known(text: str) -> None:
    assert compile_condition(text).always


def test_a_pattern_that_explodes_elsewhere_is_linear_here() -> None:
    bad = event_from({"text": "a" * 2048})
    compiled = compile_condition('text ~ "^(a+)+$" and text ~ "(a*)*b"')
    began = time.perf_counter()
    assert not compiled.holds(bad)
    assert time.perf_counter() - began < 0.1


@pytest.mark.parametrize(
    "text", ["(" * 3000, "not " * 900 + "always", 'text ~ "(x{1000}){1000}"', "x" * 5000, '"', "~~~"]
)
def test_whatever_is_written_ends_as_a_mistake(text: str) -> None:
    with pytest.raises(ConditionInvalid):
        compile_condition(text)


@pytest.mark.parametrize(
    ("text", "types"),
    [
        ("type == a", {"a"}),
        ("type in [a, b]", {"a", "b"}),
        ("type == a and severity >= major", {"a"}),
        ("type in [a, b] and type == b", {"b"}),
        ("type == a and type == b", set()),
        ("type == a or (type == b and site == x)", {"a", "b"}),
        ("type == a or site == x", None),
        ("not type == a", None),
        ("type != a", None),
        ("type ~ a", None),
        ("always", None),
        ("site == a", None),
    ],
)
def test_the_types_that_a_condition_can_hold_for_are_known_before_it_is_asked(
    text: str, types: set[str] | None
) -> None:
    assert compile_condition(text).types == types
