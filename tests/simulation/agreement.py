"""What must hold between the agent's alarms and incidents, and what anybody reads in the records, at any moment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cmsp_agent.model.event import Event
from cmsp_agent.pipeline.alarm_state import AlarmState
from tests.lab.headend.alarms import alarms_of
from tests.lab.headend.store import Stored
from tests.simulation.world import APPLIANCE, World

WITHOUT_INCIDENT = ("kpi.threshold", "emergency.lost")
"""Alarm types that need have no incident of their own: what they say, another's may say already."""
Incidents = Mapping[str, Mapping[str, Any]]


def disagreements(world: World) -> list[str]:
    """Each rule that does not hold now, in words."""
    assert world.agent is not None
    state, records = world.agent.events.service.alarm_state, world.headend.store.records(APPLIANCE)
    incidents = {one.data["id"]: one.data for one in records if one.type == "cmsp.incident.v1"}
    return [
        *_alarms_differ(state, records),
        *_incidents_differ(state, incidents),
        *_badly_merged(incidents),
        *_without_incident(state),
        *_without_alarm(state),
    ]


def _alarms_differ(state: AlarmState, records: list[Stored]) -> Iterator[str]:
    reported = {
        name: (data["type"], data["object"], data["suppressed_by"], data["severity"], data["text"], data["sources"])
        for name, data in alarms_of(records).items()
    }
    held = {each.id: _as_record(each) for each in state.active.values()}
    yield from (
        f"alarm {name}: the head-end has {reported.get(name)}, the agent {held.get(name)}"
        for name in reported.keys() | held.keys()
        if reported.get(name) != held.get(name)
    )


def _as_record(alarm: Event) -> tuple[object, ...]:
    sources = [source.value for source in alarm.sources]
    return alarm.type, alarm.object, alarm.suppressed_by, alarm.severity.value, alarm.text, sources


def _incidents_differ(state: AlarmState, reported: Incidents) -> Iterator[str]:
    for one in state.incidents.values():
        data = reported[one.id]
        there = (data["state"], data["title"], data["priority"], data["merged_into"], tuple(data["components"]))
        here = (one.state.value, one.title, one.priority.value, one.merged_into, one.components)
        if there != here:
            yield f"{one.number}: the head-end has {there}, the agent {here}"
    for incident_id, data in reported.items():
        if incident_id not in state.incidents and data["state"] not in ("resolved", "closed", "merged"):
            yield f"{data['number']}: {data['state']} for the head-end, and over for the agent"


def _badly_merged(reported: Incidents) -> Iterator[str]:
    for data in reported.values():
        if (data["state"] == "merged") != (data["merged_into"] in reported):
            yield f"{data['number']}: {data['state']}, merged into {data['merged_into']}"
        elif data["state"] == "merged" and data["restored_at"] is not None:
            yield f"{data['number']}: merged and restored"


def _without_incident(state: AlarmState) -> Iterator[str]:
    members = {name: incident for incident, names in state.members.items() for name in names}
    for each in state.active.values():
        if not each.component or each.suppressed_by is not None or each.type in WITHOUT_INCIDENT:
            continue
        incident = state.incidents.get(members.get(each.id, ""))
        if incident is None or not incident.state.open:
            yield f"{each.key} holds and has no open incident"


def _without_alarm(state: AlarmState) -> Iterator[str]:
    for one in state.incidents.values():
        waits = one.unproven is not None or one.waits_for_a_person
        if one.state.open and not waits and not any(map(state.active.key_of, state.members.get(one.id, ()))):
            yield f"{one.number} ({one.title}) is {one.state.value}, and none of its alarms holds"
