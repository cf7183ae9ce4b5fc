"""Cases that people write to try their rules: an event in, what is expected of it out.

cases:
  - {name: the lab is quiet, event: {site: lab, type: link.down, severity: major}, expect: drop}
  - {name: trunks stay, event: {type: isdn.layer2.down}, expect: keep}
  - {name: lowered, event: {type: env.fan, severity: critical}, expect: {severity: minor}}
  - {name: short, events: [{at: 0s, type: link.down}, {at: 2m, type: link.down, state: clear}], expect: {incidents: 0}}
include: [more/*.yaml]
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cmsp_agent.config.file_text import read_text
from cmsp_agent.config.load_yaml import parse_yaml
from cmsp_agent.config.nearest import did_you_mean
from cmsp_agent.config.quantities import parse_duration
from cmsp_agent.config.rule_files import rule_files
from cmsp_agent.config.tree import ListNode, MapNode, Node, plain
from cmsp_agent.model.errors import ConfigurationError, Problem
from cmsp_agent.model.event import AlarmKey, Event, Source, Transition
from cmsp_agent.model.severity import Severity
from cmsp_agent.model.times import parse_rfc3339
from cmsp_agent.pipeline.rules.filtering import lessens
from cmsp_agent.pipeline.rules.replay import Replay, ReplaySite
from cmsp_agent.pipeline.rules.rule import FilterRule, Rules

DAY = 86_400_000
BEGUN = 1_767_225_600_000
"""When the events of a history begin: 2026-01-01, a Thursday, 00:00 UTC."""
NO_SITE = ReplaySite({}, {})
_TOP = ("cases", "include")
_OF_A_CASE = {"name", "event", "events", "expect"}
_TEXTS = ("component", "site", "object", "type", "text")


@dataclass(frozen=True, slots=True)
class Case:
    """One case: an event, and the action that is expected."""

    name: str
    file: str
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
    """The cases of a file, and of those that it includes, each file once.

    Raises:
        ConfigurationError: with every mistake of the files.
    """
    reader = _CaseReader()
    reader.read(path)
    if not reader.problems and not reader.cases:
        reader.problems.append(Problem(str(path), 1, "", "cases: [{event: {…}, expect: keep}] is wanted"))
    if reader.problems:
        raise ConfigurationError(reader.problems)
    return reader.cases


@dataclass(slots=True)
class _CaseReader:
    cases: list[Case] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    files: set[Path] = field(default_factory=set)

    def read(self, path: Path) -> None:
        self.files.add(path.resolve())
        try:
            tree, problems = parse_yaml(read_text(path), str(path))
        except ConfigurationError as error:
            self.problems += error.problems
            return
        self.problems += problems
        if not isinstance(tree, MapNode):
            return
        for key, node in tree.entries.items():
            if key == "include":
                self.include(path, node)
            elif key == "cases" and isinstance(node, ListNode):
                self.all_of(path, node)
            else:
                text = "a list of cases is wanted" if key == "cases" else f"not known here{did_you_mean(key, _TOP)}"
                self.problems.append(Problem(str(path), tree.key_lines.get(key, node.line), key, text))

    def all_of(self, path: Path, listed: ListNode) -> None:
        for index, node in enumerate(listed.items):
            try:
                self.cases.append(_case(path, node, index))
            except ValueError as error:
                self.problems.append(Problem(str(path), node.line, f"cases[{index}]", str(error)))

    def include(self, path: Path, node: Node) -> None:
        named = plain(node)
        patterns = [each for each in (named if isinstance(named, list) else [named]) if isinstance(each, str) and each]
        if not patterns:
            self.problems.append(Problem(str(path), node.line, "include", "a file, or a list of files, is wanted"))
        try:
            found = rule_files(patterns, path.parent)
        except ConfigurationError as error:
            texts = (f"{each.file}: {each.text}" for each in error.problems)
            self.problems += (Problem(str(path), node.line, "include", text) for text in texts)
            return
        for each in found:
            if each.resolve() not in self.files:
                self.read(each)


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
        rule = _deciding(rules, case.event, site)
        yield RuleCaseOutcome(case, "keep" if rule is None else rule.action, rule)


def _deciding(rules: Rules, event: Event, site: ReplaySite) -> FilterRule | None:
    """The rule that is carried out: none on a clear, nor on a way to emergency numbers without an override."""
    rule = None if event.state is Transition.CLEAR else rules.filter_for(event)
    if rule is not None and lessens(rule, event) and not rule.override and site.guarded(event):
        return None
    return rule


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


def _history(path: Path, content: dict[str, Any], index: int, line: int) -> Case:
    """`events: [{at: 0s, …}, {at: 2m, …}]`, `expect: {incidents: 1}`."""
    expect, given = content.get("expect"), content["events"]
    if not isinstance(expect, dict) or expect.keys() != {"incidents"}:
        raise ValueError("expect: {incidents: 1} is wanted of events")
    if not isinstance(given, list) or not given or not all(isinstance(each, dict) for each in given):
        raise ValueError("events: [{at: 0s, type: …}] is wanted")
    history: list[Event] = []
    raised: dict[AlarmKey, str] = {}
    for number, fields in enumerate(given):
        event = _event({**fields, "id": str(number)})
        event = replace(event, alarm=raised.get(event.key))
        if event.state is Transition.RAISE:
            raised.setdefault(event.key, event.id)
        history.append(event)
    name = str(content.get("name") or f"case {index + 1}")
    return Case(name, str(path), line, history[-1], f"incidents: {expect['incidents']}", tuple(history))


def _event(fields: dict[str, Any]) -> Event:
    known = {*_TEXTS, "id", "severity", "state", "sources", "count", "confirmed", "attributes", "at"}
    if unknown := sorted(fields.keys() - known):
        raise ValueError(f"no fields of an event: {', '.join(unknown)}{did_you_mean(unknown[0], known)}")
    event = event_from({name: value for name, value in fields.items() if name != "at"})
    at = _moment(str(fields.get("at", "0s")))
    return replace(event, received_at=at, occurred_at=at)


def _moment(text: str) -> int:
    """`5m` after the beginning of the history, or a time of its own: `2026-01-05T09:00:00Z`."""
    try:
        return parse_rfc3339(text)
    except ValueError:
        return BEGUN + round(parse_duration(text) * 1000)


def _case(path: Path, node: Node, index: int) -> Case:
    content = plain(node)
    if isinstance(content, dict) and (unknown := sorted(content.keys() - _OF_A_CASE)):
        raise ValueError(f"'{unknown[0]}' is not known here{did_you_mean(unknown[0], _OF_A_CASE)}")
    if isinstance(content, dict) and "events" in content:
        return _history(path, content, index, node.line)
    if not isinstance(node, MapNode) or not isinstance(content, dict) or not isinstance(content.get("event"), dict):
        raise ValueError("event: {type: …} is wanted")
    expect = content.get("expect")
    if isinstance(expect, dict) and expect.keys() == {"severity"}:
        expect = f"severity: {Severity(expect['severity'])}"
    elif expect not in ("keep", "drop"):
        raise ValueError("expect: keep, drop or {severity: minor} is wanted")
    name = str(content.get("name") or f"case {index + 1}")
    return Case(name, str(path), node.line, _event(content["event"]), str(expect))
