"""Facts as the API shows them: plain JSON, times in RFC 3339, no secret; the shapes of the head-end's contract."""

from collections.abc import Mapping, Sequence
from typing import Any

from cmsp_agent.model.backup import Backup
from cmsp_agent.model.component import Component
from cmsp_agent.model.event import Event
from cmsp_agent.model.incident import Incident
from cmsp_agent.model.job import Job, JobState
from cmsp_agent.model.times import optional_time, rfc3339
from cmsp_agent.services.availability import Availability
from cmsp_agent.services.devices.records import PinnedHostKey
from cmsp_agent.services.devices.unreadable import UnreadableObject
from cmsp_agent.services.kpis.history import Line
from cmsp_agent.storage.outbox.records import event_record, incident_record

View = dict[str, Any]
MOST_OCTETS = 64
"""Of a value that can't be decoded."""


def event_view(event: Event) -> View:
    """The data of `cmsp.event.v1`, and the event's id."""
    data = event_record(event).data
    return {"id": event.id, **data, "sources": list(data["sources"])}


def incident_view(incident: Incident) -> View:
    """The data of `cmsp.incident.v1`, and what people add to it."""
    data = incident_record(incident, incident.id, incident.opened_at).data
    return {
        **data,
        "components": list(incident.components),
        "alarms": list(incident.alarms),
        "arithmetic": incident.arithmetic,
        "assignee": incident.assignee,
        "notes": list(incident.notes),
        "resolved_at": optional_time(incident.resolved_at),
        "closed_at": optional_time(incident.closed_at),
        "reopened": incident.reopened,
        "timeline": [{"at": rfc3339(each.at), "what": each.what, "by": each.by or None} for each in incident.timeline],
        "version": incident.version,
    }


def component_view(component: Component, found: Availability) -> View:
    """A component in a list."""
    return {
        "name": component.name,
        "site": component.site,
        "type": component.type,
        "tier": component.tier.value,
        "addresses": list(component.addresses),
        "state": found.state.value,
        "since": rfc3339(found.since),
        "reason": found.reason,
    }


def component_details(
    component: Component,
    found: Availability,
    alarms: Sequence[Event],
    incidents: Sequence[Incident],
    backup: Backup | None,
    inventory: Mapping[str, Any],
    unreadable: Sequence[UnreadableObject],
) -> View:
    """One component with what is known of it."""
    plan = component.backup
    return {
        **component_view(component, found),
        "people": component.people,
        "functions": dict(component.functions),
        "redundancy": component.redundancy or None,
        "parent": component.parent or None,
        "poll": {"every_seconds": component.poll.every, "timeout_seconds": component.poll.timeout},
        "ssh": {"port": component.ssh.port, "legacy": component.ssh.legacy},
        "backup": {"enabled": plan.enabled, "schedule": plan.schedule, "restore": plan.restore, "source": plan.source},
        "latest_backup": backup_view(backup) if backup else None,
        "alarms": [event_view(alarm) for alarm in alarms],
        "incidents": [incident_view(incident) for incident in incidents],
        "inventory": dict(inventory),
        "unreadable": [unreadable_view(each) for each in unreadable],
    }


def unreadable_view(found: UnreadableObject) -> View:
    """An object whose values can't be decoded; the first octets of the last one."""
    return {
        "oid": found.oid,
        "reason": found.value.reason,
        "octets": found.value.octets[:MOST_OCTETS].hex(),
        "count": found.count,
        "last_seen": rfc3339(found.at),
    }


def backup_view(backup: Backup) -> View:
    """A version; its place in the store and its fingerprint stay inside."""
    return {
        "id": backup.id,
        "component": backup.component,
        "taken_at": rfc3339(backup.taken_at),
        "verified_at": rfc3339(backup.verified_at),
        "size": backup.size,
        "lines": backup.lines,
        "reason": backup.reason,
        "known_good": backup.known_good,
        "suspect": backup.suspect,
    }


def host_key_view(key: PinnedHostKey) -> View:
    """A pinned host key, as OpenSSH would print it."""
    return {"algorithm": key.algorithm, "fingerprint": key.fingerprint, "seen_at": rfc3339(key.seen_at)}


def job_view(job: Job) -> View:
    """A job as it stands."""
    return {
        "id": job.id,
        "kind": job.kind,
        "component": job.component,
        "by": job.by,
        "state": job.state.value,
        "percent": job.percent,
        "step": job.step,
        "log": list(job.log),
        "result": dict(job.result),
        "error": job.error or None,
        "exit_code": _exit_code(job),
        "created_at": rfc3339(job.created_at),
        "ended_at": optional_time(job.ended_at),
    }


def _exit_code(job: Job) -> int | None:
    """What a command that waited for the job ends with; null while it goes on."""
    if not job.state.over:
        return None
    return 0 if job.state is JobState.DONE else int(job.result.get("exit_code", 1))


def series_view(kpi: str, line: Line) -> View:
    """The samples of one KPI, and the last one beside them. `if.in.octets[Gi0/0]` is of the object `Gi0/0`."""
    name, _, rest = kpi.partition("[")
    at, value = line.samples[-1] if line.samples else (None, None)
    return {
        "kpi": name,
        "object": rest.removesuffix("]"),
        "unit": line.unit,
        "at": optional_time(at),
        "value": value,
        "samples": [[rfc3339(when), one] for when, one in line.samples],
        "least": list(line.least),
        "most": list(line.most),
    }
