"""Cases that people write to try their rules: an event in, what is expected of it out.

cases:
  - {name: the lab is quiet, event: {site: lab, type: link.down, severity: major}, expect: drop}
  - {name: trunks stay, event: {type: isdn.layer2.down}, expect: keep}
  - {name: lowered, event: {type: fan.failed, severity: critical}, expect: {severity: minor}}
  - {name: short, events: [{at: 0s, type: link.down}, {at: 2m, type: link.down, state: clear}], expect: {incidents: 0}}
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cmsp_agent.config.file_text import read_text
from cmsp_agent.config.load_yaml import parse_yaml
from cmsp_agent.config.quantities import parse_duration
from cmsp_agent.config.tree import MapNode, Node, find, plain
from cmsp_agent.model.errors import ConfigurationError, Problem
from cmsp_agent.model.event import AlarmKey, Event, Source, Transition
from cmsp_agent.model.severity import Severity
from cmsp_agent.model.times import parse_rfc3339
from cmsp_agent.pipeline.rules.replay import Replay, ReplaySite
from cmsp_agent.pipeline.rules.rule import FilterRule, Rules

DAY = 86_400_000
BEGUN = 1_767_225_600_000
"""When the events of a history begin: 2026-01-01, a Thursday, 00:00 UTC."""
NO_SITE = ReplaySite({}, {})
_TEXTS = ("component", "site", "object", "type", "text")


@dataclass(frozen=True, slots=True)
class Case:
    """One case: an event, and the action that is expected."""

    name: str
    line: int
    event: Event
    expect: str
    history: tuple[Event, ...] = ()
    """Events one after the other, of which incidents are expected; then `event` is the last."""


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


def try_cases(rules: Rules, cases: list[Case], site: ReplaySite = NO_SITE) -> Iterator[RuleCaseOutcome]:
    """What the rules make of each case; after a history nothing more comes for a day."""
    for case in cases:
        if case.history:
            one = Replay(rules, site)
            for event in case.history:
                one.take(event)
            one.finish(DAY)
            yield RuleCaseOutcome(case, f"incidents: {len(one.incidents)}", None)
            continue
        rule = rules.filter_for(case.event)
        yield RuleCaseOutcome(case, "keep" if rule is None else rule.action, rule)


def event_from(fields: Mapping[str, Any]) -> Event:
    """An event with the fields that are given, as an event's JSON or a case names them.

    Raises:
        ValueError: a severity, a state or a source that there is not.
    """
    received_at = parse_rfc3339(str(fields["received_at"])) if "received_at" in fields else 0
    texts = {name: str(fields.get(name) or "") for name in _TEXTS}
    return Event(
        id=str(fields.get("id") or ""),
        severity=Severity(fields.get("severity", "major")),
        state=Transition(fields.get("state", "raise")),
        occurred_at=received_at,
        received_at=received_at,
        alarm=fields.get("alarm"),
        suppressed_by=fields.get("suppressed_by") or None,
        clock="received",
        sources=tuple(Source(each) for each in fields.get("sources", ["poll"])),
        count=int(fields.get("count", 1)),
        confirmed=bool(fields.get("confirmed", False)),
        attributes={str(name): str(value) for name, value in (fields.get("attributes") or {}).items()},
        **texts,
    )


def _history(content: dict[str, Any], index: int, line: int) -> Case:
    """`events: [{at: 0s, …}, {at: 2m, …}]`, `expect: {incidents: 1}`."""
    expect, given = content.get("expect"), content["events"]
    if not isinstance(expect, dict) or expect.keys() != {"incidents"}:
        raise ValueError("expect: {incidents: 1} is wanted of events")
    if not isinstance(given, list) or not given or not all(isinstance(each, dict) for each in given):
        raise ValueError("events: [{at: 0s, type: …}] is wanted")
    history: list[Event] = []
    raised: dict[AlarmKey, str] = {}
    for number, fields in enumerate(given):
        at = BEGUN + round(parse_duration(str(fields.get("at", "0s"))) * 1000)
        event = _event({**{name: value for name, value in fields.items() if name != "at"}, "id": str(number)})
        event = replace(event, received_at=at, occurred_at=at, alarm=raised.get(event.key))
        if event.state is Transition.RAISE:
            raised.setdefault(event.key, event.id)
        history.append(event)
    name = str(content.get("name") or f"case {index + 1}")
    return Case(name, line, history[-1], f"incidents: {expect['incidents']}", tuple(history))


def _event(fields: dict[str, Any]) -> Event:
    known = {*_TEXTS, "id", "severity", "state", "sources", "count", "confirmed", "attributes"}
    if unknown := fields.keys() - known:
        raise ValueError(f"no fields of an event: {', '.join(sorted(unknown))}")
    return event_from(fields)


def _case(node: Node, index: int) -> Case:
    content = plain(node)
    if isinstance(content, dict) and "events" in content:
        return _history(content, index, node.line)
    if not isinstance(node, MapNode) or not isinstance(content, dict) or not isinstance(content.get("event"), dict):
        raise ValueError("event: {type: …} is wanted")
    expect = content.get("expect")
    if isinstance(expect, dict) and expect.keys() == {"severity"}:
        expect = f"severity: {Severity(expect['severity'])}"
    elif expect not in ("keep", "drop"):
        raise ValueError("expect: keep, drop or {severity: minor} is wanted")
    return Case(str(content.get("name") or f"case {index + 1}"), node.line, _event(content["event"]), str(expect))
