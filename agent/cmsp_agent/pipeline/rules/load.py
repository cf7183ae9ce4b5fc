"""Rule files into rules: every mistake of every file at once, each with its line and column.

filter:
  - {name: lab, if: 'site == "lab" and severity <= minor', do: drop}
timing:
  - {name: trunks, if: 'type == "isdn.layer2.down"', flapping: {start: 6, stop: 2, within: 1m}}
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cmsp_agent.config.file_text import read_text
from cmsp_agent.config.load_yaml import parse_yaml
from cmsp_agent.config.nearest import did_you_mean
from cmsp_agent.config.quantities import parse_duration
from cmsp_agent.config.tree import ListNode, MapNode, Node, Scalar
from cmsp_agent.model.errors import ConfigurationError, Problem
from cmsp_agent.model.severity import Severity
from cmsp_agent.pipeline.flapping import Thresholds
from cmsp_agent.pipeline.rules.language import Compiled, ConditionInvalid, compile_condition
from cmsp_agent.pipeline.rules.rule import FilterRule, FlappingRule, Origin, Rules

MOST_RULES = 1000
_DEFAULT = Thresholds()
_SEVERITIES = [str(each) for each in Severity if each is not Severity.CLEARED]


def load_rules(files: Sequence[Path]) -> tuple[Rules, list[Problem]]:
    """Read and compile the files.

    Returns:
        The rules, and what a person should know though it is no mistake: a rule that matches everything.

    Raises:
        ConfigurationError: with every mistake of all files.
    """
    reader = _Reader()
    for file in files:
        reader.read(file)
    if reader.problems:
        raise ConfigurationError(sorted(reader.problems, key=lambda each: (each.file, each.line)))
    return Rules(tuple(reader.filters), tuple(reader.flapping)), reader.warnings


@dataclass(slots=True)
class _Reader:
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    filters: list[FilterRule] = field(default_factory=list)
    flapping: list[FlappingRule] = field(default_factory=list)
    names: dict[str, Origin] = field(default_factory=dict)
    file: str = ""
    lines: list[str] = field(default_factory=list)

    def read(self, path: Path) -> None:
        try:
            text = read_text(path)
        except ConfigurationError as error:
            self.problems.extend(error.problems)
            return
        self.file, self.lines = str(path), text.splitlines()
        tree, problems = parse_yaml(text, self.file)
        self.problems.extend(problems)
        if tree is None:
            return
        for kind, node in self.entries(tree, ("filter", "timing")):
            if not isinstance(node, ListNode):
                self.wrong(node.line, kind, f"{kind}: a list of rules is wanted")
                continue
            for item in node.items:
                self.rule(kind, item)

    def rule(self, kind: str, node: Node) -> None:
        own = {"filter": ("do",), "timing": ("flapping",)}[kind]
        entries = dict(self.entries(node, ("name", "if", *own)))
        if not isinstance(node, MapNode):
            return
        name = self.text(entries.get("name"), node, "name")
        origin = Origin(self.file, node.line)
        if name and name in self.names:
            self.wrong(node.line, name, f"the name '{name}' is taken by the rule at {self.names[name]}")
        self.names.setdefault(name, origin)
        if len(self.names) > MOST_RULES:
            self.wrong(node.line, "", f"more than {MOST_RULES} rules")
            return
        condition = self.condition(entries.get("if"), node)
        if kind == "filter":
            action = self.action(entries.get("do"), node)
            if condition and action is not None:
                self.filters.append(FilterRule(name, origin, condition, **action))
        else:
            thresholds = self.thresholds(entries.get("flapping"), node)
            if condition and thresholds:
                self.flapping.append(FlappingRule(name, origin, condition, thresholds))

    def condition(self, node: Node | None, rule: MapNode) -> Compiled | None:
        text = self.text(node, rule, "if")
        if not text or node is None:
            return None
        try:
            compiled = compile_condition(text)
        except ConditionInvalid as error:
            for mistake in error.mistakes:
                self.wrong(node.line, text, mistake.text, mistake.column - 1)
            return None
        if compiled.always:
            place = Problem(self.file, node.line, "", f"`{text}` matches every event")
            self.warnings.append(place)
        return compiled

    def action(self, node: Node | None, rule: MapNode) -> dict[str, Any] | None:
        if isinstance(node, MapNode):
            entries = dict(self.entries(node, ("severity",)))
            text = self.text(entries.get("severity"), node, "severity")
            if text in _SEVERITIES:
                return {"severity": Severity(text)}
            if text:
                self.wrong(node.line, text, f"'{text}' is no severity{did_you_mean(text, _SEVERITIES)}")
            return None
        text = self.text(node, rule, "do")
        if text in ("keep", "drop"):
            return {"drop": text == "drop"}
        if text and node is not None:
            self.wrong(node.line, text, f"'{text}': wanted are keep, drop or {{severity: minor}}")
        return None

    def thresholds(self, node: Node | None, rule: MapNode) -> Thresholds | None:
        if not isinstance(node, MapNode):
            self.wrong(rule.line, "flapping", "flapping: {start: 5, stop: 1, within: 60s} is wanted")
            return None
        entries = dict(self.entries(node, ("start", "stop", "within")))
        before = len(self.problems)
        start = self.number(entries.get("start"), node, "start", _DEFAULT.start)
        stop = self.number(entries.get("stop"), node, "stop", _DEFAULT.stop)
        within = self.duration(entries.get("within"), node)
        if len(self.problems) == before and not 0 <= stop < start <= 1000:
            self.wrong(node.line, "stop", f"stop ({stop}) must be below start ({start}), and start at most 1000")
        return Thresholds(start, stop, within) if len(self.problems) == before else None

    def number(self, node: Node | None, parent: MapNode, key: str, default: int) -> int:
        text = "" if node is None else self.text(node, parent, key)
        if text and not text.isdecimal():
            self.wrong(parent.line, text, f"{key}: '{text}' is no whole number")
        return int(text) if text.isdecimal() else default

    def duration(self, node: Node | None, parent: MapNode) -> int:
        text = "60s" if node is None else self.text(node, parent, "within")
        try:
            return round(parse_duration(text) * 1000)
        except ValueError as error:
            self.wrong(parent.line, text, f"within: {error}")
            return 0

    def entries(self, node: Node, known: Sequence[str]) -> Iterator[tuple[str, Node]]:
        if not isinstance(node, MapNode):
            self.wrong(node.line, "", f"a mapping with {', '.join(known)} is wanted")
            return
        for key, value in node.entries.items():
            if key in known:
                yield key, value
            else:
                line = node.key_lines.get(key, value.line)
                self.wrong(line, key, f"'{key}' is not known here{did_you_mean(key, known)}")

    def text(self, node: Node | None, parent: Node, key: str) -> str:
        value = node.value if isinstance(node, Scalar) else None
        if value is None or str(value) == "":
            self.wrong(parent.line if node is None else node.line, key, f"{key}: is missing")
            return ""
        return str(value)

    def wrong(self, line: int, near: str, text: str, offset: int = 0) -> None:
        """A mistake in a line, at the column where `near` stands, and so many characters further on."""
        source = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        column = max(source.find(near), 0) + 1 + offset if near else 1
        self.problems.append(Problem(f"{self.file}:{line}:{column}", 0, "", text))
