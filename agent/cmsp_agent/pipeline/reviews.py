"""Which open incidents must be weighed anew after a batch: what is done for one fault must not go through them all.

An incident depends on its own alarms, which triage follows itself, and on what components can still do. Only where
that changed are others looked at: those of alarms that take functions away, and all of a component that is
reached otherwise.
"""

from collections.abc import Collection, Iterable, Sequence

from cmsp_agent.model.incident import Incident
from cmsp_agent.pipeline.alarm_state import Draft
from cmsp_agent.pipeline.impact import Assessor
from cmsp_agent.pipeline.places import incident_at
from cmsp_agent.pipeline.topology import Topology


class Reviews:
    """Remembers in the alarm state what each component could do when incidents were last weighed by it."""

    def __init__(self, topology: Topology, assessor: Assessor) -> None:
        self._topology = topology
        self._assessor = assessor

    def start(self, draft: Draft) -> None:
        """All incidents are weighed now, by what every component can do."""
        self._keep(draft, self._topology.components)

    def due(self, draft: Draft) -> Sequence[Incident]:
        """The incidents to be weighed anew, the oldest first."""
        draft.working.clear()
        differing = [name for name in draft.concerned if self._differs(draft, name)]
        below = self._topology.below(differing)
        reached_otherwise = {name for name in below if self._is_reached_otherwise(draft, name)}
        around = self._topology.around(below, self._sites_at_stake(draft, below))
        self._keep(draft, below)
        found = {one.id: one for one in draft.incidents_at(reached_otherwise | draft.first_read)}
        for name in around:
            impairing = self._assessor.impairing(draft, name)
            found |= {one.id: one for alarm in impairing if (one := incident_at(draft, alarm)) is not None}
        return [found[incident_id] for incident_id in sorted(found)]

    def _sites_at_stake(self, draft: Draft, names: Collection[str]) -> set[str]:
        """The sites where a function may have lost its last way, or got the first: the others there do not have it."""
        at_stake = set()
        for name in names:
            component = self._topology.components.get(name)
            if component is None or component.site in at_stake:
                continue
            before, now = draft.abilities.get(name), self._assessor.ability(draft, name)
            changed = component.functions if before is None else {*before.functions} ^ {*now.functions}
            if any(not self._assessor.works_at(draft, component.site, each, without=names) for each in changed):
                at_stake.add(component.site)
        return at_stake

    def _keep(self, draft: Draft, names: Iterable[str]) -> None:
        for name in names:
            draft.abilities.put(name, self._assessor.ability(draft, name))

    def _differs(self, draft: Draft, name: str) -> bool:
        return draft.abilities.get(name) != self._assessor.ability(draft, name)

    def _is_reached_otherwise(self, draft: Draft, name: str) -> bool:
        before, now = draft.abilities.get(name), self._assessor.ability(draft, name)
        return before is None or (before.is_down, before.behind) != (now.is_down, now.behind)
