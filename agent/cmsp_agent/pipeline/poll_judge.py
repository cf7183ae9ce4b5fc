"""What polling saw: availability over several polls, and polled states. Yields changes only, and inhibits nothing.

*Down* is no answer to ICMP or TCP **and** none to SNMP in three polls. No answer to SNMP alone is *management lost*.
While the appliance is isolated no unanswered poll is counted, and a child's verdict waits for its parent's. A component
that answers for none of its own polls but lets a poll of another one through is *management lost* at most.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from cmsp_agent.model.component import LONGEST_POLL, Component
from cmsp_agent.model.event import AlarmKey, Event, Source, Transition
from cmsp_agent.model.signal import PollSignal
from cmsp_agent.pipeline.alarm_state import Draft
from cmsp_agent.pipeline.built_in import COMPONENT_DEGRADED, COMPONENT_DOWN, COMPONENT_UNRESOLVED, MANAGEMENT_LOST
from cmsp_agent.pipeline.causes import ISOLATED, Causes
from cmsp_agent.pipeline.normalise import Normaliser
from cmsp_agent.pipeline.places import TOGETHER, unit
from cmsp_agent.pipeline.unanswered import UnansweredPolls
from cmsp_agent.pipeline.unproven import ENDED_BY, THE_DEVICE
from cmsp_agent.plugin.api import AlarmReport

UNANSWERED_POLLS = 3
LONGEST_DEFERRAL = 2 * UNANSWERED_POLLS
"""Unanswered polls after which a child's verdict no longer waits for its parent's."""

TROUBLES = {
    "name": "its host name can't be resolved",
    "stale name": "its host name can't be resolved any more, and it is asked at its last address",
    "partial": "its answers are incomplete",
    "credentials": "its credentials can't be used",
    "no figures": "it has none of the figures of its type",
    "not permitted here": "this machine may not ask it",
}
"""Reasons of polls that are answered neither in full nor not at all, in words."""
LOSSES = {
    "authentication": "it rejects our credentials",
    "invalid": "its answers make no sense",
    "silent": "it does not answer SNMP",
}
"""Reasons of polls whose SNMP side gives nothing, in words."""

LAG = 5_000
"""Milliseconds by which a device's SNMP agent may be behind its own traps and syslog (net-snmp caches its tables)."""


