"""One line on how the agent is: healthy, or what is not as it should be, each in one sentence. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from cmsp_agent.model.event import Event
from cmsp_agent.pipeline.built_in import DEVICE_TYPE_MISSING

SUPPOSED_TO_BE_SAVED_AFTER = 26 * 3600.0
"""Seconds of uptime after which a component without any backup is a reason: its daily run has been."""
BACKLOG = 900.0
"""Seconds for which a record may wait for the head-end."""
MOST_NAMED = 5
NOT_WELL = ("down", "unreachable", "management-lost", "degraded")


def reasons(status: Mapping[str, Any], alarms: Sequence[Event]) -> list[str]:
    """Why the agent, or what it watches, is not as it should be; none where all is well.

    Args:
        status: the status, without the verdict.
        alarms: those that hold.
    """
    found = [status["problem"]] if status.get("problem") else []
    found += [*_components(status["not_up"]), *_own(alarms)]
    types = sorted({event.object for event in alarms if event.type == DEVICE_TYPE_MISSING})
    if types:
        found.append(f"device types that no plugin brings: {_few(types)}")
    found += [
        f"plugin {row['name']} {row['state']}: {row['reason']}"
        for row in status.get("plugins", ())
        if row["state"] != "loaded"
    ]
    if status["outbox"]["depth"] and status["outbox"]["oldest_seconds"] > BACKLOG:
        found.append(f"{status['outbox']['depth']} records wait for the head-end")
    found += _unsaved(status)
    return found


def verdict(found: Sequence[str]) -> str:
    """`healthy`, or `degraded: 3 reasons`."""
    return f"degraded: {len(found)} reason{'s' if len(found) > 1 else ''}" if found else "healthy"


def _components(not_up: Sequence[Mapping[str, Any]]) -> list[str]:
    by_state = {state: [str(row["name"]) for row in not_up if row["state"] == state] for state in NOT_WELL}
    return [f"{len(names)} {state}: {_few(names)}" for state, names in by_state.items() if names]


def _own(alarms: Sequence[Event]) -> list[str]:
    """The alarms of the appliance itself: each is a sentence already."""
    return [event.text or event.type for event in alarms if not event.component]


def _unsaved(status: Mapping[str, Any]) -> list[str]:
    backups = status.get("backups") or {}
    names = list(backups.get("failed", ()))
    if status["uptime_seconds"] > SUPPOSED_TO_BE_SAVED_AFTER:
        names = sorted({*names, *backups.get("without", ())})
    return [f"{len(names)} without a good backup: {_few(names)}"] if names else []


def _few(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more
