"""What the tables of a device show: faults that begin or end, and rows that are gone. Yields changes only."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from cmsp_agent.model.component import LONGEST_POLL
from cmsp_agent.model.event import AlarmKey, Event, Source, Transition
from cmsp_agent.model.signal import ObservedState, PollSignal
from cmsp_agent.pipeline.alarm_state import Draft
from cmsp_agent.pipeline.built_in import THRESHOLD_CROSSED
from cmsp_agent.pipeline.places import TOGETHER
from cmsp_agent.pipeline.unanswered_polls import UnansweredPolls
from cmsp_agent.pipeline.unit_names import alike, held_otherwise, is_shown
from cmsp_agent.pipeline.unproven import ENDED_BY, THE_DEVICE
from cmsp_agent.plugin.api import AlarmReport

LAG = 5_000
"""Milliseconds by which a device's SNMP agent may be behind its own traps and syslog (net-snmp caches its tables)."""
SETTLED = 300_000
"""Milliseconds of answered polls after which all figures of a device are there that it has."""


def shown_states(draft: Draft, poll: PollSignal) -> Iterator[AlarmReport]:
    """What a poll says of the parts of a device: what begins, what ends, and what it has no more."""
    yield from _measured_no_more(draft, poll)
    if poll.entities:
        draft.entities.put(poll.component, poll.entities)
    by_type: dict[str, dict[str, bool]] = {kind: {} for kind in poll.there}
    for seen in poll.states:
        by_type.setdefault(seen.type, {})[seen.object] = seen.raised
    for kind, objects in by_type.items():
        before = draft.observed.get((poll.component, kind))
        if before is None:
            # the first look since the start: what was kept from the last run can be weighed again
            draft.first_read.add(poll.component)
        elif kind in poll.there:
            yield from _gone(draft, poll, kind, {*before, *poll.there[kind]})
        draft.observed.put((poll.component, kind), objects)
        draft.unused.put((poll.component, kind), frozenset(poll.unused.get(kind, ())))
        draft.working.pop(poll.component, None)
        yield from _changes(draft, poll, kind, objects)
    yield from _gone_with_its_table(draft, poll, by_type)


def _gone_with_its_table(draft: Draft, poll: PollSignal, read: Collection[str]) -> Iterator[AlarmReport]:
    """The clears of alarms of which the device has no such table any more, for long, or of interfaces that are gone."""
    for held in [*draft.active.of(poll.component)] if poll.gone or poll.lacking else ():
        if held.type in read:
            continue
        # a bare number may be a dial-peer's as well
        gone = held.object in poll.gone and not held.object.isdecimal()
        # what only traps and syslog report may be in no table at all
        if gone or (held.type in poll.lacking and Source.POLL in held.sources):
            yield _gone_report(poll, held)


def _measured_no_more(draft: Draft, poll: PollSignal) -> Iterator[AlarmReport]:
    """The clears of thresholds of an earlier run whose figures the device has no more."""
    polls = draft.unanswered.get(poll.component) or UnansweredPolls()
    # a figure that is late, or counted anew, is there again with the next polls
    if not poll.snmp or poll.reason or poll.received_at - polls.answering_since < SETTLED:
        return
    lately = {*poll.samples, *(draft.observed.get((poll.component, THRESHOLD_CROSSED)) or ())}
    known = {*poll.unmeasured, *(series.partition("[")[0] for series in poll.samples)}
    for held in [*draft.active.of(poll.component, THRESHOLD_CROSSED)]:
        if held.object not in lately and held.object.partition("[")[0] in known:
            text = f"{held.object} is measured no more"
            yield AlarmReport(held.type, held.object, Transition.CLEAR, text, attributes={ENDED_BY: THE_DEVICE})


def _gone_report(poll: PollSignal, held: Event) -> AlarmReport:
    """The clear of the alarm of a row that is in the table no more; whether its fault is over nobody knows."""
    text = f"{poll.component}: {held.object or held.type} is gone, the device shows it no more"
    return AlarmReport(held.type, held.object, Transition.CLEAR, text, attributes={ENDED_BY: THE_DEVICE})


