"""The records for the head-end: CloudEvents 1.0 with the data of the contract, golden-tested.

The two attributes that depend on when and in which epoch a record is sent, `epoch` and `sequence`, are not in here:
the outbox puts them in front.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cmsp_agent.model.backup import Backup, BackupRun
from cmsp_agent.model.event import Event, Transition
from cmsp_agent.model.incident import Incident
from cmsp_agent.model.inventory import InventoryChange
from cmsp_agent.model.priority import Extent
from cmsp_agent.model.severity import Severity
from cmsp_agent.model.times import optional_time, rfc3339

EVENT = "cmsp.event.v1"
INCIDENT = "cmsp.incident.v1"
BACKUP = "cmsp.backup.v1"
INVENTORY = "cmsp.inventory.v1"
AUDIT = "cmsp.audit.v1"
EPOCH = "cmsp.epoch.v1"
GAP = "cmsp.gap.v1"
SECURITY = "cmsp.security.v1"

TYPES = (
    EVENT,
    INCIDENT,
    "cmsp.problem.v1",
    "cmsp.change.v1",
    "cmsp.request.v1",
    BACKUP,
    INVENTORY,
    "cmsp.activation.v1",
    AUDIT,
    EPOCH,
    GAP,
    SECURITY,
)
"""The order is stored (as numbers) in the outbox: only append."""

SEVERITIES = tuple(Severity)
NO_SEVERITY = len(SEVERITIES)

MOST_ALARMS = 20_000
"""Of an incident in its record, the latest: some 780 kB, for a batch holds 1 MiB at most."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record for the head-end. `source` is the component's name, or empty for the appliance itself."""

    id: str
    type: str
    source: str
    subject: str
    time: int
    data: Mapping[str, Any]
    severity: Severity | None = None


def event_record(event: Event) -> Record:
    """`cmsp.event.v1`: one raise, clear or info, with what folded into it so far."""
    occurred = rfc3339(event.occurred_at)
    data = {
        "component": event.component,
        "site": event.site,
        "object": event.object,
        "type": event.type,
        "severity": event.severity,
        "state": event.state,
        "occurred_at": occurred,
        "received_at": occurred if event.received_at == event.occurred_at else rfc3339(event.received_at),
        "clock": event.clock,
        "sources": event.sources,
        "confirmed": event.confirmed,
        "count": event.count,
        "text": event.text,
        "attributes": dict(event.attributes),
        "suppressed_by": event.suppressed_by,
        "alarm": event.id if event.state is Transition.RAISE else event.alarm,
    }
    return Record(event.id, EVENT, event.component, event.object, event.occurred_at, data, event.severity)


def security_record(event: Event, record_id: str) -> Record:
    """`cmsp.security.v1`: a security event, beside its `cmsp.event.v1`."""
    kept = ("component", "object", "type", "severity", "state", "occurred_at", "text", "count")
    data = {name: value for name, value in event_record(event).data.items() if name in kept}
    return Record(record_id, SECURITY, event.component, event.object, event.occurred_at, {**data, "event": event.id})


def impact_of(extent: Extent) -> dict[str, Any]:
    """The `impact` of the contract: the level and its three shares as [affected, whole]."""
    return {
        "level": extent.level.value,
        "people": [extent.people.affected, extent.people.whole],
        "sites": [extent.sites.affected, extent.sites.whole],
        "components": [extent.components.affected, extent.components.whole],
    }


def incident_record(incident: Incident, record_id: str, at: int) -> Record:
    """`cmsp.incident.v1`: the incident as it is now.

    Args:
        incident: the whole incident, not a difference.
        record_id: a UUIDv7 of this report (the incident's own id is in the data).
        at: when it became so.
    """
    raised, low, hushed = incident.raised_priority, incident.declared_low, incident.suppression
    data: dict[str, Any] = {
        "id": incident.id,
        "number": incident.number,
        "state": incident.state.value,
        "priority": incident.priority.value,
        "urgency": incident.urgency.value,
        "impact": impact_of(incident.extent),
        "title": incident.title,
        "components": incident.components,
        "alarms": incident.alarms[-MOST_ALARMS:],
        "responsible": incident.responsible,
        "opened_at": rfc3339(incident.opened_at),
        "restored_at": optional_time(incident.restored_at),
        "reported_by": incident.reported_by,
        "raised_priority": raised and {"priority": raised.priority.value, "by": raised.by, "at": rfc3339(raised.at)},
        "external": dict(incident.external),
        "recommendation": incident.recommendation,
        "merged_into": incident.merged_into,
        "declared_low": low and {"by": low.by, "at": rfc3339(low.at)},
        "suppressed": hushed and {"by": hushed.by, "until": rfc3339(hushed.until), "partly": hushed.partly},
    }
    if len(incident.alarms) > MOST_ALARMS:
        data["alarms_in_all"] = len(incident.alarms)
    first = incident.components[0] if incident.components else ""
    return Record(record_id, INCIDENT, first, incident.number, at, data)


def backup_record(run: BackupRun, backup: Backup | None) -> Record:
    """`cmsp.backup.v1`: one attempt, what came of it, and the version it stored or found unchanged."""
    data: dict[str, Any] = {
        "component": run.component,
        "result": run.result.value,
        "reason": run.reason,
        "started_at": rfc3339(run.started_at),
        "ended_at": rfc3339(run.ended_at),
        "error": run.error or None,
        "backup": backup
        and {
            "id": backup.id,
            "taken_at": rfc3339(backup.taken_at),
            "verified_at": rfc3339(backup.verified_at),
            "size": backup.size,
            "lines": backup.lines,
            "known_good": backup.known_good,
        },
    }
    return Record(run.id, BACKUP, run.component, run.backup or "", run.ended_at, data)


def inventory_record(record_id: str, component: str, at: int, facts: Mapping[str, Any]) -> Record:
    """`cmsp.inventory.v1`: all that is known of a component since `at`. Without facts: the component was removed."""
    data = {"component": component, "full": True, "facts": dict(facts)}
    return Record(record_id, INVENTORY, component, component, at, data)


def inventory_change_record(
    record_id: str, component: str, at: int, facts: Mapping[str, Any], changes: Sequence[InventoryChange]
) -> Record:
    """`cmsp.inventory.v1`: what changed since the record before.

    Args:
        record_id: a UUIDv7.
        component: its name.
        at: when it was found.
        facts: the members that differ, each as a whole; null: it is gone.
        changes: the same thing by thing, as the history has it.
    """
    shown = [
        {"what": change.what, "object": change.object, "before": change.before or None, "after": change.after or None}
        for change in changes
    ]
    data = {"component": component, "full": False, "facts": dict(facts), "changes": shown}
    return Record(record_id, INVENTORY, component, component, at, data)


def epoch_record(record_id: str, at: int, previous: str | None, last: int, reason: str) -> Record:
    """`cmsp.epoch.v1`: the first event of an epoch; `last` is the last sequence known of the previous one."""
    data = {"previous_epoch": previous, "last_sequence": last, "reason": reason}
    return Record(record_id, EPOCH, "", "", at, data)


def gap_record(record_id: str, at: int, first: int, last: int, counts: Mapping[str, Any], reason: str) -> Record:
    """`cmsp.gap.v1`: stands for first..last, both included; its own sequence is `last`."""
    return Record(record_id, GAP, "", "", at, {"first": first, "last": last, **counts, "reason": reason})
