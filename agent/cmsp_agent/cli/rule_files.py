"""What `cmsp-agent rules …` does with the rules. Apart from the commands, which would be slower to start with it."""

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from cmsp_agent.config.load import read_document
from cmsp_agent.config.quantities import parse_duration
from cmsp_agent.config.rule_files import rule_files
from cmsp_agent.model.errors import ConfigurationError, Problem
from cmsp_agent.pipeline.rules.cases import RuleCaseOutcome, event_from, read_cases, try_cases
from cmsp_agent.pipeline.rules.load import load_rules
from cmsp_agent.pipeline.rules.rule import Rules

Recorded = Mapping[str, Any]


def load(config: Path, files: Sequence[Path] | None) -> tuple[Rules, list[Problem]]:
    """The rules of these files, or of those that the site file names.

    Raises:
        ConfigurationError: with every mistake of the files.
    """
    if files:
        return load_rules(files)
    named = read_document(config).site_file
    zones = {name: ZoneInfo(site.timezone) for name, site in named.sites.items()}
    return load_rules(rule_files(named.rules.files, config.parent), zones)


def rows(rules: Rules) -> Iterator[tuple[object, ...]]:
    """The rules in the order in which they apply."""
    for kind, rule in rules.in_order():
        yield kind, rule.name, rule.condition.text, rule.action, rule.origin


def try_file(file: Path, rules: Rules) -> list[RuleCaseOutcome]:
    """What the rules make of the cases of a file."""
    return list(try_cases(rules, read_cases(file)))


def replay(recorded: Iterable[Recorded], since: str, rules: Rules) -> dict[str, Any]:
    """What the filter rules would have made of the events of the last time."""
    try:
        oldest = time.time() - parse_duration(since)
    except ValueError as error:
        raise ConfigurationError([Problem("--since", 0, "", str(error))]) from error
    by_rule: Counter[str] = Counter()
    events = dropped = changed = 0
    for each in recorded:
        if _received(each) < oldest:
            continue
        events += 1
        event = event_from(each)
        rule = rules.filter_for(event)
        if rule is not None and event.state != "clear":
            by_rule[rule.name] += 1
            dropped += rule.drop
            changed += rule.severity not in (None, event.severity)
    return {"events": events, "dropped": dropped, "changed": changed, "by_rule": dict(by_rule.most_common())}


def explain(recorded: Recorded, rules: Rules) -> Iterator[str]:
    """Each rule and whether the event matches it; the first filter that does decides."""
    event = event_from(recorded)
    yield f"{event.type} of {event.component or 'the appliance'} {event.object}".strip()
    decided = event.state == "clear"
    if decided:
        yield "filter: a clear always passes"
    for rule in rules.filters:
        matches = rule.condition.holds(event)
        effect = "" if not matches else " (an earlier rule decided)" if decided else f" → {rule.action}"
        yield f"filter {rule.name} ({rule.origin}): {'matches' if matches else 'no match'}{effect}"
        decided = decided or matches
    limits = rules.thresholds(event)
    yield f"timing: flaps at {limits.start} changes in {limits.within / 1000:g} s, quiet at {limits.stop}"


def _received(each: Recorded) -> float:
    return datetime.fromisoformat(str(each.get("received_at"))).astimezone(UTC).timestamp()
