"""`cmsp-agent incident …`: incidents, their priority and its arithmetic."""

from typing import Annotated, Any

import typer

from cmsp_agent.cli.output import Column, items, moment, shown
from cmsp_agent.cli.session import AsJson, session

Incident = dict[str, Any]
_OVER = {"restored", "closed"}


def incident_list(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Restored and closed ones too.")] = False,
    as_json: AsJson = False,
) -> None:
    """List open incidents, the most urgent first."""
    here = session(context)
    rows = items(here.daemon.get("/v1/incidents", limit=500, open="" if everything else "true"))
    if as_json:
        here.output.json(rows)
        return
    columns = [
        Column("INCIDENT"),
        Column("PRIO"),
        Column("STATE"),
        Column("OPENED (UTC)"),
        Column("COMPONENT"),
        Column("TITLE"),
    ]
    ordered = sorted(
        rows, key=lambda row: (row.get("state") in _OVER, str(row.get("priority")), str(row.get("opened_at")))
    )
    here.output.table(columns, (_row(row) for row in ordered), "no incidents" if everything else "no open incidents")


def _row(row: Incident) -> tuple[object, ...]:
    components = row.get("components") or []
    more = f" +{len(components) - 1}" if len(components) > 1 else ""
    named = f"{components[0]}{more}" if components else "-"
    return (
        row.get("number"),
        row.get("priority"),
        row.get("state"),
        moment(row.get("opened_at")),
        named,
        row.get("title"),
    )


def incident_show(
    context: typer.Context,
    incident: Annotated[str, typer.Argument(help="Number (INC-000042) or id.")],
    as_json: AsJson = False,
) -> None:
    """Show an incident: what, since when, how urgent and why."""
    here = session(context)
    found = here.daemon.get(f"/v1/incidents/{incident}")
    if as_json:
        here.output.json(found)
        return
    here.output.facts(
        {
            "incident": found.get("number"),
            "title": found.get("title"),
            "state": found.get("state"),
            "priority": f"{found.get('priority')} = {found.get('urgency')} x {_impact(found)}",
            "arithmetic": _arithmetic(found),
            "raised": found.get("raised_priority"),
            "components": found.get("components"),
            "responsible": found.get("responsible"),
            "assignee": found.get("assignee"),
            "reported by": found.get("reported_by"),
            "opened": moment(found.get("opened_at")),
            "restored": moment(found.get("restored_at")) if found.get("restored_at") else None,
            "alarms": found.get("alarms"),
            "external": {name: number for name, number in (found.get("external") or {}).items() if number},
            "recommendation": found.get("recommendation"),
        }
    )
    for note in found.get("notes") or ():
        here.output.line(f"  {shown(note)}")


def _impact(incident: Incident) -> str:
    impact = incident.get("impact")
    return shown(impact.get("level")) if isinstance(impact, dict) else shown(impact)


def _arithmetic(incident: Incident) -> str:
    """`60/400 people, 0/4 sites, 1/8 components`: the largest share decides."""
    impact = incident.get("impact")
    if not isinstance(impact, dict):
        return ""
    shares = ((name, impact.get(name)) for name in ("people", "sites", "components"))
    return ", ".join(
        f"{share[0]}/{share[1]} {name}" for name, share in shares if isinstance(share, list) and len(share) == 2
    )
