"""What must hold of the records of a run, whatever happened: read in order at the head-end, as anybody may."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from cmsp_agent.pipeline.lost_together import StormLimits
from tests.lab.headend.store import Store, Stored
from tests.simulation.week import Fault, Plan
from tests.simulation.world import APPLIANCE, POLL_SECONDS

PARIS = ZoneInfo("Europe/Paris")
GATEWAYS = ("gw-1", "gw-2", "gw-3")
"""The components that are saved."""
SEEN_WITHIN = 3.5 * POLL_SECONDS
"""Seconds in which three polls have shown what began or ended."""


def broken(store: Store, plan: Plan, start: int) -> list[str]:
    """Each rule that does not hold, in words. `start`: wall time (ms) at which the week began."""
    records = store.records(APPLIANCE)
    events = [record for record in records if record.type == "cmsp.event.v1"]
    incidents = [record for record in records if record.type == "cmsp.incident.v1"]
    return [
        *(f"nothing under {hole}" for hole in store.holes(APPLIANCE)),
        *(f"{said} came {count} times" for said, count in Counter(map(_content, records)).items() if count > 1),
        *_alternating(events),
        *_faults_reported(events, plan.faults, start),
        *_incidents_with_a_fault(incidents, plan.faults, start),
        *_saved_each_night(records, start),
    ]


def _saved_each_night(records: Iterable[Stored], start: int) -> Iterator[str]:
    """Each gateway is saved once in each night, in the one that has an hour twice as well."""
    saved: Counter[tuple[str, str]] = Counter()
    last = ""
    for record in records:
        if record.type == "cmsp.backup.v1" and record.data["reason"] == "schedule" and not record.data["error"]:
            last = str(_local(record.data["started_at"]).date())
            saved[record.data["component"], last] += 1
    first = str(datetime.fromtimestamp(start / 1000, PARIS).date())
    days = sorted({day for _, day in saved})
    yield from (f"{name} was saved {count} times on {day}" for (name, day), count in saved.items() if count != 1)
    wanted = (date.fromisoformat(last) - date.fromisoformat(first)).days + 1 if last else -1
    if len(days) != wanted or len(saved) != len(GATEWAYS) * wanted:
        yield f"saved {len(saved)} times on {days}"


def _local(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(PARIS)


def _seconds(text: str, start: int) -> float:
    return datetime.fromisoformat(text).timestamp() - start / 1000


def _content(record: Stored) -> str:
    """What a record says: an alarm is reported again when it changes, under its id, and never in the same words."""
    return f"{record.type} {record.id} {json.dumps(record.data, sort_keys=True)}"


def _key(record: Stored) -> tuple[str, str, str]:
    return record.data["component"], record.data["type"], record.data["object"]


def _alternating(events: Iterable[Stored]) -> Iterator[str]:
    """Each alarm is raised, then cleared; what is reported of it again in between has its id."""
    active: dict[tuple[str, str, str], str] = {}
    for record in events:
        key, state, id_ = _key(record), record.data["state"], record.data["alarm"]
        if state == "raise":
            if active.setdefault(key, id_) != id_:
                yield f"{record.sequence}: {key} raised while it is raised"
        elif state == "clear" and active.pop(key, None) is None:
            yield f"{record.sequence}: {key} cleared while it is not raised"
    for key in active:
        yield f"{key} never cleared"


def _faults_reported(events: Sequence[Stored], faults: Sequence[Fault], start: int) -> Iterator[str]:
    """Each fault is raised once and cleared once, in time."""
    for fault in faults:
        mine = [one for one in events if _key(one)[:2] == (fault.kind.component, fault.kind.alarm)]
        raised = {
            one.data["alarm"]
            for one in mine
            if one.data["state"] == "raise"
            and fault.begins <= _seconds(one.data["received_at"], start) <= fault.ends + SEEN_WITHIN
        }
        cleared = [
            one
            for one in mine
            if one.data["state"] == "clear"
            and fault.begins <= _seconds(one.data["received_at"], start) <= fault.ends + SEEN_WITHIN
        ]
        if (len(raised), len(cleared)) != (1, 1):
            yield f"{fault} raised {len(raised)} times, cleared {len(cleared)} times"


def _incidents_with_a_fault(incidents: Sequence[Stored], faults: Sequence[Fault], start: int) -> Iterator[str]:
    """Each incident is about a fault that was there, each fault has one incident, and at the end all are over.

    Components that are lost together are one incident: the others are merged into it.
    """
    last = {record.data["number"]: record.data for record in incidents}
    by_fault: dict[Fault, set[str]] = {fault: set() for fault in faults}
    for number, incident in last.items():
        opened = _seconds(incident["opened_at"], start)
        about = [
            fault
            for fault in faults
            if fault.kind.component in incident["components"] and fault.begins <= opened <= fault.ends + SEEN_WITHIN
        ]
        for fault in about:
            by_fault[fault].add(_whole(last, number))
        if not about or (len(about) > 1 and not _lost_together(about)):
            yield f"{number} ({incident['title']}, {opened:.0f} s) is about {len(about)} faults"
        if incident["state"] not in ("resolved", "merged"):
            yield f"{number} ({incident['title']}) ends as {incident['state']}"
    for fault, numbers in by_fault.items():
        if len(numbers) != 1:
            yield f"{fault} has the incidents {sorted(numbers)}"


def _whole(incidents: Mapping[str, Mapping[str, Any]], number: str) -> str:
    """The incident that one was merged into, whatever that was merged into; itself where it was not merged."""
    by_id = {incident["id"]: number for number, incident in incidents.items()}
    for _ in incidents:
        into = incidents[number]["merged_into"]
        if into is None:
            return number
        number = into if into in incidents else by_id[into]
    raise AssertionError(f"{number} is merged into itself")


def _lost_together(faults: Sequence[Fault]) -> bool:
    """Whether all are components that went down within the time in which losses belong together."""
    begun = sorted(fault.begins for fault in faults)
    near = all(later - sooner <= StormLimits().within / 1000 + SEEN_WITHIN for sooner, later in pairwise(begun))
    return near and all(fault.kind.alarm == "component.down" for fault in faults)