def _gone(draft: Draft, poll: PollSignal, kind: str, there: Collection[str]) -> Iterator[AlarmReport]:
    """The clears of alarms of rows that are in the table no more, for the second poll now."""
    # a table without any row, of interfaces that are there: it is not shown to us any more
    hidden = frozenset(() if poll.there[kind] else poll.interfaces.values())
    for held in [*draft.active.of(poll.component, kind)]:
        if held.object in there or held.object in hidden or is_shown(draft, held, there):
            continue
        # what only traps and syslog report may be in no table at all
        if Source.POLL in held.sources or held.object in poll.gone:
            yield _gone_report(poll, held)


def _changes(draft: Draft, poll: PollSignal, kind: str, objects: Mapping[str, bool]) -> Iterable[AlarmReport]:
    shown = {seen.object: seen for seen in poll.states if seen.type == kind}
    ended = False
    for name, raised in objects.items():
        held = draft.active.get(AlarmKey(poll.component, kind, name))
        if raised and held is None:
            held = next(held_otherwise(draft, poll.component, kind, name, objects), None)
        # a raise that polling has seen before is no news, unless for its reason; others' is confirmed by it
        if raised and (held is None or Source.POLL not in held.sources or _is_news(draft, held, shown[name])):
            seen = shown[name]
            called = name if held is None else held.object
            yield AlarmReport(kind, called, Transition.RAISE, seen.text, seen.severity, detail=seen.detail)
        elif held and not raised and not _just_reported(held, poll):
            ended = True
            yield AlarmReport(kind, name, Transition.CLEAR, shown[name].text)
        for other in () if raised else _called_otherwise(draft, poll, kind, name, objects):
            yield AlarmReport(kind, other.object, Transition.CLEAR, shown[name].text)
    if kind in TOGETHER and objects and not any(objects.values()):
        yield from _well_together(draft, poll, kind, objects, ended=ended)


def _is_news(draft: Draft, held: Event, seen: ObservedState) -> bool:
    """Whether what inhibited the alarm has ended, or it holds for another reason than it says."""
    another = held.sources[0] is Source.POLL and not seen.text and seen.detail not in held.text
    return another or draft.orphaned(held)


def _well_together(
    draft: Draft, poll: PollSignal, kind: str, well: Collection[str], *, ended: bool
) -> Iterator[AlarmReport]:
    """The clears of what messages call otherwise: the last fault that the table shows has ended, or it shows none."""
    if not ended and len(well) < len(poll.there.get(kind, ())):
        return  # a row that says nothing may be the one
    for held in [*draft.active.of(poll.component, kind)]:
        if held.object not in well and not _just_reported(held, poll):
            text = f"{poll.component}: all is well that the device shows beside {held.object}"
            yield AlarmReport(kind, held.object, Transition.CLEAR, text)


def _called_otherwise(
    draft: Draft, poll: PollSignal, kind: str, name: str, shown: Mapping[str, bool]
) -> Iterable[Event]:
    """The alarms of a unit that messages call otherwise than the table does: no poll would ever end them."""
    others = held_otherwise(draft, poll.component, kind, name, shown)
    failed = [each for each, raised in shown.items() if raised]
    return [
        held
        for held in others
        if not _just_reported(held, poll) and not any(alike(kind, held.object, each) for each in failed)
    ]


def _just_reported(held: Event, poll: PollSignal) -> bool:
    """The device itself reported it a moment ago, so that what it shows to a poll may be older."""
    return Source.POLL not in held.sources and may_be_older(poll.received_at, held.received_at)


def may_be_older(polled_at: int, reported_at: int) -> bool:
    """Whether a poll may show what was before the report. Were it much older, the clock has been set back since."""
    return -1000 * LONGEST_POLL <= polled_at - reported_at < LAG
