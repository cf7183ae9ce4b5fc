"""`cmsp-agent order …`: what the order grants, what ends when, and what each component gets and why."""

from collections.abc import Iterator, Mapping
from typing import Annotated

import typer

from cmsp_agent.cli.daemon import joined_pages
from cmsp_agent.cli.filters import known_or_refused
from cmsp_agent.cli.output import TableColumn, items
from cmsp_agent.cli.session import AsJson, session

PARTS = ("kpis", "events", "incidents", "backup", "change", "problem", "reports", "updates")


def order_show(context: typer.Context, as_json: AsJson = False) -> None:
    """Show the order: its term, how many components it counts, and each letter and contract with its last day."""
    here = session(context)
    document = joined_pages("components", here.daemon, "/v1/order")
    if as_json:
        here.output.json(document)
        return
    ordered = document.get("ordered") or "not said"
    here.output.facts(
        {
            "order": document.get("id"),
            "effective": document.get("effective"),
            "ends": document.get("ends"),
            "components": f"{document.get('named')} in the file, {ordered} ordered",
        }
    )
    here.output.line("")
    names = ("COMPONENT", "WHAT", "NUMBER", "UNTIL", "STATE", "AFTER THAT")
    keys = ("what", "number", "until", "state", "stops")
    rows = [(row.get("component") or "-", *(row.get(key) for key in keys)) for row in items(document.get("deadlines"))]
    here.output.table([TableColumn(name) for name in names], rows, "nothing has a last day")


def order_services(
    context: typer.Context,
    component: Annotated[
        str, typer.Option("--component", metavar="NAME", help="Only this one, with the reasons.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """List what each component gets of the service; for one component also why, and what decides it."""
    here = session(context)
    everything = items(joined_pages("components", here.daemon, "/v1/order").get("components"))
    known_or_refused("component", component, [str(row.get("component")) for row in everything])
    rows = [row for row in everything if component in ("", row.get("component"))]
    if as_json:
        here.output.json_rows(rows)
        return
    if component:
        names = ("SERVICE", "GETS", "SOURCE", "WHY")
        found = [
            (part, *(each.get(key) for key in ("level", "source", "why")))
            for row in rows
            for part, each in row["services"].items()
        ]
        here.output.table([TableColumn(name) for name in names], found, "")
        return
    headings = [TableColumn("COMPONENT", whole=True), TableColumn("TIER", whole=True), TableColumn("GETS")]
    cells = [(row["component"], row["tier"], ", ".join(_gets(row["services"]))) for row in rows]
    here.output.table(headings, cells, "no components")


def _gets(services: Mapping[str, Mapping[str, object]]) -> Iterator[str]:
    """What a component gets, each with how much of it; what it does not get is left out."""
    for part in PARTS:
        level = services.get(part, {}).get("level")
        if level not in (None, "no"):
            yield part if level == "yes" else f"{part} {level}"
