"""`cmsp-agent alarm …`: lists the alarms that hold; ends one that no message will clear."""

from typing import Annotated
from urllib.parse import quote

import typer

from cmsp_agent.cli.filters import refuse_unknown_component
from cmsp_agent.cli.output import TableColumn, items, moment
from cmsp_agent.cli.session import AsJson, session


def alarm_list(
    context: typer.Context,
    component: Annotated[str, typer.Option("--component", metavar="NAME", help="Only those of this component.")] = "",
    as_json: AsJson = False,
) -> None:
    """List the alarms that hold, the worst first."""
    here = session(context)
    rows = items(here.daemon.get("/v1/alarms", component=component, limit=1000))
    if not rows:
        refuse_unknown_component(here.daemon, component)
    if as_json:
        here.output.json(rows)
        return
    columns = [
        TableColumn("SINCE (UTC)"),
        TableColumn("SEVERITY"),
        TableColumn("COMPONENT"),
        TableColumn("COUNT"),
        TableColumn("TEXT"),
        TableColumn("ID"),
    ]
    here.output.table(
        columns,
        (
            (
                moment(row.get("occurred_at")),
                row.get("severity"),
                row.get("component") or "-",
                row.get("count"),
                str(row.get("text")).removeprefix(f"{row.get('component')}: "),
                row.get("id"),
            )
            for row in rows
        ),
        "no alarm holds",
    )


def alarm_clear(
    context: typer.Context,
    alarm: Annotated[str, typer.Argument(metavar="ID", help="The alarm's id, as `alarm list` shows it.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it is kept in the audit log.")],
    as_json: AsJson = False,
) -> None:
    """End an alarm. It is raised again where its source still says so."""
    here = session(context)
    cleared = here.daemon.post(f"/v1/alarms/{quote(alarm, safe='')}/clear", {"reason": reason})
    if as_json:
        here.output.json(cleared)
    else:
        here.output.line(f"cleared: {cleared.get('component') or 'appliance'} {cleared.get('type')}")
