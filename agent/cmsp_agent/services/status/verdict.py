"""One line on how the agent is: healthy, or what is not as it should be and what to do about each. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cmsp_agent.model.counted import counted
from cmsp_agent.model.event import Event
from cmsp_agent.model.natural import natural
from cmsp_agent.model.wording import few
from cmsp_agent.pipeline.built_in import BUILT_IN, DEVICE_TYPE_MISSING

SUPPOSED_TO_BE_SAVED_AFTER = 26 * 3600.0
"""Seconds of uptime after which a component without any backup is a reason: its daily run has been."""
BACKLOG = 900.0
"""Seconds for which a record may wait for the head-end."""
UNKNOWN_FOR = 900.0
"""Seconds of uptime after which a component that is still unknown is a reason: three polls have been."""
MOST_NAMED = 5
NOT_WELL = {
    "down": "check its power and its way to the network",
    "unreachable": "look at what stands between it and the appliance first",
    "management-lost": "SNMP is silent: try every way to it",
    "degraded": "it answers in part",
    "unknown": "it could not be asked since the agent started",
}
"""State → what to do first."""
TRIED = frozenset({"management-lost"})
"""States of which `component test` says more than `component show`."""
STATE_REMEDY = "mend the state directory as the sentence says; until then nothing outlives a restart"
ENROL_REMEDY = "enrol it: cmsp-agent enrol --token …; everything is kept until then, within the outbox's budget"
BACKLOG_REMEDY = "look at the link: cmsp-agent status (headend), cmsp-agent outbox list; nothing is lost meanwhile"
LOG_REMEDY = "read the agent's log: journalctl -u cmsp-agent"
_RECOMMENDED = {alarm.type: alarm.recommendation for alarm in BUILT_IN}


@dataclass(frozen=True, slots=True)
class HealthReason:
    """What is not as it should be, in one sentence, and what to do about it."""

    what: str
    remedy: str


def reasons(status: Mapping[str, Any], alarms: Sequence[Event]) -> list[str]:
    """Why the agent, or what it watches, is not as it should be; none where all is well."""
    return [finding.what for finding in findings(status, alarms)]


def findings(status: Mapping[str, Any], alarms: Sequence[Event]) -> list[HealthReason]:
    """Each reason with its remedy.

    Args:
        status: the status, without the verdict.
        alarms: those that hold.
    """
    found = [HealthReason(status["problem"], STATE_REMEDY)] if status.get("problem") else []
    long = status["uptime_seconds"] > UNKNOWN_FOR
    alarmed = {event.component for event in alarms}
    shown = [row for row in status["not_up"] if long or row["state"] != "unknown" or row["name"] in alarmed]
    found += _components(shown)
    found += _own(alarms)
    types = sorted({event.object for event in alarms if event.type == DEVICE_TYPE_MISSING})
    if types:
        found.append(
            HealthReason(
                f"device types that no plugin brings: {few(types, MOST_NAMED)}", _RECOMMENDED[DEVICE_TYPE_MISSING]
            )
        )
    found += [_plugin(row) for row in status.get("plugins", ()) if row["state"] != "loaded"]
    if status["outbox"]["depth"] and status["outbox"]["oldest_seconds"] > BACKLOG:
        found.append(_backlog(status))
    found += _unsaved(status)
    return found


def _backlog(status: Mapping[str, Any]) -> HealthReason:
    depth = int(status["outbox"]["depth"])
    what = f"{counted(depth, 'record waits', 'records wait')} for the head-end"
    if status.get("headend", {}).get("configured", True):
        return HealthReason(what, BACKLOG_REMEDY)
    return HealthReason(f"{what}, and this appliance has none yet: it is not enrolled", ENROL_REMEDY)


def verdict(found: Sequence[str]) -> str:
    """`healthy`, or `degraded: 3 reasons`."""
    return f"degraded: {len(found)} reason{'s' if len(found) > 1 else ''}" if found else "healthy"


def _components(not_up: Sequence[Mapping[str, Any]]) -> list[HealthReason]:
    by_state = {
        state: sorted((str(row["name"]) for row in not_up if row["state"] == state), key=natural) for state in NOT_WELL
    }
    return [
        HealthReason(
            f"{len(names)} {state}: {few(names, MOST_NAMED)}",
            f"{NOT_WELL[state]}: cmsp-agent component {'test' if state in TRIED else 'show'} {names[0]}",
        )
        for state, names in by_state.items()
        if names
    ]


def _own(alarms: Sequence[Event]) -> list[HealthReason]:
    """The alarms of the appliance itself: each is a sentence already."""
    return [
        HealthReason(event.text or event.type, _RECOMMENDED.get(event.type) or LOG_REMEDY)
        for event in alarms
        if not event.component
    ]


def _plugin(row: Mapping[str, Any]) -> HealthReason:
    clear = f"cmsp-agent plugin clear {row['name']} && " if row["state"] == "quarantined" else ""
    remedy = f"mend or remove the plugin, then: {clear}systemctl restart cmsp-agent"
    return HealthReason(f"plugin {row['name']} {row['state']}: {row['reason']}", remedy)


def _unsaved(status: Mapping[str, Any]) -> list[HealthReason]:
    backups = status.get("backups") or {}
    names = list(backups.get("failed", ()))
    if status["uptime_seconds"] > SUPPOSED_TO_BE_SAVED_AFTER:
        names = sorted({*names, *backups.get("without", ())})
    what = f"{len(names)} without a good backup: {few(names, MOST_NAMED)}"
    return [HealthReason(what, f"take one and read why it fails: cmsp-agent backup run {names[0]}")] if names else []
