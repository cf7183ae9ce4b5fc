"""What `cmsp-agent rules explain` says: each stage in its order, its rules, and what became of the recorded event."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from cmsp_agent.model.event import Event, Transition
from cmsp_agent.pipeline.activation import FINDING
from cmsp_agent.pipeline.flapping import FLAPPING
from cmsp_agent.pipeline.places import place_of
from cmsp_agent.pipeline.planned_changes import ANNOUNCED
from cmsp_agent.pipeline.rules.cases import NO_SITE, event_from
from cmsp_agent.pipeline.rules.filtering import lessens
from cmsp_agent.pipeline.rules.replay import ReplaySite
from cmsp_agent.pipeline.rules.rule import FilterRule, Rule, Rules, SequenceRule
from cmsp_agent.pipeline.rules.timing import CLEARING

Recorded: TypeAlias = Mapping[str, Any]


def explain(recorded: Recorded, rules: Rules, site: ReplaySite = NO_SITE, silenced_by: str = "") -> Iterator[str]:
    """Each stage and each rule, in the order in which they apply: whether the event matches, and what that does.

    Args:
        recorded: the event as the API shows it.
        rules: those to try.
        site: what the site file says of components and alarms.
        silenced_by: the silence or window that the event was in.
    """
    event = event_from(recorded)
    yield f"{event.type} of {event.component or 'the appliance'} {event.object}".strip()
    stages: Sequence[tuple[str, Sequence[Rule], str]] = (
        ("tier", (), "the component gets it, or it would not be recorded"),
        ("announced", (), _announced(event)),
        ("filter", rules.filters, "kept"),
        ("counting", rules.times, "each report matters"),
        ("late duplicate", (), f"none; reported {event.count} times, by {', '.join(event.sources)}"),
        ("flapping", rules.flapping, _flapping(event, rules)),
        ("clearing", rules.clears, _clearing(event)),
        ("joining", (*rules.sequences, *rules.groups), f"at {_place(event)}"),
        ("correlation", (), _correlated(event)),
        ("incident", (*rules.lasting, *rules.storms), _opens(event, site, silenced_by)),
    )
    for stage, own, became in stages:
        yield from _of_rules(stage, own, event, site.guarded)
        yield f"{stage}: {became}"


def _of_rules(stage: str, rules: Sequence[Rule], event: Event, guarded: Callable[[Event], bool]) -> Iterator[str]:
    decided: set[type[Rule]] = set()
    for rule in rules:
        matches = rule.condition.holds(event)
        effect = ""
        if matches:
            effect = " (an earlier rule decided)" if type(rule) in decided else f" → {_effect(rule, event, guarded)}"
            if not isinstance(rule, SequenceRule):  # which of these decides depends on what came before
                decided.add(type(rule))
        yield f"{stage} {rule.name} ({rule.origin}): {'matches' if matches else 'no match'}{effect}"


def _effect(rule: Rule, event: Event, guarded: Callable[[Event], bool]) -> str:
    if not isinstance(rule, FilterRule):
        return rule.action
    if event.state is Transition.CLEAR:
        return "nothing: a clear always passes"
    if lessens(rule, event) and not rule.override and guarded(event):
        return f"nothing: it takes away a way to emergency numbers, and {rule.action} has no override"
    return rule.action


def _announced(event: Event) -> str:
    by = event.attributes.get(ANNOUNCED)
    if event.attributes.get(FINDING):
        return f"a finding: {event.attributes[FINDING]}"
    return "no change" if by is None else f"a change that nobody announced ({by})" if by == "no" else f"planned by {by}"


def _flapping(event: Event, rules: Rules) -> str:
    limits = rules.thresholds(event)
    text = f"at {limits.start} changes in {limits.within / 1000:g} s, quiet at {limits.stop}"
    last = event.attributes.get(FLAPPING)
    return text if last is None else f"{text}; it flaps, the device reported {last} last"


def _clearing(event: Event) -> str:
    since = event.attributes.get(CLEARING)
    return "a clear ends its alarm at once" if since is None else f"clear since {since}, and not believed yet"


def _place(event: Event) -> str:
    place = place_of(event)
    return f"{place.component} {place.where}".strip() or "the appliance"


def _correlated(event: Event) -> str:
    if event.suppressed_by:
        return f"inhibited by {event.suppressed_by}: it opens no incident"
    return (
        f"ends the alarm {event.alarm}" if event.state is Transition.CLEAR and event.alarm else "inhibited by nothing"
    )


def _opens(event: Event, site: ReplaySite, silenced_by: str) -> str:
    if event.state is Transition.CLEAR:
        return "restored, where it was the last alarm that held"
    if event.type not in site.alarms:
        return "no alarm type of this name is known here"
    if event.suppressed_by or event.attributes.get(FINDING) or not site.opens(event):
        return "none: " + (
            "inhibited" if event.suppressed_by else "alarms of this type, or findings, are only recorded"
        )
    if silenced_by:
        return f"held back by {silenced_by}; judged again when that ends"
    return "opened, or joined where one is open at its place or its storm"
