"""`cmsp-agent emergency …`: the ways to emergency numbers of each site."""

from typing import Annotated

import typer

from cmsp_agent.cli.filters import known_or_refused
from cmsp_agent.cli.output import TableColumn, items
from cmsp_agent.cli.session import AsJson, session


def emergency_list(
    context: typer.Context,
    site: Annotated[str, typer.Option("--site", metavar="SITE", help="Only those of this site.")] = "",
    as_json: AsJson = False,
) -> None:
    """List each way to each emergency number, the most preferred first, and what is wrong with it."""
    here = session(context)
    everything = items(here.daemon.get("/v1/emergency"))
    known_or_refused("site", site, {str(row.get("site")) for row in everything})
    rows = [row for row in everything if site in ("", row.get("site"))]
    if as_json:
        here.output.json(rows)
        return
    columns = [TableColumn(name) for name in ("SITE", "NUMBER", "COMPONENT", "DIAL-PEER", "BY", "WORKS", "WHY NOT")]
    cells = [
        (row["site"], row["number"], *(way[key] for key in ("component", "dial_peer", "by", "works", "why")))
        for row in rows
        for way in row["ways"]
        or [{"component": "-", "dial_peer": "-", "by": "no dial-peer is known", "works": False, "why": ""}]
    ]
    here.output.table(columns, cells, "no site has an emergency number")
