"""`cmsp-agent type …`: the device types that the plugins bring, and what each does; needs no running agent."""

from typing import TYPE_CHECKING, Annotated

import typer

from cmsp_agent.cli.daemon import CallFailed
from cmsp_agent.cli.output import TableColumn
from cmsp_agent.cli.session import AsJson, session

if TYPE_CHECKING:
    from cmsp_agent.plugin.api import DeviceType


TypeName = Annotated[str, typer.Argument(metavar="TYPE", help="A device type, as `type list` shows it.")]


def type_list(context: typer.Context, as_json: AsJson = False) -> None:
    """List the device types that `type:` may name, with how many rules and figures each has."""
    here = session(context)
    from cmsp_agent.cli.plugin.load import installed

    types = installed().registry
    rows = [_row(kind, types.plugin_of(kind.name) or "") for kind in sorted(types, key=lambda kind: kind.name)]
    if as_json:
        here.output.json_rows(rows)
        return
    columns = [
        TableColumn("TYPE"),
        TableColumn("WHAT IT IS"),
        *(TableColumn(title, right=True) for title in ("KPIS", "STATES", "TRAPS", "SYSLOG")),
        TableColumn("SAVED"),
    ]
    cells = [
        (
            *(row[name] for name in ("name", "title", "kpis", "states", "traps", "syslog")),
            "yes" if row["saved"] else "no",
        )
        for row in rows
    ]
    here.output.table(columns, cells, "no device types")


def type_show(context: typer.Context, name: TypeName, as_json: AsJson = False) -> None:
    """Show what a device type knows, polls, understands and saves."""
    from cmsp_agent.cli.plugin.load import installed
    from cmsp_agent.cli.plugin.support import document, table

    types = installed().registry
    kind = types.named(name)
    if kind is None:
        raise CallFailed(f"{name}: no such device type; there are {', '.join(sorted(types.types))}", 2)
    output = session(context).output
    if as_json:
        output.json(_row(kind, types.plugin_of(name) or "") | document(kind))
    else:
        output.line(table(kind))


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
