"""Fold repeats into their alarm, match clears to raises, and inhibit one fault by another. Opens no incident."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.event import AlarmKey, Event, Source, Transition
from cmsp_agent.model.ids import uuid7
from cmsp_agent.model.interfaces import unnamed
from cmsp_agent.model.signal import PollSignal
from cmsp_agent.model.wording import without_figures
from cmsp_agent.pipeline.alarm_state import Draft
from cmsp_agent.pipeline.built_in import COMPONENT_DOWN
from cmsp_agent.pipeline.causes import CAUSES, OF_THE_SITE, Causes
from cmsp_agent.pipeline.stable_words import stable_words
from cmsp_agent.pipeline.tier_filter import AVAILABILITY, FROM_THE_DEVICE
from cmsp_agent.pipeline.unproven import ENDED_BY, THE_DEVICE, take_evidence

OF_ONE_FAULT = 60_000
"""Milliseconds in which a device's messages of one fault follow each other, the cause first."""
OFTEN = 10
"""Reports of an alarm after which only each doubling of their number is heard for another reason."""


class Correlator:
    """Keeps the alarms: one for each component, type and object, from whatever source and however often."""

    def __init__(self, causes: Causes, counters: Counters, new_id: Callable[[int], str] = uuid7) -> None:
        self._new_id = new_id
        self._causes = causes
        self._counters = counters

    def __call__(self, draft: Draft, events: Sequence[Event]) -> Sequence[Event]:
        return [kept for event in events for kept in self._one(draft, event)]

    def judge_again(self, draft: Draft, component: str) -> Iterator[Event]:
        """What a cause held back and holds back no longer; asked after each poll of the component.

        Where the poll has just seen the object well, the clear is only a poll away; a silent component is waited for.
        """
        unanswered = draft.unanswered.get(component)
        if unanswered is None or unanswered.polls:
            return
        for held in [*draft.active.inhibited(component)]:
            if held.type in AVAILABILITY:
                continue
            cause = self._causes.of(draft, held)
            seen = draft.observed.get((component, held.type)) or {}
            if cause == held.suppressed_by or (cause is None and seen.get(held.object) is False):
                continue
            judged = replace(held, suppressed_by=cause)
            draft.active.put(judged.key, judged)
            draft.changes.revise(judged, tell=True)
            if cause is None:
                yield judged

    def rename(self, draft: Draft, poll: PollSignal) -> Iterator[tuple[Event, Event]]:
        """Alarms of interfaces that are called otherwise now: each as it was, and as it is.

        They were reported by an ifIndex before its name was known, or the interface was renamed. Where it has that
        alarm under its name already, the two are one.
        """
        alarms = draft.active.of(poll.component) if poll.renamed else draft.active.unnamed(poll.component)
        # of names that were handed on, the last first: it makes room for the one before it
        for held in sorted(alarms, key=lambda alarm: _steps(alarm.object, poll.renamed)):
            name = _called_now(held, poll)
            if name == held.object:
                continue
            if not name:
                none = f"{poll.component} has no interface with {held.object}"
                yield held, self._end(draft, held, none, ended_by=THE_DEVICE)
                continue
            yield held, self._as_called(draft, held, name)

    def _as_called(self, draft: Draft, held: Event, name: str) -> Event:
        """Return the alarm under its new name. Where two alarms become one, the older one stays."""
        renamed = replace(held, object=name, text=held.text.replace(held.object, name))
        known = draft.active.get(renamed.key)
        if known is not None and known.received_at <= held.received_at:
            self._end(draft, held, f"{held.object} is {name}, which has this alarm")
            return known
        if known is not None:
            self._end(draft, known, f"{name} was {held.object}, which has this alarm")
            renamed = renamed.fold(known)
        draft.active.drop(held.key)
        draft.active.put(renamed.key, renamed)
        draft.changes.revise(renamed, tell=True)
        return renamed

    def _end(self, draft: Draft, held: Event, text: str, ended_by: str = "") -> Event:
        end = held.ended(self._new_id(draft.now), draft.now, text)
        end = replace(end, attributes={**end.attributes, ENDED_BY: ended_by}) if ended_by else end
        ended = held.cleared_by(end, end.text)
        draft.active.drop(held.key)
        draft.changes.record(ended)
        return ended

    def _one(self, draft: Draft, event: Event) -> Iterator[Event]:
        if event.state is Transition.INFO:
            key = event.key
            draft.changes.record(event)
            draft.ended.put(key, event)
            draft.ended_at.put(key, event.received_at)
            yield event
        elif event.state is Transition.CLEAR:
            yield from self._clear(draft, event)
        else:
            yield from self._raise(draft, event)

    def _raise(self, draft: Draft, event: Event) -> Iterator[Event]:
        key = event.key
        held = draft.active.get(key)
        if held is not None:
            yield from self._fold(draft, held, event)
            return
        cause = self._causes.of(draft, event)
        inhibited = event if cause == event.suppressed_by else replace(event, suppressed_by=cause)
        draft.active.put(key, inhibited)
        draft.changes.record(inhibited)
        yield inhibited
        if event.type == COMPONENT_DOWN:
            yield from self._inhibit_children(draft, inhibited)

    def _fold(self, draft: Draft, held: Event, event: Event) -> Iterator[Event]:
        cause = held.suppressed_by and self._causes.of(draft, event)
        folded = replace(held.fold(event), suppressed_by=cause, text=_present_reason(held, event))
        draft.active.put(event.key, folded)
        stands_now = folded.suppressed_by != held.suppressed_by or folded.severity is not held.severity
        is_news = (folded.sources, folded.text) != (held.sources, held.text)
        draft.changes.revise(folded, tell=stands_now or is_news)
        self._counters.add("correlate.folded", event.count)
        if stands_now or folded.confirmed != held.confirmed:
            yield folded

    def _clear(self, draft: Draft, event: Event) -> Iterator[Event]:
        key = event.key
        held = draft.active.get(key)
        if held is None:
            self._counters.add("correlate.clear_without_raise")
            if event.sources[0] in FROM_THE_DEVICE:
                take_evidence(draft, event)
            return
        cleared = held.cleared_by(event, _saying_so(event, held))
        draft.active.drop(key)
        draft.ended.put(key, held)
        draft.ended_at.put(key, event.received_at)
        draft.changes.record(cleared)
        yield cleared
        self._listen_anew(draft, held)

    def hide_anew(self, draft: Draft) -> None:
        """What a cause hides by the parents as they are now: a reload may have given a lost component one that is down.

        What was not polled since the start waits for its own polls.
        """
        for event in [*draft.active.values()]:
            down = draft.active.by_id(event.id)
            if down is not None and down.type == COMPONENT_DOWN and down.suppressed_by is None:
                for _ in self._inhibit_children(draft, down, silent_only=True):
                    pass

    def _inhibit_children(self, draft: Draft, down: Event, *, silent_only: bool = False) -> Iterator[Event]:
        """Alarms that were raised before their cause was known, and are inhibited now.

        Of the component itself these are its last words: an uplink that fails, then nothing more.
        """
        cause = down.suppressed_by or down.id
        below = [event for name in self._causes.lost_with(draft, down.component) for event in draft.active.of(name)]
        hidden: set[str] = set()
        # a cause is hidden before what it hides, which goes on with the cause of both
        for event in sorted(below, key=lambda event: event.type != COMPONENT_DOWN):
            unanswered = draft.unanswered.get(event.component)
            if silent_only and (unanswered is None or not unanswered.polls):
                continue
            own = event.component == down.component
            if event.type in OF_THE_SITE or (own and not is_last_word(draft, event)):
                continue
            if event.suppressed_by is None or event.suppressed_by in hidden:
                hidden.add(event.id)
                inhibited = replace(event, suppressed_by=cause)
                draft.active.put(event.key, inhibited)
                draft.changes.revise(inhibited, tell=True)
                yield inhibited

    def _listen_anew(self, draft: Draft, cause: Event) -> None:
        """A component that the cause had inhibited gets its own three polls before its alarm is no longer inhibited."""
        if cause.type not in CAUSES:
            return
        for name in self._causes.inhibits(draft, cause):
            alarms = (draft.active.get(AlarmKey(name, kind, "")) for kind in AVAILABILITY)
            if any(alarm is not None and alarm.suppressed_by == cause.id for alarm in alarms):
                draft.unanswered.drop(name)