class PollJudge:
    """Turns the outcome of polls into events."""

    def __init__(self, components: Mapping[str, Component], normaliser: Normaliser, causes: Causes) -> None:
        self._components = components
        self._normaliser = normaliser
        self._causes = causes

    def __call__(self, draft: Draft, poll: PollSignal) -> Iterator[Event]:
        """The events of this poll, given what was known before it."""
        component = self._components.get(poll.component)
        if component is None:
            return
        draft.concerned.add(component.name)
        known = {(seen.type, seen.object): seen.occurred_at for seen in poll.states if seen.occurred_at is not None}
        availability = () if poll.by_commands else self._availability(draft, component, poll)
        for report in (*availability, *_states(draft, poll)):
            event = self._normaliser.event(poll, report)
            yield replace(event, occurred_at=known.get((report.type, report.object), event.occurred_at))

    def _availability(self, draft: Draft, component: Component, poll: PollSignal) -> Iterator[AlarmReport]:
        if draft.active.get(ISOLATED):
            draft.unanswered.drop(component.name)
            return
        before = draft.unanswered.get(component.name) or UnansweredPolls()
        unanswered = count(before, poll)
        draft.unanswered.put(component.name, unanswered)
        down = AlarmKey(component.name, COMPONENT_DOWN, "")
        lost = AlarmKey(component.name, MANAGEMENT_LOST, "")
        # what takes the place of a fault is reported before its end, so that the two are one incident
        through = self._causes.answers_through(draft, component.name) if unanswered.polls >= UNANSWERED_POLLS else ""
        if through:
            if self._to_raise(draft, lost):
                yield AlarmReport(MANAGEMENT_LOST, "", Transition.RAISE, forwarding_text(component, through))
            if draft.active.get(down):
                yield AlarmReport(COMPONENT_DOWN, "", Transition.CLEAR, f"{component.name} forwards: {through} answers")
        elif unanswered.polls >= UNANSWERED_POLLS:
            if self._to_raise(draft, down) and not self._parent_in_doubt(draft, component, unanswered):
                yield AlarmReport(COMPONENT_DOWN, "", Transition.RAISE, down_text(component, poll))
        elif unanswered.snmp >= UNANSWERED_POLLS and self._to_raise(draft, lost):
            yield AlarmReport(MANAGEMENT_LOST, "", Transition.RAISE, lost_text(component, poll))
        if answered(poll) and draft.active.get(down):
            yield AlarmReport(COMPONENT_DOWN, "", Transition.CLEAR, f"{component.name} answers again")
        if draft.active.get(lost) and (poll.snmp or (answered(poll) and not unanswered.snmp)):
            yield AlarmReport(
                MANAGEMENT_LOST, "", Transition.CLEAR, f"{component.name} answers {'SNMP ' * bool(poll.snmp)}again"
            )
        yield from self._trouble(draft, component, poll, unanswered)

    def _trouble(
        self, draft: Draft, component: Component, poll: PollSignal, unanswered: UnansweredPolls
    ) -> Iterator[AlarmReport]:
        """States between up and down: it answers in part, or can't be asked as its name leads nowhere."""
        kind = COMPONENT_UNRESOLVED if poll.reason == "name" else COMPONENT_DEGRADED
        if unanswered.troubled >= UNANSWERED_POLLS and self._to_raise(draft, AlarmKey(component.name, kind, "")):
            yield AlarmReport(kind, "", Transition.RAISE, trouble_text(component, poll))
        if poll.reason != "name" and draft.active.get(AlarmKey(component.name, COMPONENT_UNRESOLVED, "")):
            yield AlarmReport(
                COMPONENT_UNRESOLVED, "", Transition.CLEAR, f"the host name of {component.name} is resolved"
            )
        if answered(poll) and not poll.reason and draft.active.get(AlarmKey(component.name, COMPONENT_DEGRADED, "")):
            yield AlarmReport(COMPONENT_DEGRADED, "", Transition.CLEAR, f"{component.name} answers all that is asked")

    def _to_raise(self, draft: Draft, key: AlarmKey) -> bool:
        """Whether the alarm is not held yet, or is held though what inhibited it has ended."""
        held = draft.active.get(key)
        return held is None or (held.suppressed_by is not None and self._causes.of(draft, held) is None)

    def _parent_in_doubt(self, draft: Draft, component: Component, unanswered: UnansweredPolls) -> bool:
        """Whether the parent may prove to be the cause with its next polls."""
        parent = component.parent
        if not parent or unanswered.polls >= LONGEST_DEFERRAL or draft.active.get(AlarmKey(parent, COMPONENT_DOWN, "")):
            return False
        above = draft.unanswered.get(parent)
        if above is None or self._causes.answers_through(draft, parent):
            return False
        return above.polls > 0 or above.polled_at < unanswered.since


def answered(poll: PollSignal) -> bool:
    """Whether anything came back. A device that rejects our credentials is not silent."""
    return bool(poll.icmp or poll.tcp or poll.snmp or poll.reason == "authentication")


def count(before: UnansweredPolls, poll: PollSignal) -> UnansweredPolls:
    """The count after one more poll; one that asked nothing leaves it as it was."""
    alive = answered(poll)
    asked_reach = poll.icmp is not None or poll.tcp is not None
    asked_snmp = poll.snmp is not None
    # without ICMP or TCP a dead device looks like a deaf SNMP agent
    silent = not alive and asked_reach
    quiet = asked_snmp and not poll.snmp
    started = before.since if before.polls or before.snmp else poll.received_at
    polls = 0 if alive else before.polls + silent
    unanswered_snmp = 0 if poll.snmp else before.snmp + quiet
    return UnansweredPolls(
        polled_at=poll.received_at,
        polls=polls,
        snmp=unanswered_snmp,
        since=started if polls or unanswered_snmp else 0,
        troubled=before.troubled + 1 if poll.reason in TROUBLES else 0,
        answered_at=poll.received_at if alive else before.answered_at,
        answering_since=before.answering_since if before.answers else poll.received_at if alive else 0,
    )


def down_text(component: Component, poll: PollSignal) -> str:
    """What was asked and not answered."""
    asked = [
        name for name, answer in (("ICMP", poll.icmp), ("TCP", poll.tcp), ("SNMP", poll.snmp)) if answer is not None
    ]
    return f"{component.name} is down: no answer to {', '.join(asked)} in {UNANSWERED_POLLS} polls"


def trouble_text(component: Component, poll: PollSignal) -> str:
    """What keeps the agent from knowing more of it."""
    why = TROUBLES[poll.reason]
    return f"{component.name}: {why}{': ' * bool(poll.detail)}{poll.detail}"


