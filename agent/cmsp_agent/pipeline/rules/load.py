r"""Rule files into rules: every mistake of every file at once, each with its line and column.

filter:
  - {name: lab, if: 'site == "lab" and severity <= minor', do: drop}
timing:
  - {name: trunks, if: 'type == "isdn.layer2.down"', flapping: {start: 6, stop: 2, within: 1m}}
correlation:
  - {name: DSPs of a card, if: type == dsp.down, group: {by: component, part: '(\\d+)/'}}
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from cmsp_agent.config.file_text import read_text
from cmsp_agent.config.load_yaml import parse_yaml
from cmsp_agent.config.tree import ListNode, MapNode, Node
from cmsp_agent.config.windows import Weekly, parse_weekly
from cmsp_agent.model.errors import ConfigurationError, Problem
from cmsp_agent.model.event import Event
from cmsp_agent.pipeline.rules.actions import ACTIONS, UnreadRule
from cmsp_agent.pipeline.rules.language import Compiled, Condition
from cmsp_agent.pipeline.rules.reading import RuleReader
from cmsp_agent.pipeline.rules.rule import (
    Origin,
    Rule,
    Rules,
    rules_of,
)

MOST_RULES = 1000
Zones = Mapping[str, tzinfo]
"""Site → its time zone."""
NO_ZONES: Zones = {}


def load_rules(files: Sequence[Path], zones: Zones = NO_ZONES) -> tuple[Rules, list[Problem]]:
    """Read and compile the files.

    Args:
        files: in the order in which they apply.
        zones: of the sites, for rules that hold at certain hours; UTC for a site that is not in there.

    Returns:
        The rules, and what a person should know though it is no mistake: a rule that matches everything.

    Raises:
        ConfigurationError: with every mistake of all files.
    """
    loader = _Loader(zones)
    for file in files:
        loader.read(file)
    reader = loader.reader
    if reader.problems:
        raise ConfigurationError(sorted(reader.problems, key=lambda each: (each.file, each.line, each.column)))
    return rules_of(loader.rules), reader.warnings


@dataclass(slots=True)
class _Loader:
    zones: Zones
    reader: RuleReader = field(default_factory=RuleReader)
    rules: list[Rule] = field(default_factory=list)
    names: dict[str, Origin] = field(default_factory=dict)

    def read(self, path: Path) -> None:
        reader = self.reader
        try:
            text = read_text(path)
        except ConfigurationError as error:
            reader.problems.extend(error.problems)
            return
        reader.file, reader.lines = str(path), text.splitlines()
        tree, problems = parse_yaml(text, reader.file)
        reader.problems.extend(problems)
        if tree is None:
            return
        for kind, node in reader.entries(tree, tuple(ACTIONS)):
            if not isinstance(node, ListNode):
                reader.wrong_key(tree, kind, f"{kind}: a list of rules is wanted")
                continue
            for item in node.items:
                self.rule(kind, item)

    def rule(self, kind: str, node: Node) -> None:
        reader, actions = self.reader, ACTIONS[kind]
        more = ("override",) if kind == "filter" else ()
        entries = dict(reader.entries(node, ("name", "if", "when", *actions, *more)))
        if not isinstance(node, MapNode):
            return
        name = self.name(entries.get("name"), node)
        condition = self.during(entries.get("when"), node, reader.condition(entries.get("if"), node))
        named = [key for key in actions if key in entries]
        if len(named) != 1:
            wanted = "one of " + ", ".join(actions) if len(actions) > 1 else "do"
            reader.wrong_key(node, named[1] if named else "", f"{wanted} is wanted, and just one")
            return
        before = len(reader.problems)
        origin = Origin(reader.file, node.line)
        draft = UnreadRule(name, origin, condition or Compiled("", lambda _event: False), node)
        made = actions[named[0]](reader, draft, entries[named[0]])
        if made is not None and len(reader.problems) == before:
            self.rules.append(made)

    def name(self, node: Node | None, rule: MapNode) -> str:
        name = self.reader.text(node, rule, "name")
        if name and name in self.names:
            self.reader.wrong(node or rule, f"the name '{name}' is taken by the rule at {self.names[name]}")
        self.names.setdefault(name, Origin(self.reader.file, rule.line))
        if len(self.names) == MOST_RULES + 1:
            self.reader.wrong(rule, f"more than {MOST_RULES} rules")
        return name

    def during(self, node: Node | None, rule: MapNode, condition: Compiled | None) -> Compiled | None:
        """The condition at certain hours of the week, in the site's time: `when: Mon-Fri 08:00-18:00`."""
        if node is None:
            return condition
        text = self.reader.text(node, rule, "when")
        try:
            weekly = parse_weekly(text) if text else None
        except ValueError as error:
            self.reader.wrong(node, f"when: {error}")
            return condition
        if condition is None or weekly is None:
            return condition
        holds = _at_hours(condition.holds, weekly, self.zones)
        return replace(condition, text=f"{condition.text}, {text}", holds=holds, always=False)


def _at_hours(holds: Condition, weekly: Weekly, zones: Zones) -> Condition:
    def at_hours(event: Event) -> bool:
        if not holds(event):
            return False
        local = datetime.fromtimestamp(event.received_at / 1000, zones.get(event.site, UTC))
        return weekly.holds(local)

    return at_hours
