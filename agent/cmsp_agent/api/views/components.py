"""A component as the API shows it: its state, what is known of it, its figures."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from cmsp_agent.api.views.backups import backup_view
from cmsp_agent.api.views.events import event_view
from cmsp_agent.api.views.incidents import incident_view
from cmsp_agent.api.views.order import services_view
from cmsp_agent.api.views.view import View
from cmsp_agent.model.backup import Backup
from cmsp_agent.model.component import Component
from cmsp_agent.model.entitlement import ServicePart, entitlement, gets
from cmsp_agent.model.event import Event
from cmsp_agent.model.incident import Incident
from cmsp_agent.model.times import optional_time, rfc3339
from cmsp_agent.services.availability import Availability
from cmsp_agent.services.backups.setup import SetupPlan
from cmsp_agent.services.devices.undecodable import UnreadableObject
from cmsp_agent.services.kpis.history import Line

MOST_OCTETS = 64
"""Of a value that can't be decoded."""


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
    seen: Mapping[str, int | None],
) -> View:
    """One component with what is known of it."""
    saved = entitlement(component, ServicePart.BACKUP)
    return {
        **component_view(component, found),
        "people": component.people,
        "functions": dict(component.functions),
        "redundancy": component.redundancy or None,
        "parent": component.parent or None,
        **{name: optional_time(at) for name, at in seen.items()},
        "poll": {"every_seconds": component.poll.every, "timeout_seconds": component.poll.timeout},
        "ssh": {"port": component.ssh.port, "legacy": component.ssh.legacy},
        "http": {"port": component.http.port, "tls": component.http.tls, "legacy": component.http.legacy},
        "backup": {
            "enabled": saved.granted,
            "schedule": component.backup.schedule,
            "restore": saved.granted and gets(component, ServicePart.CHANGE),
            "source": saved.source,
        },
        "services": services_view(component),
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


def setup_view(plan: SetupPlan) -> View:
    """What is to be entered on a device."""
    return {
        "device_type": plan.device_type,
        "saved_at": optional_time(plan.saved_at),
        "problem": plan.problem,
        "steps": [asdict(line) for line in plan.lines],
    }
