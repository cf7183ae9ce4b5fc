"""What `cmsp-agent rules …` does with the rules. Apart from the commands, which would be slower to start with it."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from cmsp_agent.config.load import read_document
from cmsp_agent.config.rule_files import rule_files
from cmsp_agent.model.errors import ConfigurationError, Problem
from cmsp_agent.model.event import Transition
from cmsp_agent.pipeline.flapping import FLAPPING
from cmsp_agent.pipeline.places import PLACE
from cmsp_agent.pipeline.rules.cases import event_from
from cmsp_agent.pipeline.rules.load import load_rules
from cmsp_agent.pipeline.rules.rule import FilterRule, Rule, Rules, SequenceRule
from cmsp_agent.pipeline.rules.timing import CLEARING

Recorded = Mapping[str, Any]


def load(config: Path, files: Sequence[Path] | None) -> tuple[Rules, list[Problem]]:
    """The rules of these files, or of those that the site file names.

    Raises:
        ConfigurationError: with every mistake of the files.
    """
    if files:
        return load_rules(files, _zones(config))
    named = read_document(config).site_file
    return load_rules(rule_files(named.rules.files, config.parent), _zones(config))


def _zones(config: Path) -> Mapping[str, ZoneInfo]:
    """The time zones of the sites, by which rules hold at certain hours; none where the site file can't be read."""
    try:
        sites = read_document(config).site_file.sites
    except ConfigurationError:
        return {}
    return {name: ZoneInfo(site.timezone) for name, site in sites.items()}


def rows(rules: Rules) -> Iterator[tuple[object, ...]]:
    """The rules in the order in which they apply."""
    for kind, rule in rules.in_order():
        yield kind, rule.name, rule.condition.text, rule.action, rule.origin


def explain(recorded: Recorded, rules: Rules) -> Iterator[str]:
    """Each stage and each rule, in the order in which they apply: whether the event matches, and what that does."""
    event = event_from(recorded)
    yield f"{event.type} of {event.component or 'the appliance'} {event.object}".strip()
    decided: set[type[Rule]] = set()
    if event.state is Transition.CLEAR:
        yield "filter: a clear always passes"
        decided.add(FilterRule)
    for kind, rule in rules.in_order():
        matches = rule.condition.holds(event)
        effect = "" if not matches else " (an earlier rule decided)" if type(rule) in decided else f" → {rule.action}"
        yield f"{kind} {rule.name} ({rule.origin}): {'matches' if matches else 'no match'}{effect}"
        if matches and not isinstance(rule, SequenceRule):  # which of these decides depends on what came before
            decided.add(type(rule))
    limits = rules.thresholds(event)
    yield f"flapping: at {limits.start} changes in {limits.within / 1000:g} s, quiet at {limits.stop}"
    yield from _became(recorded)


def _became(recorded: Recorded) -> Iterator[str]:
    """What the stages that are not rules made of it."""
    count, sources = recorded.get("count", 1), ", ".join(recorded.get("sources", ()))
    yield f"correlation: reported {count} times, by {sources}"
    if recorded.get("suppressed_by"):
        yield f"correlation: inhibited by {recorded['suppressed_by']}: it opens no incident"
    attributes = recorded.get("attributes") or {}
    if FLAPPING in attributes:
        yield f"flapping: it flaps; the device reported {attributes[FLAPPING]} last"
    if CLEARING in attributes:
        yield f"clearing: clear since {attributes[CLEARING]}, and not believed yet"
    if PLACE in attributes:
        yield f"joining: at {attributes[PLACE].strip()}"
