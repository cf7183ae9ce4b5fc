"""Whether a condition holds for every event, whatever it says: it is tried on events made of its own words.

A condition that excludes something names what that is. So it fails for one of the events made here, unless it excludes
nothing: `severity >= warning`, `site != a or site != b`. What excludes by a pattern is taken at its word.
"""

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from cmsp_agent.model.event import Event, Source, Transition
from cmsp_agent.model.severity import Severity
from cmsp_agent.pipeline.rules.language import Compiled

PROBES = 400
_ODD = ("", "x", "Serial0/1/0:15", "lost \u2603 at 12:00")
_TEXTS = ("component", "site", "object", "type", "text")
_RAISING = [each for each in Severity if each is not Severity.CLEARED]


def matches_everything(compiled: Compiled) -> bool:
    """Whether no event but a clear is found that the condition does not hold for."""
    if compiled.always:
        return True
    operators = {operator for _, operator, _ in compiled.compared}
    if "!~" in operators or ("~" in operators and "not" in compiled.text):
        return False
    choose = random.Random(0)
    return all(compiled.holds(_probe(choose, compiled.compared)) for _ in range(PROBES))


def _probe(choose: random.Random, compared: Sequence[tuple[str, str, str]]) -> Event:
    """An event that has some of the values that the condition names."""
    event = Event(
        id="probe",
        severity=choose.choice(_RAISING),
        state=choose.choice([Transition.RAISE, Transition.INFO]),
        occurred_at=0,
        received_at=0,
        clock="received",
        sources=(choose.choice([*Source]),),
        count=choose.choice([1, 2, 1000]),
        confirmed=choose.choice([True, False]),
        attributes={},
        **{name: choose.choice(_ODD) for name in _TEXTS},
    )
    named: dict[str, Any] = {}
    for name, _, value in compared:
        if choose.random() < 0.5:
            named |= _named(name, value, choose)
    attributes = {key.removeprefix("attributes."): value for key, value in named.items() if "." in key}
    return replace(event, attributes=attributes, **{key: value for key, value in named.items() if "." not in key})


def _named(name: str, value: str, choose: random.Random) -> dict[str, Any]:
    """A field that a condition compares, with that value or, of a number, one beside it."""
    if name == "count":
        return {name: max(1, int(value) + choose.choice([-1, 0, 1]))}
    if name in _TEXTS or name.startswith("attributes."):
        return {name: value}
    return {}
