"""Which alarm inhibits another: the appliance is isolated, the component or one that it is reached through is down.

A parent inhibits a fault only while the component itself does not answer: one that answers proves that the way to it
is whole, whatever its parent says to us.
"""

from collections.abc import Iterable

from cmsp_agent.model.event import AlarmKey, Event
from cmsp_agent.pipeline.alarm_state import Draft
from cmsp_agent.pipeline.alarm_types.emergency import EMERGENCY_LOST
from cmsp_agent.pipeline.alarm_types.polling import ROUTE_MISSING
from cmsp_agent.pipeline.built_in import APPLIANCE_ISOLATED, COMPONENT_DOWN, COMPONENT_UNRESOLVED
from cmsp_agent.pipeline.tier_filter import AVAILABILITY
from cmsp_agent.pipeline.topology import Topology

ISOLATED = AlarmKey("", APPLIANCE_ISOLATED, "")
UNROUTED = AlarmKey("", ROUTE_MISSING, "")
CAUSES = frozenset({COMPONENT_DOWN, APPLIANCE_ISOLATED})
"""Alarm types that inhibit others."""
OF_THE_SITE = frozenset({EMERGENCY_LOST})
"""Alarm types whose fault is the site's: that the component is down, by which it is reported, may not hide it."""


class Causes:
    """Answers by the alarms and the unanswered polls of a draft; changes nothing."""

    def __init__(self, topology: Topology) -> None:
        self._topology = topology

    def of(self, draft: Draft, event: Event) -> str | None:
        """Id of the alarm that inhibits the event, or None where it has no cause."""
        isolated = draft.active.get(ISOLATED)
        if isolated is not None and event.component:
            return isolated.id
        if event.type in OF_THE_SITE:
            return None
        if event.type not in AVAILABILITY:
            own = draft.active.get(AlarmKey(event.component, COMPONENT_DOWN, ""))
            if own is not None:
                return own.suppressed_by or own.id
        for parent in self._topology.above(event.component):
            down = draft.active.get(AlarmKey(parent, COMPONENT_DOWN, ""))
            if down is not None and not answers_behind(draft, parent, event.component):
                return down.suppressed_by or down.id
        return None

    def inhibits(self, draft: Draft, cause: Event) -> Iterable[str]:
        """The components whose faults the alarm may inhibit: those that are reached through its own, or all."""
        return self._topology.tree(cause.component) if cause.component else [*draft.unanswered.keys()]

    def lost_with(self, draft: Draft, name: str) -> list[str]:
        """The component that is down and all that are lost with it: what answers, and what is behind that, is not."""
        lost: list[str] = []
        waiting, seen = [name], set[str]()
        while waiting:
            current = waiting.pop()
            if current not in seen and (current == name or not answers_behind(draft, name, current)):
                seen.add(current)
                lost.append(current)
                waiting.extend(self._topology.children(current))
        return lost

    def answers_through(self, draft: Draft, name: str) -> str:
        """A component that answers though it is reached through this one, which so proves to forward; or empty."""
        below = (each for each in self._topology.tree(name) if each != name)
        return next((each for each in below if answers_behind(draft, name, each)), "")


def answers_behind(draft: Draft, parent: str, name: str) -> bool:
    """Whether the last poll of a component was answered, and that after its parent fell silent."""
    own, above = draft.unanswered.get(name), draft.unanswered.get(parent)
    if own is None or not own.answers:
        return False
    return own.answered_at > (above.since if above is not None else 0)


def is_known(draft: Draft, name: str) -> bool:
    """Whether anything is known of how the component is: its name leads somewhere, and it answered since the start."""
    if draft.active.get(AlarmKey(name, COMPONENT_UNRESOLVED, "")) is not None:
        return False
    unanswered = draft.unanswered.get(name)
    return unanswered is None or not unanswered.polls or unanswered.answered_at > 0
