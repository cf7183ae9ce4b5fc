"""End the alarms that nothing can clear any more, because the configuration has changed. Restores no incident."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace

from cmsp_agent.model.component import Component
from cmsp_agent.model.event import Event, Source
from cmsp_agent.model.ids import uuid7
from cmsp_agent.model.renaming import UNCHANGED
from cmsp_agent.pipeline.alarm_state import Draft
from cmsp_agent.pipeline.built_in import MANAGEMENT_LOST
from cmsp_agent.pipeline.normalise import Normaliser
from cmsp_agent.pipeline.tier_filter import AVAILABILITY, FROM_THE_DEVICE, is_for


class Retirement:
    """Knows which alarms the components of a configuration can still have."""

    def __init__(
        self, components: Mapping[str, Component], normaliser: Normaliser, new_id: Callable[[int], str] = uuid7
    ) -> None:
        self._components = components
        self._normaliser = normaliser
        self._parents = frozenset(component.parent for component in components.values())
        self._new_id = new_id

    def __call__(self, draft: Draft, renamed: Mapping[str, str] = UNCHANGED) -> Iterator[Event]:
        """Forget what was seen of components that are gone; the clears of what they, and others, can't clear."""
        for name in [*draft.unanswered.keys()]:
            if name not in self._components:
                draft.unanswered.drop(name)
                draft.entities.drop(name)
        for seen in [*draft.observed.keys()]:
            if seen[0] not in self._components:
                draft.observed.drop(seen)
                draft.unused.drop(seen)
        for alarm in [*draft.active.values()]:
            why = _called_now(alarm, renamed) or self._reason(draft, alarm)
            if why:
                yield alarm.ended(self._new_id(draft.now), draft.now, why)

    def handed_on(self, draft: Draft, renamed: Mapping[str, str]) -> list[Event]:
        """What devices reported that the file calls otherwise now: nobody reports it again under their new names.

        What polls show, they show under the new name as well.

        Args:
            draft: the alarm state as it was.
            renamed: name before → name now.
        """
        now = {before: self._components[name] for before, name in renamed.items() if name in self._components}
        return [
            self._called_otherwise(alarm, new, draft.now)
            for alarm in [*draft.active.values()]
            if (new := now.get(alarm.component)) is not None
            and is_for(new, alarm)
            and alarm.type not in AVAILABILITY
            and not FROM_THE_DEVICE.isdisjoint(alarm.sources)
        ]

    def _called_otherwise(self, alarm: Event, component: Component, now: int) -> Event:
        text = alarm.text.replace(alarm.component, component.name)
        own = replace(alarm, component=component.name, site=component.site, text=text)
        return replace(own, id=self._new_id(now), suppressed_by=None)

    def _reason(self, draft: Draft, alarm: Event) -> str:
        if not alarm.component:
            return ""
        component = self._components.get(alarm.component)
        if component is None:
            return f"{alarm.component} is no longer in the configuration"
        if not is_for(component, alarm):
            return f"{component.name} does not get this any more: its order or its tier has changed"
        unanswered = draft.unanswered.get(component.name)
        forwards = component.name in self._parents and (unanswered is None or unanswered.polls > 0)
        if component.credentials.snmp is None and (
            self._shown_by_snmp_alone(alarm) or (alarm.type == MANAGEMENT_LOST and not forwards)
        ):
            return f"{component.name} is no longer asked by SNMP"
        return ""

    def _shown_by_snmp_alone(self, alarm: Event) -> bool:
        meanings = self._normaliser.meanings(alarm.component)
        return alarm.sources == (Source.POLL,) and meanings.is_read_by_snmp(alarm.type, alarm.object)


def forget(draft: Draft, names: Collection[str]) -> None:
    """What was seen and reported of components that are other devices now; alarms and incidents stay."""
    if not names:
        return
    for name in names:
        draft.unanswered.drop(name)
        draft.entities.drop(name)
    for seen in (draft.observed, draft.unused):
        for place in [place for place in seen.keys() if place[0] in names]:  # noqa: SIM118 - no mapping
            seen.drop(place)
    reported = draft.ended, draft.ended_at, draft.flaps, draft.flapping, draft.last_reports, draft.reports
    for memory in (*reported, draft.clearing):
        for key in [key for key in memory.keys() if key.component in names]:  # noqa: SIM118 - no mapping
            memory.drop(key)


def _called_now(alarm: Event, renamed: Mapping[str, str]) -> str:
    """Why the alarm ends where its device has another name now; empty where it has not, or the agent itself says it."""
    name = renamed.get(alarm.component)
    of_the_agent = alarm.sources == (Source.AGENT,) and alarm.type not in AVAILABILITY
    return "" if name is None or of_the_agent else f"this device is called {name} in the configuration now"
