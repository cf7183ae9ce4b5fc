"""`cmsp-agent type …`: the device types that the plugins bring, and what each does.

Here they need no running agent; of an agent elsewhere they are what it has loaded.
"""

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import quote

import typer

from cmsp_agent.cli.daemon import all_pages
from cmsp_agent.cli.filters import UnknownName
from cmsp_agent.cli.output import TableColumn, items
from cmsp_agent.cli.session import AsJson, CommandContext, session

TypeName = Annotated[str, typer.Argument(metavar="TYPE", help="A device type, as `type list` shows it.")]


def type_list(context: typer.Context, as_json: AsJson = False) -> None:
    """List the device types that `type:` may name, with how many KPIs and rules each has."""
    here = session(context)
    rows = _installed() if here.daemon.local else items(all_pages(here.daemon, "/v1/types"))
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
    here = session(context)
    found = _installed_of(name) if here.daemon.local else _elsewhere(here, name)
    if as_json:
        here.output.json(found)
    else:
        here.output.line(table(found))


def table(found: Mapping[str, Any]) -> str:
    """The capabilities of a device type as text for a terminal."""
    head = f"{found['name']}: {found['title']}" + (f" (like {found['like']})" if found.get("like") else "")
    lines = (f"  {row['capability']:<9} {row['label']:<11} {row['what']}" for row in found["capabilities"])
    return "\n".join((head, *lines))


def _installed() -> list[dict[str, Any]]:
    from cmsp_agent.cli.plugin.load import installed
    from cmsp_agent.plugin.support import in_short

    types = installed().registry
    return [in_short(kind, types.plugin_of(kind.name) or "") for kind in sorted(types, key=lambda kind: kind.name)]


def _installed_of(name: str) -> dict[str, Any]:
    from cmsp_agent.cli.plugin.load import installed
    from cmsp_agent.plugin.support import document, in_short

    types = installed().registry
    kind = types.named(name)
    if kind is None:
        raise UnknownName("device type", name, types.types)
    return in_short(kind, types.plugin_of(name) or "") | document(kind)


def _elsewhere(here: CommandContext, name: str) -> dict[str, Any]:
    found: dict[str, Any] = here.daemon.get(f"/v1/types/{quote(name, safe='')}")
    return found
