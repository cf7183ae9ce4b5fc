"""Rules as they are used: compiled, in the order in which they apply. Knows nothing of YAML."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from cmsp_agent.model.event import Event
from cmsp_agent.model.severity import Severity
from cmsp_agent.pipeline.flapping import Thresholds
from cmsp_agent.pipeline.lost_together import StormLimits
from cmsp_agent.pipeline.rules.language import Compiled


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a rule stands."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Rule:
    """What all rules have. Of the rules with the same action, the first that matches an event decides."""

    name: str
    origin: Origin
    condition: Compiled

    @property
    def action(self) -> str:
        """What it does, for people."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class FilterRule(Rule):
    """What becomes of the events that it matches: kept, dropped, or given another severity."""

    drop: bool = False
    severity: Severity | None = None
    override: str = ""
    """Who takes it upon them, and why, that it may touch what takes away a way to emergency numbers."""

    @property
    def action(self) -> str:
        """`drop`, `keep`, `severity: minor`."""
        does = "drop" if self.drop else "keep" if self.severity is None else f"severity: {self.severity}"
        return does + (f", emergency too ({self.override})" if self.override else "")


@dataclass(frozen=True, slots=True)
class FlappingRule(Rule):
    """When the alarms that it matches flap."""

    thresholds: Thresholds

    @property
    def action(self) -> str:
        """`flapping: 6 changes in 60 s, quiet at 2`."""
        limits = self.thresholds
        return f"flapping: {limits.start} changes in {_seconds(limits.within)}, quiet at {limits.stop}"


@dataclass(frozen=True, slots=True)
class LastingRule(Rule):
    """An alarm opens an incident only if it lasts so long (ms)."""

    lasts: int

    @property
    def action(self) -> str:
        """`lasts: 300 s`."""
        return f"lasts: {_seconds(self.lasts)}"


@dataclass(frozen=True, slots=True)
class TimesRule(Rule):
    """An incident opens only where it is reported so many times within a time (ms)."""

    times: int
    within: int

    @property
    def action(self) -> str:
        """`times: 3 in 600 s`."""
        return f"times: {self.times} in {_seconds(self.within)}"


@dataclass(frozen=True, slots=True)
class ClearRule(Rule):
    """An alarm ends only when it has stayed clear so long (ms)."""

    stays: int

    @property
    def action(self) -> str:
        """`clear_after: 120 s`."""
        return f"clear_after: {_seconds(self.stays)}"


@dataclass(frozen=True, slots=True)
class GroupRule(Rule):
    """All alarms that it matches, and that are alike by what it names, are one incident."""

    by: Sequence[str]
    alike: Callable[[Event], str | None]
    """What must be the same of two alarms; None: the event has no such part, and stands for itself."""

    @property
    def action(self) -> str:
        """`group by component, part`."""
        return f"group by {', '.join(self.by)}"


@dataclass(frozen=True, slots=True)
class SequenceRule(Rule):
    """What it does to an event that follows another within a time (ms)."""

    after: Compiled
    within: int
    same: Sequence[str]
    alike: Callable[[Event], str | None]
    join: bool = False
    drop: bool = False
    severity: Severity | None = None

    @property
    def action(self) -> str:
        """`after (type == env.power) in 600 s: join`."""
        does = "join" if self.join else "drop" if self.drop else f"severity: {self.severity}"
        return f"after ({self.after.text}) in {_seconds(self.within)}: {does}"


@dataclass(frozen=True, slots=True)
class StormRule(Rule):
    """How many components must be lost within which time to be one incident."""

    limits: StormLimits

    @property
    def action(self) -> str:
        """`storm: 5 components in 600 s`."""
        return f"storm: {self.limits.components} components in {_seconds(self.limits.within)}"


_USUAL = Thresholds()
AnyRule = TypeVar("AnyRule", bound=Rule)


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules of a site, those of each action in the order of their files and lines."""

    filters: Sequence[FilterRule] = ()
    flapping: Sequence[FlappingRule] = ()
    lasting: Sequence[LastingRule] = ()
    times: Sequence[TimesRule] = ()
    clears: Sequence[ClearRule] = ()
    sequences: Sequence[SequenceRule] = ()
    groups: Sequence[GroupRule] = ()
    storms: Sequence[StormRule] = ()

    def thresholds(self, event: Event) -> Thresholds:
        """When an alarm flaps: by the first rule that matches, else as built in."""
        rule = first(self.flapping, event)
        return _USUAL if rule is None else rule.thresholds

    def storm(self, event: Event) -> StormLimits:
        """What makes a storm of a loss: by the first rule that matches, else as built in."""
        rule = first(self.storms, event)
        return StormLimits() if rule is None else rule.limits

    def filter_for(self, event: Event) -> FilterRule | None:
        """The filter that decides about an event; None: it is kept as it is."""
        return first(self.filters, event)

    def in_order(self) -> Sequence[tuple[str, Rule]]:
        """Every rule with its kind, in the order in which a pipeline asks them."""
        timing = (*self.times, *self.flapping, *self.clears, *self.lasting)
        kinds = (
            ("filter", self.filters),
            ("timing", timing),
            ("correlation", (*self.sequences, *self.groups, *self.storms)),
        )
        return [(kind, rule) for kind, rules in kinds for rule in rules]


def rules_of(rules: Sequence[Rule]) -> Rules:
    """The rules by their actions."""

    def of(kind: type[AnyRule]) -> tuple[AnyRule, ...]:
        return tuple(rule for rule in rules if isinstance(rule, kind))

    return Rules(
        of(FilterRule),
        of(FlappingRule),
        of(LastingRule),
        of(TimesRule),
        of(ClearRule),
        of(SequenceRule),
        of(GroupRule),
        of(StormRule),
    )


def first(rules: Sequence[AnyRule], event: Event) -> AnyRule | None:
    """The first rule that matches."""
    kind = event.type
    for rule in rules:
        types = rule.condition.types
        if (types is None or kind in types) and rule.condition.holds(event):
            return rule
    return None


def _seconds(milliseconds: int) -> str:
    return f"{milliseconds / 1000:g} s"


NO_RULES = Rules()
