"""`cmsp-agent threshold …`: which thresholds are in force, and where each comes from."""

from typing import Annotated

import typer

from cmsp_agent.cli.daemon import all_pages
from cmsp_agent.cli.filters import refuse_unknown_component
from cmsp_agent.cli.output import TableColumn, items, span
from cmsp_agent.cli.session import AsJson, session
from cmsp_agent.model.figures import figure


def threshold_list(
    context: typer.Context,
    component: Annotated[str, typer.Option("--component", metavar="NAME", help="Only those of this component.")] = "",
    as_json: AsJson = False,
) -> None:
    """List the thresholds in force, with each one's origin."""
    here = session(context)
    rows = items(all_pages(here.daemon, "/v1/thresholds", component=component))
    if not rows:
        refuse_unknown_component(here.daemon, component)
    if as_json:
        here.output.json_rows(rows)
        return
    columns = [
        TableColumn("COMPONENT"),
        TableColumn("KPI"),
        TableColumn("RAISES", right=True),
        TableColumn("CLEARS", right=True),
        TableColumn("FOR", right=True),
        TableColumn("SEVERITY"),
        TableColumn("ORIGIN"),
    ]
    named = [
        (
            row.get("component"),
            row.get("kpi"),
            f"{'<=' if row.get('when') == 'below' else '>='} {figure(row.get('raise'), str(row.get('unit') or ''))}",
            figure(row.get("clear"), str(row.get("unit") or "")),
            span(row.get("for_seconds")),
            row.get("severity"),
            row.get("origin"),
        )
        for row in rows
    ]
    here.output.table(columns, named, "no threshold is in force")
