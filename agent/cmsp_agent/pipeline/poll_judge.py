"""What polling saw: availability over several polls, and what tables show. Yields changes only, and inhibits nothing.

*Down* is no answer to ICMP or TCP **and** none to SNMP in three polls. No answer to SNMP alone is *management lost*.
While the appliance is isolated no unanswered poll is counted, and a child's verdict waits for its parent's. A component
that answers for none of its own polls but lets a poll of another one through is *management lost* at most. Packets lost
on the way have a figure and a threshold of their own: what a poll lacks then proves little of the device.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from cmsp_agent.model.component import Component
from cmsp_agent.model.event import AlarmKey, Event, Transition
from cmsp_agent.model.signal import PollSignal
from cmsp_agent.model.wording import without_figures
from cmsp_agent.pipeline.alarm_state import Draft
from cmsp_agent.pipeline.built_in import COMPONENT_DEGRADED, COMPONENT_DOWN, COMPONENT_UNRESOLVED, MANAGEMENT_LOST
from cmsp_agent.pipeline.causes import ISOLATED, Causes
from cmsp_agent.pipeline.normalise import Normaliser
from cmsp_agent.pipeline.shown_states import shown_states
from cmsp_agent.pipeline.unanswered_polls import UnansweredPolls
from cmsp_agent.plugin.api import AlarmReport

UNANSWERED_POLLS = 3
LOSSY_POLLS = 4 * UNANSWERED_POLLS
"""Polls without a complete answer that no loss of packets excuses any more."""
LONGEST_DEFERRAL = 2 * UNANSWERED_POLLS
"""Unanswered polls after which a child's verdict no longer waits for its parent's."""

NO_ROUTE = "no route"
"""Reason of a poll that asked nothing, as nothing leads there from this machine."""
OWN_LINK = "isolated"
"""Reason of a poll without an answer while this machine's own link is lost."""

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
    NO_ROUTE: "this machine has no route to it",
    OWN_LINK: "the appliance is isolated",
}
"""Reasons of polls whose SNMP side gives nothing, in words."""


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
        for report in (*availability, *shown_states(draft, poll)):
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
            if self._to_say(draft, lost, unanswered, text := forwarding_text(component, through)):
                yield AlarmReport(MANAGEMENT_LOST, "", Transition.RAISE, text)
            if draft.active.get(down):
                yield AlarmReport(COMPONENT_DOWN, "", Transition.CLEAR, f"{component.name} forwards: {through} answers")
        elif unanswered.polls >= UNANSWERED_POLLS:
            if self._to_raise(draft, down) and not self._parent_in_doubt(draft, component, unanswered):
                yield AlarmReport(COMPONENT_DOWN, "", Transition.RAISE, down_text(component, poll))
        elif enough(unanswered.snmp, unanswered) and self._to_say(
            draft, lost, unanswered, text := lost_text(component, poll)
        ):
            yield AlarmReport(MANAGEMENT_LOST, "", Transition.RAISE, text)
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
        if poll.reason in TROUBLES and enough(unanswered.troubled, unanswered):
            text = trouble_text(component, poll)
            if self._to_say(draft, AlarmKey(component.name, kind, ""), unanswered, text):
                yield AlarmReport(kind, "", Transition.RAISE, text)
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

    def _to_say(self, draft: Draft, key: AlarmKey, unanswered: UnansweredPolls, text: str) -> bool:
        """Whether the alarm is to be raised, or holds for another reason by now than it gives."""
        held = draft.active.get(key)
        another = held is not None and unanswered.alike >= UNANSWERED_POLLS and _gist(held.text) != _gist(text)
        return another or self._to_raise(draft, key)

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
    troubled = before.troubled + 1 if poll.reason in TROUBLES else before.troubled if alive and poll.reason else 0
    outcome = " ".join((poll.reason, without_figures(poll.detail), *map(str, (poll.icmp, poll.tcp, poll.snmp))))
    return UnansweredPolls(
        polled_at=poll.received_at,
        polls=polls,
        snmp=unanswered_snmp,
        since=started if polls or unanswered_snmp else 0,
        troubled=troubled,
        on_a_lossy_way=before.on_a_lossy_way + (poll.loss > 0) if unanswered_snmp or troubled else 0,
        outcome=outcome,
        alike=before.alike + 1 if outcome == before.outcome else 1,
        answered_at=poll.received_at if alive else before.answered_at,
        answering_since=before.answering_since if before.answers else poll.received_at if alive else 0,
        unrouted_since=(before.unrouted_since or poll.received_at) if poll.reason == NO_ROUTE else 0,
    )


def enough(count: int, unanswered: UnansweredPolls) -> bool:
    """Whether so many polls in a row prove something of the device, and not of the way to it."""
    return count - unanswered.on_a_lossy_way >= UNANSWERED_POLLS or count >= LOSSY_POLLS


def _gist(text: str) -> str:
    """What a text says, whatever the numbers, and whoever shows that a component forwards."""
    return without_figures(text.partition(", but ")[0])


def down_text(component: Component, poll: PollSignal) -> str:
    """What was asked and not answered."""
    return f"{component.name} is down: no answer to {asked_ways(component, poll)} in {UNANSWERED_POLLS} polls"


def asked_ways(component: Component, poll: PollSignal) -> str:
    """The ways by which a poll asked, with the services by their names."""
    services = [check.name for check in component.reach.services]
    connections = [] if poll.tcp is None else ["TCP"] * bool(component.reach.tcp or not services) + services
    icmp, snmp = ["ICMP"] * (poll.icmp is not None), ["SNMP"] * (poll.snmp is not None)
    return ", ".join([*icmp, *connections, *snmp])


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
    services = [] if component.reach.tcp else [check.name for check in component.reach.services]
    ways = (("ICMP", poll.icmp), (" or ".join(services) or "TCP", poll.tcp))
    alive = " and ".join(way for way, answer in ways if answer)
    otherwise = f"it answers {alive}" if alive else "it is asked in no other way, so that it may be down"
    return f"{component.name}: management lost, SNMP silent for {UNANSWERED_POLLS} polls; {otherwise}"