def is_last_word(draft: Draft, event: Event) -> bool:
    """Whether the component raised it after the last poll that it answered."""
    polls = draft.unanswered.get(event.component)
    if event.sources == (Source.AGENT,):  # the agent's own word
        return False
    return event.type not in AVAILABILITY and polls is not None and 0 < polls.answered_at < event.received_at


def _called_now(held: Event, poll: PollSignal) -> str:
    """What the interface of an alarm is called by the poll; empty where there is no such interface.

    One that was renamed is so only while the fault is still there: an alarm that ends does so under its own name.
    """
    if held.object in poll.renamed:
        name = poll.renamed[held.object]
        if held.object in poll.renamed.values():  # another's name now
            return name
        seen = [each.raised for each in poll.states if (each.type, each.object) == (held.type, name)]
        return name if any(seen) or held.type not in poll.there else held.object
    index = unnamed(held.object)
    return held.object if index is None or not poll.interfaces else poll.interfaces.get(index, "")


def _steps(name: str, renamed: Mapping[str, str]) -> int:
    """How often a name was handed on from here."""
    count = 0
    while name in renamed and count < len(renamed):
        name, count = renamed[name], count + 1
    return count


def _present_reason(held: Event, event: Event) -> str:
    """The text of an alarm that is reported again: whoever raised it may give another reason by now.

    A device's messages of one fault follow each other at once, and the first names the cause. One that repeats itself
    in many words is heard ever more seldom.
    """
    source = event.sources[0]
    if event.severity.rank < held.severity.rank:
        return event.text
    if source is not held.sources[0] or without_figures(event.text) == without_figures(held.text):
        return held.text
    if source not in FROM_THE_DEVICE:
        return event.text
    count = held.count + event.count
    often = count > OFTEN and count.bit_length() == held.count.bit_length()
    at_once = event.received_at - held.received_at <= OF_ONE_FAULT
    return held.text if at_once or often or stable_words(event.text) == stable_words(held.text) else event.text


def _saying_so(clear: Event, held: Event) -> str:
    """The text of a clear, such that it can't be taken for the raise's: one rule may give both the same."""
    same = clear.text == held.text or held.text.startswith(f"{clear.text} (")
    return f"cleared: {clear.text}" if same else clear.text
