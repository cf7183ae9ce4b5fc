"""Cases that people write to try their rules: an event in, what is expected of it out.

cases:
  - {name: the lab is quiet, event: {site: lab, type: link.down, severity: major}, expect: drop}
  - {name: trunks stay, event: {type: isdn.layer2.down}, expect: keep}
  - {name: lowered, event: {type: fan.failed, severity: critical}, expect: {severity: minor}}
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cmsp_agent.config.file_text import read_text
from cmsp_agent.config.load_yaml import parse_yaml
from cmsp_agent.config.tree import MapNode, Node, find, plain
from cmsp_agent.model.errors import ConfigurationError, Problem
from cmsp_agent.model.event import Event, Source, Transition
from cmsp_agent.model.severity import Severity
from cmsp_agent.pipeline.rules.rule import FilterRule, Rules

_TEXTS = ("component", "site", "object", "type", "text")


@dataclass(frozen=True, slots=True)
class Case:
    """One case: an event, and the action that is expected."""

    name: str
    line: int
    event: Event
    expect: str


@dataclass(frozen=True, slots=True)
class RuleCaseOutcome:
    """What became of a case."""

    case: Case
    got: str
    rule: FilterRule | None

    @property
    def right(self) -> bool:
        """It came out as expected."""
        return self.got == self.case.expect


def read_cases(path: Path) -> list[Case]:
    """The cases of a file.

    Raises:
        ConfigurationError: with every mistake of the file.
    """
    tree, problems = parse_yaml(read_text(path), str(path))
    listed = find(tree, "cases")
    if not problems and (listed is None or not getattr(listed, "items", ())):
        problems = [Problem(str(path), 1, "", "cases: [{event: {…}, expect: keep}] is wanted")]
    cases = []
    for index, node in enumerate(getattr(listed, "items", ())):
        try:
            cases.append(_case(node, index))
        except ValueError as error:
            problems.append(Problem(str(path), node.line, f"cases[{index}]", str(error)))
    if problems:
        raise ConfigurationError(problems)
    return cases


def try_cases(rules: Rules, cases: list[Case]) -> Iterator[RuleCaseOutcome]:
    """What the rules make of each case."""
    for case in cases:
        rule = rules.filter_for(case.event)
        yield RuleCaseOutcome(case, "keep" if rule is None else rule.action, rule)


def event_from(fields: Mapping[str, Any]) -> Event:
    """An event with the fields that are given, as an event's JSON or a case names them.

    Raises:
        ValueError: a severity, a state or a source that there is not.
    """
    texts = {name: str(fields.get(name) or "") for name in _TEXTS}
    return Event(
        id=str(fields.get("id") or ""),
        severity=Severity(fields.get("severity", "major")),
        state=Transition(fields.get("state", "raise")),
        occurred_at=0,
        received_at=0,
        clock="received",
        sources=tuple(Source(each) for each in fields.get("sources", ["poll"])),
        count=int(fields.get("count", 1)),
        confirmed=bool(fields.get("confirmed", False)),
        attributes={str(name): str(value) for name, value in (fields.get("attributes") or {}).items()},
        **texts,
    )


def _case(node: Node, index: int) -> Case:
    content = plain(node)
    if not isinstance(node, MapNode) or not isinstance(content, dict) or not isinstance(content.get("event"), dict):
        raise ValueError("event: {type: …} is wanted")
    expect = content.get("expect")
    if isinstance(expect, dict) and expect.keys() == {"severity"}:
        expect = f"severity: {Severity(expect['severity'])}"
    elif expect not in ("keep", "drop"):
        raise ValueError("expect: keep, drop or {severity: minor} is wanted")
    unknown = content["event"].keys() - {*_TEXTS, "severity", "state", "sources", "count", "confirmed", "attributes"}
    if unknown:
        raise ValueError(f"no fields of an event: {', '.join(sorted(unknown))}")
    return Case(str(content.get("name") or f"case {index + 1}"), node.line, event_from(content["event"]), str(expect))
