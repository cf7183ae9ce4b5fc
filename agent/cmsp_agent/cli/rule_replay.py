"""What `cmsp-agent rules replay` does: recorded events through the rules in force, and through proposed ones."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from cmsp_agent.cli.plugin.load import installed
from cmsp_agent.cli.rule_files import load
from cmsp_agent.cli.rule_replay_beside import outcomes
from cmsp_agent.config.load import read_document
from cmsp_agent.config.quantities import parse_duration
from cmsp_agent.config.schema.components import ComponentEntry
from cmsp_agent.model.component import Component
from cmsp_agent.model.errors import AgentError, ConfigurationError, Problem
from cmsp_agent.model.event import Event, Transition
from cmsp_agent.model.times import rfc3339
from cmsp_agent.pipeline.built_in import BUILT_IN
from cmsp_agent.pipeline.rules.cases import RuleCaseOutcome, read_cases, try_cases
from cmsp_agent.pipeline.rules.reading import MATCHES_ALL
from cmsp_agent.pipeline.rules.replay import ReplayedIncident, ReplaySite, differing
from cmsp_agent.pipeline.rules.rule import NO_RULES, Rules
from cmsp_agent.pipeline.rules.unknown_names import unknown_names

MOST_SHOWN = 50
SHOWN_SINCE = "7d"
"""How far back the events are counted that a rule matches which matches everything."""
RecordedSince: TypeAlias = Callable[[int], Iterable[Event]]
"""The events recorded since a time (ms since the epoch)."""


def try_file(file: Path, rules: Rules, config: Path) -> list[RuleCaseOutcome]:
    """What the rules make of the cases of a file.

    Raises:
        ConfigurationError: with every mistake of the file.
    """
    return list(try_cases(rules, read_cases(file), replay_site(config)))


def replayed(
    recorded: RecordedSince,
    since: str,
    config: Path,
    files: Sequence[Path] | None,
    named: Sequence[Path] | None = None,
) -> dict[str, Any]:
    """The figures of the rules in force and, where there are `files`, of those, with the incidents that differ.

    Raises:
        ConfigurationError: with every mistake of the files, or `since` is no time.
    """
    now = _now()
    try:
        oldest = _ago(since, now)
    except ValueError as error:
        raise ConfigurationError([Problem("--since", 0, "", str(error))]) from error
    present = _in_force(config, files, named)
    rules = [present, load(config, files)[0]] if files else [present]
    found = outcomes(partial(recorded, oldest), rules, replay_site(config), now)
    if not files:
        return found[0].figures
    differ = list(differing(*(one.incidents for one in found)))
    shown = [{"opens": when, **_shown(incident)} for when, incident in differ[:MOST_SHOWN]]
    figures = {"in_force": found[0].figures, "proposed": found[1].figures}
    return {**figures, "differing": len(differ), "differ": shown}


def _now() -> int:
    """The time by the machine's clock, as events have it: ms since the epoch."""
    return round(time.time() * 1000)


def _ago(since: str, now: int) -> int:
    return now - round(parse_duration(since) * 1000)


def _in_force(config: Path, files: Sequence[Path] | None, named: Sequence[Path] | None) -> Rules:
    try:
        return load(config, None, named)[0]
    except ConfigurationError:
        if files:  # the proposed ones may be what mends it
            return NO_RULES
        raise


def unknown(rules: Rules, config: Path) -> list[Problem]:
    """A warning for each alarm type, component and site that the rules name and that there is not."""
    site = replay_site(config)
    try:
        sites = [*read_document(config).site_file.sites]
    except ConfigurationError:
        sites = []
    return list(unknown_names(rules, {"type": site.alarms, "component": site.components, "site": sites}))


def counted(warnings: Sequence[Problem], rules: Rules, recorded: RecordedSince) -> list[Problem]:
    """The warnings of rules that match everything, each with how many recorded events that is, where an agent tells."""
    every = {(each.file, each.line) for each in warnings if each.text.endswith(MATCHES_ALL)}
    matched = {(rule.origin.file, rule.origin.line): 0 for _, rule in rules.in_order()}
    suspect = [rule for _, rule in rules.in_order() if (rule.origin.file, rule.origin.line) in every]
    events = 0
    try:
        for event in recorded(_ago(SHOWN_SINCE, _now())) if suspect else ():
            if event.state is not Transition.CLEAR:
                events += 1
                for rule in suspect:
                    matched[rule.origin.file, rule.origin.line] += rule.condition.holds(event)
    except AgentError:  # none runs: the files are checked all the same
        return [*warnings]
    return [
        replace(each, text=f"{each.text}: {matched[place]} of {events} recorded in the last {SHOWN_SINCE}")
        if (place := (each.file, each.line)) in every and place in matched
        else each
        for each in warnings
    ]


def replay_site(config: Path) -> ReplaySite:
    """What the site file and the plugins say of components and alarms."""
    alarms = {alarm.type: alarm for kind in installed().registry for alarm in kind.alarms}
    alarms |= {alarm.type: alarm for alarm in BUILT_IN}
    try:
        document = read_document(config)
    except ConfigurationError:  # events are judged by their types alone
        return ReplaySite({}, alarms)
    return ReplaySite(_components(document.entries), alarms, round(document.site_file.incidents.stability * 1000))


def _components(entries: Mapping[str, ComponentEntry]) -> Mapping[str, Component]:
    """By the site file, without its secrets."""
    return {
        name: Component(
            name,
            (),
            entry.site,
            "",
            functions=dict(entry.functions),
            redundancy=entry.redundancy or "",
            parent=entry.parent or "",
            maintenance=tuple((window.name, window.when.text) for window in entry.maintenance),
        )
        for name, entry in entries.items()
    }


def _shown(incident: ReplayedIncident) -> dict[str, str]:
    return {
        "at": rfc3339(incident.at),
        "component": incident.component,
        "type": incident.type,
        "object": incident.object,
    }
