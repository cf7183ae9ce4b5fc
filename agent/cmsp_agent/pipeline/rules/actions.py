"""What a rule does, read from its keys: one action for each rule, each made into a rule of its class."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cmsp_agent.config.tree import MapNode, Node
from cmsp_agent.model.event import Event
from cmsp_agent.pipeline.flapping import Thresholds
from cmsp_agent.pipeline.lost_together import StormLimits
from cmsp_agent.pipeline.rules.fields import field_named
from cmsp_agent.pipeline.rules.language import Compiled
from cmsp_agent.pipeline.rules.patterns import PatternInvalid, finder
from cmsp_agent.pipeline.rules.reading import RuleReader
from cmsp_agent.pipeline.rules.rule import (
    ClearRule,
    FilterRule,
    FlappingRule,
    GroupRule,
    LastingRule,
    Origin,
    Rule,
    SequenceRule,
    StormRule,
    TimesRule,
)

ALIKE_BY = ("component", "site", "object", "type")
"""Fields by which events are held together; `attributes.NAME` is one too."""
MOST = 1000
_DEFAULT, _STORM = Thresholds(), StormLimits()


@dataclass(frozen=True, slots=True)
class UnreadRule:
    """A rule of which the action is still to be read."""

    name: str
    origin: Origin
    condition: Compiled
    node: MapNode
    """The whole rule."""


def filtering(reader: RuleReader, rule: UnreadRule, node: Node) -> Rule | None:
    """`do: drop`, with `override: WHO, WHY` where it may touch the ways to emergency numbers."""
    said = rule.node.entries.get("override")
    override = reader.text(said, rule.node, "override") if said is not None else ""
    if isinstance(node, MapNode):
        severity = reader.severity(node)
        if severity is None:
            return None
        return FilterRule(rule.name, rule.origin, rule.condition, severity=severity, override=override)
    text = reader.text(node, rule.node, "do")
    if text in ("keep", "drop"):
        return FilterRule(rule.name, rule.origin, rule.condition, drop=text == "drop", override=override)
    if text:
        reader.wrong(node, f"'{text}': wanted are keep, drop or {{severity: minor}}")
    return None


def flapping(reader: RuleReader, rule: UnreadRule, node: Node) -> Rule | None:
    """`flapping: {start: 6, stop: 2, within: 1m}`."""
    if not isinstance(node, MapNode):
        reader.wrong(node, "flapping: {start: 5, stop: 1, within: 60s} is wanted")
        return None
    entries = dict(reader.entries(node, ("start", "stop", "within")))
    before = len(reader.problems)
    start = reader.number(entries.get("start"), node, "start", _DEFAULT.start)
    stop = reader.number(entries.get("stop"), node, "stop", _DEFAULT.stop)
    within = reader.duration(entries.get("within"), node, "within", "60s")
    if len(reader.problems) == before and not 0 <= stop < start <= MOST:
        reader.wrong_key(node, "stop", f"stop ({stop}) must be below start ({start}), and start at most {MOST}")
    return FlappingRule(rule.name, rule.origin, rule.condition, Thresholds(start, stop, within))


def lasting(reader: RuleReader, rule: UnreadRule, node: Node) -> Rule | None:
    """`lasts: 5m`."""
    return LastingRule(rule.name, rule.origin, rule.condition, reader.duration(node, rule.node, "lasts"))


def clear_after(reader: RuleReader, rule: UnreadRule, node: Node) -> Rule | None:
    """`clear_after: 2m`."""
    return ClearRule(rule.name, rule.origin, rule.condition, reader.duration(node, rule.node, "clear_after"))


def times(reader: RuleReader, rule: UnreadRule, node: Node) -> Rule | None:
    """`times: {count: 3, within: 10m}`."""
    entries = dict(reader.entries(node, ("count", "within")))
    if not isinstance(node, MapNode):
        return None
    count = reader.number(entries.get("count"), node, "count", 0)
    if not 2 <= count <= MOST:
        reader.wrong_key(node, "count", f"count: 2 to {MOST} is wanted")
    return TimesRule(
        rule.name, rule.origin, rule.condition, count, reader.duration(entries.get("within"), node, "within")
    )


def storm(reader: RuleReader, rule: UnreadRule, node: Node) -> Rule | None:
    """`storm: {components: 5, within: 10m}`."""
    entries = dict(reader.entries(node, ("components", "within")))
    if not isinstance(node, MapNode):
        return None
    components = reader.number(entries.get("components"), node, "components", _STORM.components)
    if not 2 <= components <= MOST:
        reader.wrong_key(node, "components", f"components: 2 to {MOST} is wanted")
    within = reader.duration(entries.get("within"), node, "within", "10m")
    return StormRule(rule.name, rule.origin, rule.condition, StormLimits(components, within))


def group(reader: RuleReader, rule: UnreadRule, node: Node) -> Rule | None:
    r"""`group: {by: component, part: '^slot (\\d+)'}`: `part` is what of the object must be the same."""
    entries = dict(reader.entries(node, ("by", "part")))
    if not isinstance(node, MapNode):
        return None
    by = reader.names(entries.get("by"), ALIKE_BY, "by")
    part = _part(reader, entries.get("part"), node)
    if not by and "by" not in entries:
        reader.wrong(node, "by: is missing; group by component, by site, or by both")
    return GroupRule(
        rule.name,
        rule.origin,
        rule.condition,
        (*by, *(["part of the object"] if part else [])),
        _alike(by, part),
    )


def sequence(reader: RuleReader, rule: UnreadRule, node: Node) -> Rule | None:
    """`sequence: {after: type == env.power, within: 10m, same: site, do: join}`."""
    entries = dict(reader.entries(node, ("after", "within", "same", "do")))
    if not isinstance(node, MapNode):
        return None
    after = reader.condition(entries.get("after"), node, "after")
    within = reader.duration(entries.get("within"), node, "within")
    same = reader.names(entries.get("same"), ALIKE_BY, "same") or ("component",)
    does = entries.get("do")
    severity = reader.severity(does) if isinstance(does, MapNode) else None
    text = "" if isinstance(does, MapNode) else reader.text(does, node, "do")
    if does is not None and text and text not in ("join", "drop"):
        reader.wrong(does, f"'{text}': wanted are join, drop or {{severity: critical}}")
    if after is None:
        return None
    return SequenceRule(
        rule.name,
        rule.origin,
        rule.condition,
        after,
        within,
        same,
        _alike(same),
        join=text == "join",
        drop=text == "drop",
        severity=severity,
    )


Action = Callable[[RuleReader, UnreadRule, Node], Rule | None]
ACTIONS: Mapping[str, Mapping[str, Action]] = {
    "filter": {"do": filtering},
    "timing": {"flapping": flapping, "lasts": lasting, "times": times, "clear_after": clear_after},
    "correlation": {"group": group, "sequence": sequence, "storm": storm},
}
"""Kind → key → what reads it."""

Find = Callable[[str], str | None]


def _part(reader: RuleReader, node: Node | None, parent: MapNode) -> Find | None:
    if node is None:
        return None
    text = reader.text(node, parent, "part")
    try:
        return finder(text)
    except PatternInvalid as error:
        reader.wrong(node, str(error))
        return None


def _alike(names: tuple[str, ...], part: Find | None = None) -> Callable[[Event], str | None]:
    """What must be the same of two events, as one text."""
    gets = [kind.get for name in names if (kind := field_named(name)) is not None]

    def alike(event: Event) -> str | None:
        values = [str(get(event)) for get in gets]
        if part is not None:
            found = part(event.object)
            if found is None:
                return None
            values.append(found)
        return ", ".join(values)

    return alike
