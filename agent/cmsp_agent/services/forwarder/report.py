"""What a heartbeat says: the appliance in short, and its worst incidents. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from cmsp_agent.model.incident import Incident
from cmsp_agent.model.priority import Priority
from cmsp_agent.model.times import rfc3339
from cmsp_agent.storage.outbox import Backlog
from cmsp_agent.storage.records import impact_of

MOST_INCIDENTS = 50


def heartbeat(
    *,
    version: str,
    now: int,
    uptime: float,
    backlog: Backlog,
    tunnel_age: float | None,
    components: Mapping[str, int],
    drops: Mapping[str, int],
    incidents: Iterable[Incident],
) -> dict[str, Any]:
    """The document.

    Args:
        version: of the agent.
        now: wall time, ms since the epoch.
        uptime: seconds since the start.
        backlog: of the outbox.
        tunnel_age: seconds since the tunnel's last handshake; None where it is not known.
        components: number by state.
        drops: what was dropped, by counter.
        incidents: the open ones; those below P2 are left out.
    """
    worst = [incident for incident in incidents if incident.priority in (Priority.P1, Priority.P2)]
    return {
        "at": rfc3339(now),
        "version": version,
        "uptime_s": round(uptime),
        "outbox": {
            "depth": backlog.depth,
            "age_s": None if backlog.oldest_at is None else max(0, (now - backlog.oldest_at) // 1000),
            "last_sequence": backlog.last,
        },
        "tunnel_handshake_age_s": None if tunnel_age is None else round(tunnel_age),
        "components": dict(components),
        "drops": dict(drops),
        "incidents": [_in_short(incident) for incident in worst[:MOST_INCIDENTS]],
    }


def _in_short(incident: Incident) -> dict[str, Any]:
    return {
        "number": incident.number,
        "priority": incident.priority.value,
        "state": incident.state.value,
        "title": incident.title,
        "components": incident.components,
        "impact": impact_of(incident.extent),
        "opened_at": rfc3339(incident.opened_at),
    }


def urgent(before: Iterable[Incident], after: Iterable[Incident]) -> bool:
    """Whether a P1 or P2 opened, changed or closed between the two."""
    return _worst(before) != _worst(after)


def _worst(incidents: Iterable[Incident]) -> set[tuple[str, int]]:
    return {(i.id, i.version) for i in incidents if i.priority in (Priority.P1, Priority.P2)}
