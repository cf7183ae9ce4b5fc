"""Finds components that were lost together, so that their losses are one storm. Opens and merges no incident."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cmsp_agent.model.event import Event, Transition
from cmsp_agent.pipeline.alarm_state import Draft
from cmsp_agent.pipeline.impact import Assessor
from cmsp_agent.pipeline.topology import Topology


@dataclass(frozen=True, slots=True)
class StormLimits:
    """What makes one incident of several losses; so are all of a site, where they are more than one."""

    components: int = 3
    within: int = 600_000
    """Milliseconds between one loss and the last of those that belong to it."""


LONGEST_STORM = 7 * 86_400_000


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
        draft.losses.put(name, event.received_at)
        limits = self._limits(event)
        recent = self._recent(draft, event.received_at, limits.within)
        if len(recent) >= limits.components:
            return recent
        site = [each.name for each in self._topology.at_site(event.site) if each.primary_functions] or [
            each.name for each in self._topology.at_site(event.site)
        ]
        there = [each for each in recent if each in site]
        return there if len(there) > 1 and len(there) == len(site) else ()

    def forget(self, draft: Draft, event: Event) -> None:
        """An alarm of the component ended: whether it is still lost is asked again at its next."""
        if event.state is Transition.CLEAR:
            draft.losses.drop(event.component)

    def _recent(self, draft: Draft, now: int, within: int) -> list[str]:
        """Those that were lost within the time and are lost still."""
        names = []
        for name in [*draft.losses.keys()]:
            age = abs(now - (draft.losses.get(name) or 0))
            if age > LONGEST_STORM:
                draft.losses.drop(name)
            elif age <= within:
                names.append(name)
        return names
