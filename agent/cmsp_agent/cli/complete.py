"""`cmsp-agent complete KIND`: the names that may stand there, for the shell's completion. Never complains."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Annotated

import typer

from cmsp_agent.cli.daemon import Daemon
from cmsp_agent.cli.inventory import HISTORY, TABLES
from cmsp_agent.cli.kpis import RESOLUTIONS
from cmsp_agent.cli.output import items
from cmsp_agent.cli.session import file_meant, session
from cmsp_agent.config.site_path import DEFAULT_FILE
from cmsp_agent.model.component import State
from cmsp_agent.model.errors import AgentError
from cmsp_agent.model.incident_state import IncidentState
from cmsp_agent.model.job import JobState
from cmsp_agent.model.natural import natural
from cmsp_agent.model.priority import Priority, Urgency
from cmsp_agent.model.severity import Severity

NamesOf = Callable[[Daemon], Iterable[str]]


def _listed(path: str, key: str, **query: object) -> NamesOf:
    return lambda daemon: (str(row.get(key)) for row in items(daemon.get(path, **query)) if row.get(key))


def _device_types(_: Daemon) -> Iterator[str]:
    from cmsp_agent.cli.plugin.load import installed

    yield from ("auto", *installed().registry.types)


def alarm_types() -> Iterator[str]:
    """The alarm types of the agent and of the installed plugins."""
    from cmsp_agent.cli.plugin.load import installed
    from cmsp_agent.pipeline.built_in import BUILT_IN

    yield from (alarm.type for alarm in BUILT_IN)
    for kind in installed().registry:
        yield from (alarm.type for alarm in kind.alarms)


def _kinds_of_changes(_: Daemon) -> Iterator[str]:
    from cmsp_agent.services.devices.inventory_diff import MEMBERS

    yield from (what for what, _ in MEMBERS.values())


def _secrets(daemon: Daemon) -> Iterator[str]:
    import os

    from cmsp_agent.cli.sources import named_sources, secret_rows, settings

    file = file_meant(daemon, DEFAULT_FILE)
    for row in secret_rows(file, named_sources(settings(file), os.environ)):
        yield str(row["name"])


KINDS: dict[str, NamesOf] = {
    "component": _listed("/v1/components", "name"),
    "site": _listed("/v1/components", "site"),
    "incident": _listed("/v1/incidents", "number", limit=200, open="true"),
    "alarm": _listed("/v1/alarms", "id", limit=200),
    "job": _listed("/v1/jobs", "id"),
    "plugin": lambda daemon: (str(row["name"]) for row in daemon.get("/v1/status").get("plugins", ())),
    "device-type": _device_types,
    "alarm-type": lambda _: alarm_types(),
    "secret": _secrets,
    "state": lambda _: [state.value for state in State],
    "incident-state": lambda _: [state.value for state in IncidentState],
    "urgency": lambda _: [urgency.value for urgency in Urgency],
    "job-state": lambda _: [state.value for state in JobState],
    "job-kind": lambda daemon: (str(kind) for kind in daemon.get("/v1/jobs", limit=1).get("kinds", ())),
    "inventory-table": lambda _: TABLES,
    "inventory-or-history": lambda _: (*TABLES, HISTORY),
    "resolution": lambda _: RESOLUTIONS,
    "priority": lambda _: [priority.name for priority in Priority],
    "group": _listed("/v1/components", "redundancy"),
    "kind-of-change": _kinds_of_changes,
    "revision": _listed("/v1/config/revisions", "number"),
    "silence": _listed("/v1/silences", "id"),
    "severity": lambda _: [str(each) for each in Severity if each is not Severity.CLEARED],
}


def complete(context: typer.Context, kind: Annotated[str, typer.Argument(metavar="KIND")]) -> None:
    """Print the names of a kind."""
    here = session(context)
    with suppress(AgentError):
        for name in sorted(set(KINDS[kind](here.daemon)) if kind in KINDS else (), key=natural):
            here.output.line(name)
