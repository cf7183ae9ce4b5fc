"""Rules as they are used: compiled, in the order in which they apply. Knows nothing of YAML."""

from collections.abc import Sequence
from dataclasses import dataclass

from cmsp_agent.model.event import Event
from cmsp_agent.model.severity import Severity
from cmsp_agent.pipeline.flapping import Thresholds
from cmsp_agent.pipeline.rules.language import Compiled


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a rule stands."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class FilterRule:
    """What becomes of the events that it matches: kept, dropped, or given another severity. The first match decides."""

    name: str
    origin: Origin
    condition: Compiled
    drop: bool = False
    severity: Severity | None = None

    @property
    def action(self) -> str:
        """For people: `drop`, `keep`, `severity: minor`."""
        if self.drop:
            return "drop"
        return "keep" if self.severity is None else f"severity: {self.severity}"


@dataclass(frozen=True, slots=True)
class FlappingRule:
    """When the alarms that it matches flap. The first match decides."""

    name: str
    origin: Origin
    condition: Compiled
    thresholds: Thresholds

    @property
    def action(self) -> str:
        """For people."""
        limits = self.thresholds
        return f"flapping: {limits.start} changes in {limits.within / 1000:g} s, quiet at {limits.stop}"


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules of a site, each kind in the order of its files and lines."""

    filters: Sequence[FilterRule] = ()
    flapping: Sequence[FlappingRule] = ()

    def thresholds(self, event: Event) -> Thresholds:
        """When an alarm flaps: by the first rule that matches, else as built in."""
        for rule in self.flapping:
            if rule.condition.holds(event):
                return rule.thresholds
        return Thresholds()

    def filter_for(self, event: Event) -> FilterRule | None:
        """The filter that decides about an event; None: it is kept as it is."""
        return next((rule for rule in self.filters if rule.condition.holds(event)), None)


NO_RULES = Rules()
