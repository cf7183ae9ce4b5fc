"""Reads the keys of a rule from a file's tree, and collects every mistake with its file, line and column."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from cmsp_agent.config.nearest import did_you_mean
from cmsp_agent.config.quantities import parse_duration
from cmsp_agent.config.tree import MapNode, Node, Scalar
from cmsp_agent.model.errors import Problem
from cmsp_agent.model.severity import Severity
from cmsp_agent.pipeline.rules.language import Compiled, ConditionInvalid, compile_condition
from cmsp_agent.pipeline.rules.probes import matches_everything

SEVERITIES = [str(each) for each in Severity if each is not Severity.CLEARED]
LONGEST = 7 * 86_400_000
"""ms that a rule may wait or look back."""

MATCHES_ALL = "matches every event"
"""How the warning of a rule ends whose condition excludes nothing."""


@dataclass(slots=True)
class RuleReader:
    """One file after the other; `problems` and `warnings` are of all."""

    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    file: str = ""
    lines: list[str] = field(default_factory=list)

    def condition(self, node: Node | None, rule: MapNode, key: str = "if") -> Compiled | None:
        """A condition, compiled; None after a mistake."""
        text = self.text(node, rule, key)
        if not text or node is None:
            return None
        try:
            compiled = compile_condition(text)
        except ConditionInvalid as error:
            for mistake in error.mistakes:
                self.wrong(node, mistake.text, mistake.column - 1)
            return None
        if key == "if" and matches_everything(compiled):
            self.warnings.append(Problem(self.file, node.line, "", f"`{text}` {MATCHES_ALL}"))
        return compiled

    def severity(self, node: MapNode) -> Severity | None:
        """`{severity: minor}`."""
        text = self.text(dict(self.entries(node, ("severity",))).get("severity"), node, "severity")
        if text in SEVERITIES:
            return Severity(text)
        if text:
            self.wrong(node.entries["severity"], f"'{text}' is no severity{did_you_mean(text, SEVERITIES)}")
        return None

    def number(self, node: Node | None, parent: MapNode, key: str, default: int) -> int:
        """A whole number; the default where the key is not there."""
        text = "" if node is None else self.text(node, parent, key)
        if node is not None and text and not text.isdecimal():
            self.wrong(node, f"{key}: '{text}' is no whole number")
        return int(text[:9]) if text.isdecimal() else default

    def duration(self, node: Node | None, parent: MapNode, key: str, default: str = "") -> int:
        """A time in ms."""
        text = default if node is None and default else self.text(node, parent, key)
        if not text:
            return 0
        try:
            milliseconds = round(parse_duration(text) * 1000)
        except ValueError as error:
            self.wrong(node or parent, f"{key}: {error}")
            return 0
        if not 0 < milliseconds <= LONGEST:
            self.wrong(node or parent, f"{key}: more than 0 and at most 7d is wanted")
        return milliseconds

    def names(self, node: Node | None, known: Collection[str], key: str) -> tuple[str, ...]:
        """A name, or a list of names, of those that are known."""
        found = []
        for item in getattr(node, "items", () if node is None else (node,)):
            name = str(item.value) if isinstance(item, Scalar) else ""
            if name in known or name.startswith("attributes."):
                found.append(name)
            else:
                self.wrong(item, f"{key}: '{name}' is no field to go by{did_you_mean(name, known)}")
        return tuple(found)

    def entries(self, node: Node, known: Sequence[str]) -> Iterator[tuple[str, Node]]:
        """The keys that are known here; any other is a mistake."""
        if not isinstance(node, MapNode):
            self.wrong(node, f"a mapping with {', '.join(known)} is wanted")
            return
        for key, value in node.entries.items():
            if key in known:
                yield key, value
            else:
                self.wrong_key(node, key, f"'{key}' is not known here{did_you_mean(key, known)}")

    def text(self, node: Node | None, parent: Node, key: str) -> str:
        """A value as text; without one, a mistake."""
        value = node.value if isinstance(node, Scalar) else None
        if value is None or str(value) == "":
            if node is None:
                self.wrong(parent, f"{key}: is missing")
            else:
                self.wrong_key(parent, key, f"{key}: is missing")
            return ""
        return str(value)

    def wrong(self, node: Node, text: str, offset: int = 0) -> None:
        """A mistake in a value: where it stands, or so many characters further on."""
        line, begin = node.line, max(node.column - 1, 0)
        if self._source(line)[begin : begin + 1] in ("|", ">"):
            line, begin = line + 1, _indentation(self._source(line + 1))
        while line < len(self.lines) and offset > (length := len(self._source(line).rstrip()) - begin):
            line, offset = line + 1, offset - length - 1  # a text of several lines
            begin = _indentation(self._source(line))
        self._note(line, begin + 1 + offset, text)

    def wrong_key(self, node: Node, key: str, text: str) -> None:
        """A mistake in a key of a mapping, or in that it is there."""
        line = node.key_lines.get(key, node.line) if isinstance(node, MapNode) else node.line
        found = re.search(rf"(?<![\w.-]){re.escape(key)}['\"]?\s*:", self._source(line))
        self._note(line, node.column if found is None else found.start() + 1, text)

    def _source(self, line: int) -> str:
        return self.lines[line - 1] if 0 < line <= len(self.lines) else ""

    def _note(self, line: int, column: int, text: str) -> None:
        self.problems.append(Problem(self.file, line, "", text, max(column, 1)))


def _indentation(source: str) -> int:
    return len(source) - len(source.lstrip())
