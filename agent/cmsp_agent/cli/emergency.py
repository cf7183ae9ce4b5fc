"""`cmsp-agent emergency …`: the call paths to emergency numbers of each site, and the calls that nobody else saw."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from cmsp_agent.cli.daemon import all_pages
from cmsp_agent.cli.filters import known_or_refused, refuse_unknown_component
from cmsp_agent.cli.output import TableColumn, items, moment
from cmsp_agent.cli.session import AsJson, session

_NO_PATH: Mapping[str, Any] = {"component": "-", "dial_peer": "-", "by": "-", "doubt": ""}
_WITHOUT = {
    "lost": "no dial-peer takes it any more",
    "none": "no dial-peer takes it",
    "unknown": "no gateway's configuration is saved, or a saved one is incomplete",
}


def emergency_list(
    context: typer.Context,
    site: Annotated[str, typer.Option("--site", metavar="SITE", help="Only those of this site.")] = "",
    as_json: AsJson = False,
) -> None:
    """List each call path to each emergency number, the most preferred first, and what is wrong with it."""
    here = session(context)
    everything = items(all_pages(here.daemon, "/v1/emergency"))
    known_or_refused("site", site, {str(row.get("site")) for row in everything})
    rows = [row for row in everything if site in ("", row.get("site"))]
    if as_json:
        here.output.json_rows(rows)
        return
    columns = [
        TableColumn(name) for name in ("SITE", "NUMBER", "COMPONENT", "DIAL-PEER", "BY", "WORKS", "WHY NOT", "DOUBT")
    ]
    cells = [
        (row["site"], row["number"], *(path[key] for key in ("component", "dial_peer", "by", "works", "why", "doubt")))
        for row in rows
        for path in row["call_paths"] or [{**_NO_PATH, "works": row["state"], "why": _WITHOUT.get(row["state"], "")}]
    ]
    here.output.table(columns, cells, "no site has an emergency number")


CALL_COLUMNS = [
    TableColumn(name) for name in ("EMERGENCY CALL (UTC)", "COMPONENT", "NUMBER", "PORT", "SECONDS", "CAUSE", "CALLER")
]


def call_cells(row: Mapping[str, Any]) -> tuple[object, ...]:
    """A call as a row of a table."""
    keys = ("component", "number", "port", "seconds", "cause", "caller")
    return (moment(row.get("at")), *(row.get(key) for key in keys))


def emergency_calls(
    context: typer.Context,
    component: Annotated[str, typer.Option("--component", metavar="NAME", help="Only those of this gateway.")] = "",
    as_json: AsJson = False,
) -> None:
    """List the calls to emergency numbers that left by gateways in SRST, which the emergency responder did not see."""
    here = session(context)
    rows = items(all_pages(here.daemon, "/v1/emergency/calls", component=component))
    if not rows:
        refuse_unknown_component(here.daemon, component)
    if as_json:
        here.output.json_rows(rows)
        return
    here.output.table(CALL_COLUMNS, map(call_cells, rows), "no emergency call is on record")