def forwarding_text(component: Component, through: str) -> str:
    """Why a silent component is not down."""
    return f"{component.name}: management lost, no answer in {UNANSWERED_POLLS} polls, but {through} behind it answers"


def in_words(reason: str, detail: str) -> str:
    """Why a poll brought nothing, or not all; empty where it did."""
    why = TROUBLES.get(reason) or LOSSES.get(reason, reason)
    return ": ".join(part for part in (why, detail) if part)


def lost_text(component: Component, poll: PollSignal) -> str:
    """Why SNMP gives nothing, as far as it is known."""
    if poll.reason in ("authentication", "invalid"):
        return f"{component.name}: management lost, {LOSSES[poll.reason]}"
    alive = " and ".join(way for way, answer in (("ICMP", poll.icmp), ("TCP", poll.tcp)) if answer)
    otherwise = f"it answers {alive}" if alive else "it is asked in no other way, so that it may be down"
    return f"{component.name}: management lost, SNMP silent for {UNANSWERED_POLLS} polls; {otherwise}"


def _states(draft: Draft, poll: PollSignal) -> Iterator[AlarmReport]:
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
    """The clears of alarms of interfaces that are there no more, of which the device has no such table any more."""
    for held in [*draft.active.of(poll.component)] if poll.gone else ():
        # a bare number may be a dial-peer's as well
        if held.type not in read and held.object in poll.gone and not held.object.isdecimal():
            yield _gone_report(poll, held)


def _gone_report(poll: PollSignal, held: Event) -> AlarmReport:
    """The clear of the alarm of a row that is in the table no more; whether its fault is over nobody knows."""
    text = f"{poll.component}: {held.object or held.type} is gone, the device shows it no more"
    return AlarmReport(held.type, held.object, Transition.CLEAR, text, attributes={ENDED_BY: THE_DEVICE})


def _gone(draft: Draft, poll: PollSignal, kind: str, there: Collection[str]) -> Iterator[AlarmReport]:
    """The clears of alarms of rows that are in the table no more, for the second poll now."""
    # a table without any row, of interfaces that are there: it is not shown to us any more
    hidden = frozenset(() if poll.there[kind] else poll.interfaces.values())
    for held in [*draft.active.of(poll.component, kind)]:
        if held.object in there or held.object in hidden:
            continue
        # what only traps and syslog report may be in no table at all
        if Source.POLL in held.sources or held.object in poll.gone:
            yield _gone_report(poll, held)


def _changes(draft: Draft, poll: PollSignal, kind: str, objects: Mapping[str, bool]) -> Iterable[AlarmReport]:
    shown = {seen.object: seen for seen in poll.states if seen.type == kind}
    ended = False
    for name, raised in objects.items():
        held = draft.active.get(AlarmKey(poll.component, kind, name))
        # a raise that polling has seen before is no news; one that others reported is confirmed by it
        if raised and (held is None or Source.POLL not in held.sources or draft.orphaned(held)):
            seen = shown[name]
            yield AlarmReport(kind, name, Transition.RAISE, seen.text, seen.severity, detail=seen.detail)
        elif held and not raised and not _just_reported(held, poll):
            ended = True
            yield AlarmReport(kind, name, Transition.CLEAR, shown[name].text)
        for other in () if raised else _called_otherwise(draft, poll, kind, name, objects):
            yield AlarmReport(kind, other.object, Transition.CLEAR, shown[name].text)
    if kind in TOGETHER and objects and not any(objects.values()):
        yield from _well_together(draft, poll, kind, objects, ended=ended)


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


def _called_otherwise(draft: Draft, poll: PollSignal, kind: str, name: str, shown: Collection[str]) -> Iterable[Event]:
    """The alarms of a unit that messages call otherwise than the table does: no poll would ever end them."""
    number = unit(kind, name)
    return [
        held
        for held in (draft.active.of(poll.component, kind) if number else ())
        if held.object not in shown and unit(kind, held.object) == number and not _just_reported(held, poll)
    ]


def _just_reported(held: Event, poll: PollSignal) -> bool:
    """The device itself reported it a moment ago, so that what it shows to a poll may be older."""
    return Source.POLL not in held.sources and may_be_older(poll.received_at, held.received_at)


def may_be_older(polled_at: int, reported_at: int) -> bool:
    """Whether a poll may show what was before the report. Were it much older, the clock has been set back since."""
    return -1000 * LONGEST_POLL <= polled_at - reported_at < LAG
