"""The impact of a set of alarms: which share of the customer they take away. Pure arithmetic on the alarm state."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from cmsp_agent.model.component import Component
from cmsp_agent.model.event import AlarmKey, Event
from cmsp_agent.model.priority import Extent, Share, Urgency
from cmsp_agent.model.severity import Severity
from cmsp_agent.pipeline.alarm_state import NO_ABILITY, Ability, Draft
from cmsp_agent.pipeline.alarm_types.emergency import EMERGENCY_LOST
from cmsp_agent.pipeline.built_in import COMPONENT_DOWN
from cmsp_agent.pipeline.causes import Causes, answers_behind, is_known
from cmsp_agent.pipeline.normalise import Normaliser
from cmsp_agent.pipeline.topology import Topology

EVERYTHING = "*"
EMERGENCY = "emergency"
"""The function of a component that calls to emergency numbers leave by."""
MOST_LOST_BEFORE = 6
"""Components lost before that are looked for: one more than are named."""


@dataclass(frozen=True, slots=True)
class Customer:
    """The whole of the end customer, as the YAML gives it, and the people at each site."""

    people: int
    sites: int
    components: int
    people_at: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Assessment:
    """What triage needs to know of an incident."""

    urgency: Urgency
    extent: Extent
    lost_before: tuple[str, ...] = ()
    """Other components of the sites that are lost with these alarms: they had lost their ways already."""
    without_emergency: tuple[str, ...] = ()
    """Sites from which no call reaches an emergency number."""


class Assessor:
    """Answers what alarms mean for people, by functions, redundancy and dependence."""

    def __init__(self, topology: Topology, causes: Causes, customer: Customer, normaliser: Normaliser) -> None:
        self._causes = causes
        self._topology = topology
        self._components = topology.components
        self._customer = customer
        self._normaliser = normaliser
        self._seen_working: dict[tuple[str, str], int] = {}
        """(site, function) → which component there was last seen to do it: asked first, of hundreds."""

    def assess(self, draft: Draft, alarms: Iterable[Event]) -> Assessment:
        """Urgency and extent of one incident, from those of its alarms that still hold."""
        alarms = list(alarms)
        lost = {name for alarm in alarms for name in self.affected(draft, alarm)}
        urgencies = [self._urgency(draft, alarm) for alarm in alarms]
        impaired = self._impaired(draft, alarms)
        sites = {site for site, functions in impaired.items() if self._site_lost(draft, site, functions)}
        extent = Extent(
            people=Share(self._people(lost), self._customer.people),
            sites=Share(len(sites), self._customer.sites),
            components=Share(len(lost), self._customer.components),
        )
        urgency = min(urgencies, key=lambda urgency: urgency.rank, default=Urgency.LOW)
        without = set(self._without_emergency(draft, alarms))
        if without:
            urgency = Urgency.CRITICAL
        before = tuple(islice(self._lost_before(draft, sites | without, alarms, lost), MOST_LOST_BEFORE))
        return Assessment(urgency, extent, before, tuple(sorted(without)))

    def reach(self, names: Collection[str]) -> Extent:
        """The extent of what a person says of components: nothing shows that a site has lost its ways."""
        return Extent(
            people=Share(self._people(names), self._customer.people),
            sites=Share(0, self._customer.sites),
            components=Share(len(names), self._customer.components),
        )

    def threatens(self, alarm: Event) -> bool:
        """Whether the alarm can take a component away: it is down, or a primary function of it is impaired."""
        component = self._components.get(alarm.component)
        if component is None or alarm.type == COMPONENT_DOWN:
            return component is not None
        return any(self._impairs(alarm.component, alarm.type, function) for function in component.primary_functions)

    def takes_emergency(self, alarm: Event) -> bool:
        """Whether alarms of this type take away a way to emergency numbers, the last one or another."""
        component = self._components.get(alarm.component)
        if component is None or alarm.type == EMERGENCY_LOST:
            return component is not None
        below = self._topology.tree(component.name) if alarm.type == COMPONENT_DOWN else (component.name,)
        return any(
            EMERGENCY in each.functions and self._impairs(alarm.component, alarm.type, EMERGENCY)
            for each in self._known(below)
        )

    def ability(self, draft: Draft, name: str) -> Ability:
        """What of a component weighs in the faults of others: they are weighed anew where this changes."""
        component = self._components.get(name)
        if component is None:
            return NO_ABILITY
        is_down = draft.active.get(AlarmKey(name, COMPONENT_DOWN, "")) is not None
        unanswered = draft.unanswered.get(name)
        return Ability(
            is_down=is_down,
            silent_since=unanswered.since if is_down and unanswered else 0,
            behind=tuple(self._silent_above(draft, component)),
            functions=tuple(each for each in component.functions if self._works(draft, component, each)),
            is_known=is_known(draft, name),
        )

    def impairing(self, draft: Draft, name: str) -> Iterator[Event]:
        """The alarms of a component that take functions away: how badly depends on what else still works."""
        for kind in draft.active.types(name):
            if self._normaliser.alarm(name, kind).impairs:
                yield from draft.active.of(name, kind)

    def lost(self, draft: Draft, name: str) -> bool:
        """Whether the component is down, or can do one of its primary functions no more."""
        component = self._components.get(name)
        if component is None:
            return False
        if self._down(draft, component):
            return True
        return any(not self._works(draft, component, function) for function in component.primary_functions)

    def _has_lost(self, draft: Draft, component: Component) -> bool:
        """It is lost, or no call to an emergency number leaves by it any more."""
        no_emergency = EMERGENCY in component.functions and not self._works(draft, component, EMERGENCY)
        return no_emergency or self.lost(draft, component.name)

    def _without_emergency(self, draft: Draft, alarms: Iterable[Event]) -> Iterator[str]:
        """The sites that lose their last way to emergency numbers with these alarms."""
        hit = [alarm for alarm in alarms if self.takes_emergency(alarm)]
        sites = {each.site for alarm in hit for each in self._known(self.affected(draft, alarm))}
        yield from (alarm.site for alarm in hit if alarm.type == EMERGENCY_LOST)
        yield from (site for site in sites if self._site_lost(draft, site, (EMERGENCY,)))

    def weighs_so_already(self, draft: Draft, event: Event) -> bool:
        """Whether an event says of a site what the faults that took its ways say already, by their functions."""
        if event.type != EMERGENCY_LOST:
            return False
        declared = any(EMERGENCY in each.functions for each in self._topology.at_site(event.site))
        return declared and not self.works_at(draft, event.site, EMERGENCY)

    def _lost_before(
        self, draft: Draft, sites: Iterable[str], alarms: Sequence[Event], lost: Collection[str]
    ) -> Iterator[str]:
        began = min((alarm.received_at for alarm in alarms), default=0)
        for site in sorted(sites):
            for component in self._topology.at_site(site):
                if _lost_since(draft, component.name, began):
                    continue
                mattered = component.primary_functions or EMERGENCY in component.functions
                if component.name in lost or not mattered or not self._has_lost(draft, component):
                    continue
                if _began_before(draft, component.name, began):
                    yield component.name

    def forget(self, draft: Draft, alarm: Event) -> None:
        """An alarm came or went: what its components can still do is to be looked into again."""
        for name in self.affected(draft, alarm):
            draft.working.pop(name, None)

    def affected(self, draft: Draft, alarm: Event) -> list[str]:
        """The components that an alarm touches: its own and, where it is down, all that are lost with it."""
        if not alarm.component:
            return []
        return self._causes.lost_with(draft, alarm.component) if alarm.type == COMPONENT_DOWN else [alarm.component]

    def _urgency(self, draft: Draft, alarm: Event) -> Urgency:
        functions = [
            (component, function, rank)
            for component in self._known(self.affected(draft, alarm))
            for function, rank in component.functions.items()
            if self._impairs(alarm.component, alarm.type, function)
        ]
        primary = [(component, function) for component, function, rank in functions if rank == "primary"]
        if primary:
            backed_up = all(self._backed_up(draft, component, function) for component, function in primary)
            return Urgency.MAJOR if backed_up else Urgency.CRITICAL
        if functions or alarm.severity.rank <= Severity.MAJOR.rank:
            return Urgency.MINOR
        return Urgency.LOW

    def _impairs(self, component: str, kind: str, function: str) -> bool:
        """Whether alarms of the type take the function away."""
        impaired = self._normaliser.alarm(component, kind).impairs
        return EVERYTHING in impaired or function in impaired

    def _backed_up(self, draft: Draft, component: Component, function: str) -> bool:
        """Whether the function still has a path: here, or on another component of the redundancy group."""
        if self._works(draft, component, function):
            return True
        others = (other for other in self._topology.group(component) if function in other.functions)
        return any(is_known(draft, other.name) and self._works(draft, other, function) for other in others)

    def _works(self, draft: Draft, component: Component, function: str) -> bool:
        """The component does the function: asked by each incident of a storm, and looked into once."""
        answers = draft.working.setdefault(component.name, {})
        if function not in answers:
            answers[function] = self._still_works(draft, component, function)
        return answers[function]

    def _still_works(self, draft: Draft, component: Component, function: str) -> bool:
        """It is up, and no alarm has taken the last of the ways to do it."""
        if self._down(draft, component):
            return False
        return not any(
            self._impairs(component.name, kind, function) and not self._has_peer(draft, component.name, kind)
            for kind in draft.active.types(component.name)
        )

    def _down(self, draft: Draft, component: Component) -> bool:
        """Down itself, or reached only through one that is."""
        if draft.active.get(AlarmKey(component.name, COMPONENT_DOWN, "")):
            return True
        return any(self._silent_above(draft, component))

    def _silent_above(self, draft: Draft, component: Component) -> Iterator[str]:
        """The components that are down and that it is reached through, and that nothing shows to forward."""
        for name in self._topology.above(component.name):
            is_down = draft.active.get(AlarmKey(name, COMPONENT_DOWN, "")) is not None
            if is_down and not answers_behind(draft, name, component.name):
                yield name

    def _has_peer(self, draft: Draft, component: str, kind: str) -> bool:
        """Another object of the same kind on the component still works (the second of two PRIs).

        Which there are is known by polling; which of them fail is known by the latest report.
        """
        objects = draft.observed.get((component, kind)) or {}
        if draft.active.count(component, kind) < len(objects):
            return True
        return any(not draft.active.get(AlarmKey(component, kind, name)) for name in objects)

    def _people(self, names: Iterable[str]) -> int:
        """People who depend on the components: the largest number of a redundancy group, no more than a site has."""
        by_site: dict[str, dict[str, int]] = {}
        for name in names:
            component = self._components.get(name)
            if component is not None:
                group = component.redundancy or f"component {name}"
                groups = by_site.setdefault(component.site, {})
                groups[group] = max(groups.get(group, 0), component.people)
        return sum(self._at_most(site, sum(groups.values())) for site, groups in by_site.items())

    def _at_most(self, site: str, people: int) -> int:
        there = self._customer.people_at.get(site, 0)
        return min(people, there) if there else people

    def _known(self, names: Iterable[str]) -> Iterator[Component]:
        return (self._components[name] for name in names if name in self._components)

    def _impaired(self, draft: Draft, alarms: Iterable[Event]) -> Mapping[str, set[str]]:
        """Site → primary functions of its components that the alarms impair."""
        found: dict[str, set[str]] = {}
        for alarm in alarms:
            for component in self._known(self.affected(draft, alarm)):
                functions = found.setdefault(component.site, set())
                functions.update(
                    each for each in component.primary_functions if self._impairs(alarm.component, alarm.type, each)
                )
        return found

    def _site_lost(self, draft: Draft, site: str, functions: Iterable[str]) -> bool:
        """Whether one of the primary functions has no working path at the site."""
        return any(not self.works_at(draft, site, function) for function in functions)

    def works_at(self, draft: Draft, site: str, function: str, without: Collection[str] = ()) -> bool:
        """Whether a component of the site, other than those named, does the function."""
        there = self._topology.at_site(site)
        last = self._seen_working.get((site, function), 0)
        for place in chain(range(last, len(there)), range(last)):
            component = there[place]
            may = function in component.functions and component.name not in without
            if may and self._works(draft, component, function):
                self._seen_working[site, function] = place
                return True
        return False


def _lost_since(draft: Draft, name: str, moment: int) -> bool:
    """Whether a component is known to have been lost no sooner than then."""
    loss = draft.losses.get(name)
    return loss is not None and loss.at >= moment


def _began_before(draft: Draft, name: str, moment: int) -> bool:
    """Whether a lost component was so before then: by its alarms, where it is not known when it was lost."""
    return draft.losses.get(name) is not None or any(alarm.received_at < moment for alarm in draft.active.of(name))
