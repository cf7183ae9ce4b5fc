"""Writes the changes of a batch: a fact and its outbox row together, or neither. Judges nothing."""

import sqlite3
from typing import Protocol

from cmsp_agent.model.event import Event
from cmsp_agent.model.ids import NewId, uuid7
from cmsp_agent.model.incident import Incident
from cmsp_agent.pipeline.alarm_state import Changes
from cmsp_agent.pipeline.alarm_types.security import SECURITY_TYPES
from cmsp_agent.services.events.disk_budget import EventRoom
from cmsp_agent.services.events.raw_messages import RawMessages
from cmsp_agent.storage import outbox
from cmsp_agent.storage.outbox.records import event_record, incident_record, security_record
from cmsp_agent.storage.tables import events, incidents


class Outward(Protocol):
    """What is written, as it may leave the site."""

    def outward(self, event: Event) -> Event:
        """An event without personal data, unless the order permits it."""
        ...

    def outward_incident(self, incident: Incident) -> Incident:
        """An incident, likewise."""
        ...

    def outward_text(self, component: str, text: str) -> str:
        """What a component printed, a configuration or a table, likewise."""
        ...


def write_changes(
    tx: sqlite3.Connection, changes: Changes, now: int, by: Outward, raw: RawMessages, new_id: NewId = uuid7
) -> dict[str, Incident]:
    """Write changes and their outbox rows together; returns the incidents with the numbers they were given."""
    events.insert_all(tx, list(changes.new.values()))
    for event in changes.changed.values():
        events.update(tx, event)
    # what was cleared in the same batch is reported by its clear: after it, a raise would hold again
    ended = {event.alarm for event in changes.new.values()}
    reported = [*changes.new.values(), *(changes.changed[event_id] for event_id in sorted(changes.to_report - ended))]
    outward = {event.id: by.outward(event) for event in reported}
    outbox.append_all(tx, map(event_record, outward.values()), now)
    raw.keep(tx, changes, outward)
    security = [event for event in reported if event.type in SECURITY_TYPES]
    if security:
        outbox.append_all(tx, (security_record(outward[event.id], new_id(now)) for event in security), now)
    numbered = {}
    for incident in changes.incidents.values():
        saved = incident if incident.number else incident.numbered(incidents.next_number(tx))
        incidents.save(tx, saved)
        outbox.append(tx, incident_record(by.outward_incident(saved), new_id(now), now), now)
        numbered[saved.id] = saved
    return numbered


def write_within(
    tx: sqlite3.Connection,
    room: EventRoom,
    raw: RawMessages,
    changes: Changes,
    now: int,
    by: Outward,
    new_id: NewId,
) -> dict[str, Incident]:
    """Write changes as `write_changes` does, and delete the oldest events where these would not fit."""
    room.make(tx, changes.new.values())
    return write_changes(tx, changes, now, by, raw, new_id)
