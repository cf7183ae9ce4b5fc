"""Where a fault sits on its component: all reports of one place are one incident. Opens none."""

import re
from dataclasses import replace
from functools import lru_cache

from cmsp_agent.model.event import Event
from cmsp_agent.model.incident import Incident
from cmsp_agent.model.interfaces import canonical
from cmsp_agent.pipeline.alarm_state import Draft, FaultPlace
from cmsp_agent.pipeline.members import standing
from cmsp_agent.pipeline.unit_names import UNITS, number_of, operation_of

# not the end of an IP prefix: 10.1.2.0/24 is no port
_PORT = re.compile(r"(?<![\d.:])\d+(?:/\d+)+")
PLACE = "place"
"""Attribute of an event that a rule gives another place: the component, a space, where."""
GROUP = "rule "
"""What a place begins with that a rule gives to the alarms of several objects or components."""
PROBES = frozenset({"ipsla.failed", "ipsla.threshold"})
"""Alarm types of IP SLA operations and of the reactions to them."""
TOGETHER = frozenset({"sip.registration.failed"})
"""Alarm types whose objects each way calls otherwise, by registrar or by number: all of a component are one place."""
MOST_PLACES = 4096
"""Objects whose place is remembered: it is asked for with each of their events."""
_ETHERNET = re.compile(r"\w*(?:Ethernet|GigE)$")


@lru_cache(MOST_PLACES)
def place(name: str) -> str:
    """Where on the device an object sits: `Serial0/1/0:15` and `E1 0/1/0` are both at `0/1/0`.

    An Ethernet port is no part of another: `FastEthernet0/0/1` and `GigabitEthernet0/0/1` are two places.
    """
    name = canonical(name)
    found = _PORT.search(name)
    if found is None:
        return name
    ethernet = _ETHERNET.search(name[: found.start()])
    return ethernet.group() + found.group() if ethernet else found.group()


def place_of(event: Event) -> FaultPlace:
    """Where a rule put it; else the port of the event, or its object where that has no place on the component."""
    if (given := event.attributes.get(PLACE)) is not None:
        component, _, where = given.partition(" ")
        return FaultPlace(component, where)
    if event.type in TOGETHER:
        return FaultPlace(event.component, event.type)
    # a bare number names another thing for each type: dial-peer 1 is not track 1
    numbered = event.object if event.object.isdecimal() else ""
    if event.type in UNITS:
        numbered = number_of(event.type, event.object)
    elif event.type in PROBES:
        return FaultPlace(event.component, f"ip sla {operation_of(event.object)}")
    return FaultPlace(event.component, f"{event.type} {numbered}" if numbered else place(event.object))


def placed(event: Event, place: FaultPlace) -> Event:
    """The event at another place."""
    return replace(event, attributes={**event.attributes, PLACE: f"{place.component} {place.where}"})


def incident_at(draft: Draft, event: Event) -> Incident | None:
    """The open incident of the same port, or of the same component where the fault has no place on it."""
    known = draft.places.get(place_of(event))
    return None if known is None else draft.incidents.get(known)


def standing_at(draft: Draft, event: Event) -> Incident | None:
    """As `incident_at`, where one of its alarms still sits there: they may have another name since."""
    incident, where = incident_at(draft, event), place_of(event)
    if incident is None or not any(place_of(alarm) == where for alarm in standing(draft, incident)):
        return None
    return incident
