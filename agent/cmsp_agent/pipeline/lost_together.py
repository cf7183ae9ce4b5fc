"""Finds components that were lost together, so that their losses are one storm. Opens and merges no incident."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cmsp_agent.model.event import Event, Transition
from cmsp_agent.model.incident import Incident
from cmsp_agent.pipeline.alarm_state import ComponentLoss, Draft, FaultPlace
from cmsp_agent.pipeline.built_in import COMPONENT_DOWN
from cmsp_agent.pipeline.impact import Assessor
from cmsp_agent.pipeline.places import place_of
from cmsp_agent.pipeline.topology import Topology


@dataclass(frozen=True, slots=True)
class StormLimits:
    """What makes one incident of several losses; so are all of a site, where they are more than one."""

    components: int = 3
    within: int = 600_000
    """Milliseconds between one loss and the last of those that belong to it."""


NEVER = ComponentLoss(0, FaultPlace("", ""))
MOST_OUT_OF_ORDER = 50
"""Losses of another time in a row, seen from the latest: before them are only older ones."""


class Losses:
    """Remembers when a component was lost, by any fault, and finds those that belong together."""

    def __init__(self, topology: Topology, assessor: Assessor, limits: Callable[[Event], StormLimits]) -> None:
        self._topology = topology
        self._assessor = assessor
        self._limits = limits

    def lost_with(self, draft: Draft, event: Event) -> Sequence[str]:
        """The components whose loss is one with that of the event's; none where it is alone, or not lost."""
        name = event.component
        if event.state is not Transition.RAISE or not self._assessor.threatens(event):
            return ()
        if draft.losses.get(name) is not None or not self._assessor.lost(draft, name):
            return ()
        at = _lost_at(draft, event)
        draft.losses.put(name, ComponentLoss(at, place_of(event)))
        limits = self._limits(event)
        recent = self._recent(draft, at, limits)
        if len(recent) >= limits.components:
            self._join(draft, recent)
            return recent
        site = self._topology.mattering_at(event.site)
        there = [each for each in recent if each in site]
        if len(there) < max(2, len(site)):
            return ()
        self._join(draft, there)
        return there

    def storm_of(self, draft: Draft, event: Event) -> Incident | None:
        """The open incident of the storm that took the component, for what else takes it away: a second line."""
        loss = draft.losses.get(event.component)
        if loss is None or not loss.joined or event.state is not Transition.RAISE:
            return None
        storm = draft.incidents.get(draft.places.get(loss.place) or "")
        return storm if storm is not None and storm.state.open and self._assessor.threatens(event) else None

    def forget(self, draft: Draft, event: Event) -> None:
        """An alarm of the component ended: it is lost no more, unless another one still takes it away."""
        name = event.component
        if event.state is not Transition.CLEAR or draft.losses.get(name) is None:
            return
        if not self._assessor.lost(draft, name):
            draft.losses.drop(name)

    def recall(self, draft: Draft) -> None:
        """Take up what was lost before a start, by the alarms that hold: a storm may go on after it."""
        together = (one.components for one in draft.incidents.values() if one.state.open and len(one.components) > 1)
        joined = {name for names in together for name in names}
        for alarm in sorted(draft.active.values(), key=lambda alarm: alarm.received_at):
            name = alarm.component
            if draft.losses.get(name) is not None or alarm.suppressed_by is not None:
                continue
            if self._assessor.threatens(alarm) and self._assessor.lost(draft, name):
                draft.losses.put(name, ComponentLoss(alarm.received_at, place_of(alarm), name in joined))

    @staticmethod
    def _join(draft: Draft, names: Sequence[str]) -> None:
        for name in names:
            loss = draft.losses.get(name) or NEVER
            draft.losses.drop(name)
            draft.losses.put(name, loss._replace(joined=True))

    def _recent(self, draft: Draft, now: int, limits: StormLimits) -> list[str]:
        """Those lost within the time, and lost still; of what is one already no more than make a storm."""
        names: list[str] = []
        others = 0
        for name in draft.losses.latest():
            loss = draft.losses.get(name) or NEVER
            others = 0 if abs(now - loss.at) <= limits.within else others + 1
            if not others:
                names.append(name)
            if others > MOST_OUT_OF_ORDER or (loss.joined and len(names) >= limits.components):
                break
        return names[::-1]


def _lost_at(draft: Draft, event: Event) -> int:
    """When the component was lost: a silence is known as a loss only by its third poll, and began with the first."""
    unanswered = draft.unanswered.get(event.component)
    silent_since = unanswered.since if unanswered is not None and event.type == COMPONENT_DOWN else 0
    return silent_since or event.received_at
