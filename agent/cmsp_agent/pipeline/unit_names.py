"""A unit that messages and tables call otherwise, by one number, goes by one name, so that its fault is one alarm.

`power supply 1` of a message is `Power Supply Module 1` of a table. Which alarms are of one place is said in `places`.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from cmsp_agent.model.event import Event, Transition
from cmsp_agent.pipeline.alarm_state import Draft
from cmsp_agent.pipeline.places import UNITS, numbers

BY_NUMBER = UNITS | {"module.offline"}
"""Alarm types whose objects are known by their number."""


def number_of(kind: str, name: str) -> str:
    """The number by which a unit is known; empty where its kind has none, or it shows none."""
    return numbers(name) if kind in BY_NUMBER else ""


def by_one_name(draft: Draft, events: Sequence[Event]) -> Sequence[Event]:
    """What messages report, each unit by the name by which its alarm holds, or else by that in the table."""
    if not any(event.type in BY_NUMBER and event.state is not Transition.INFO for event in events):
        return events
    return [_named(draft, event) for event in events]


def held_otherwise(draft: Draft, component: str, kind: str, name: str, shown: Collection[str]) -> Iterator[Event]:
    """The alarms of a unit that hold by a name that the table does not show."""
    number = number_of(kind, name)
    if number:
        for held in draft.active.of(component, kind):
            if held.object not in shown and number_of(kind, held.object) == number:
                yield held


def _named(draft: Draft, event: Event) -> Event:
    number = number_of(event.type, event.object)
    if not number or event.state is Transition.INFO or draft.active.get(event.key) is not None:
        return event
    shown = draft.observed.get((event.component, event.type)) or {}
    if event.object in shown:
        return event
    known = (*(held.object for held in draft.active.of(event.component, event.type)), *shown)
    name = next((each for each in known if number_of(event.type, each) == number), event.object)
    return replace(event, object=name)
