"""`cmsp-agent type …`: the device types that the plugins bring, and what each does; needs no running agent."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from cmsp_agent.cli.output import Column
from cmsp_agent.cli.session import AsJson, session

if TYPE_CHECKING:
    from cmsp_agent.plugin.api import DeviceType
    from cmsp_agent.plugin.registry import Registry


def type_list(context: typer.Context, as_json: AsJson = False) -> None:
    """List the device types that `type:` may name, with how many rules and figures each has."""
    here = session(context)
    types = installed()
    rows = [_row(kind, types.plugin_of(kind.name) or "") for kind in sorted(types, key=lambda kind: kind.name)]
    if as_json:
        here.output.json(rows)
        return
    columns = [
        Column("TYPE"),
        Column("WHAT IT IS"),
        *(Column(title, right=True) for title in ("KPIS", "STATES", "TRAPS", "SYSLOG")),
        Column("SAVED"),
    ]
    told = [
        (
            *(row[name] for name in ("name", "title", "kpis", "states", "traps", "syslog")),
            "yes" if row["saved"] else "no",
        )
        for row in rows
    ]
    here.output.table(columns, told, "no device types")


def installed() -> "Registry":
    """The device types of all plugins that can be loaded; which are in quarantine is the running agent's matter."""
    from cmsp_agent.aio.clock import SystemClock
    from cmsp_agent.aio.counters import Counters
    from cmsp_agent.plugin.host import PluginHost
    from cmsp_agent.plugin.quarantine import Quarantine

    with tempfile.TemporaryDirectory() as folder:
        host = PluginHost(Quarantine(Path(folder) / "quarantine.json"), SystemClock(), Counters())
        host.load()
    return host.registry


def _row(kind: "DeviceType", plugin: str) -> dict[str, object]:
    return {
        "name": kind.name,
        "title": kind.title,
        "plugin": plugin,
        "vendor": kind.identity.vendor,
        "identified": bool(kind.sys_object_ids),
        "kpis": len(kind.kpis),
        "states": len(kind.states),
        "traps": len(kind.traps),
        "syslog": len(kind.syslog),
        "saved": kind.cli is not None,
    }
