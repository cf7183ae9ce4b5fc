"""`cmsp-agent component …`: the components, their state and KPIs, and a poll now."""

from typing import Annotated, Any

import typer

from cmsp_agent.cli.daemon import component_path
from cmsp_agent.cli.jobs import finish
from cmsp_agent.cli.output import Column, items, moment, shown, span, told
from cmsp_agent.cli.session import AsJson, ComponentName, NoWait, session


def component_list(
    context: typer.Context,
    site: Annotated[str, typer.Option("--site", help="Only components of this site.")] = "",
    state: Annotated[str, typer.Option("--state", help="Only components in this state (up, down…).")] = "",
    as_json: AsJson = False,
) -> None:
    """List the components with their state."""
    here = session(context)
    document = here.daemon.get("/v1/components")
    rows = [row for row in items(document) if site in ("", row.get("site")) and state in ("", row.get("state"))]
    if as_json:
        here.output.json(rows)
        return
    columns = [Column("COMPONENT"), Column("STATE"), Column("TYPE"), Column("TIER"), Column("SITE"), Column("ADDRESS")]
    here.output.table(columns, (_row(row) for row in rows), "no components")


def _row(row: dict[str, Any]) -> tuple[object, ...]:
    addresses = row.get("addresses") or [row.get("address")]
    address = shown(addresses[0]) + (f" +{len(addresses) - 1}" if len(addresses) > 1 else "")
    return row.get("name"), row.get("state"), row.get("type"), row.get("tier"), row.get("site"), address


def component_show(context: typer.Context, name: ComponentName, as_json: AsJson = False) -> None:
    """Show a component: identity, state, what it gets and by which rule."""
    here = session(context)
    document = here.daemon.get(component_path(name))
    if as_json:
        here.output.json(document)
        return
    alarms, incidents = items(document.pop("alarms", [])), items(document.pop("incidents", []))
    here.output.facts({key.replace("_", " "): _fact(key, value) for key, value in document.items()})
    if alarms:
        here.output.line("")
        columns = [Column("ALARM SINCE (UTC)"), Column("SEVERITY"), Column("TYPE"), Column("TEXT")]
        rows = [
            (moment(row.get("occurred_at")), row.get("severity"), row.get("type"), row.get("text")) for row in alarms
        ]
        here.output.table(columns, rows, "")
    if incidents:
        here.output.line("")
        columns = [Column("INCIDENT"), Column("PRIO"), Column("STATE"), Column("TITLE")]
        told = ("number", "priority", "state", "title")
        here.output.table(columns, [tuple(row.get(key) for key in told) for row in incidents], "")


def _fact(key: str, value: object) -> str:
    if isinstance(value, dict):
        parts = (
            f"{inner.removesuffix('_seconds').replace('_', ' ')} {_fact(inner, one)}" for inner, one in value.items()
        )
        return ", ".join(parts)
    if key.endswith(("_at", "_seen", "since")):
        return moment(value)
    return span(value) if key.endswith(("_seconds", "uptime")) and isinstance(value, int | float) else shown(value)


def component_kpis(
    context: typer.Context,
    name: ComponentName,
    start: Annotated[str, typer.Option("--from", help="RFC 3339 time.")] = "",
    end: Annotated[str, typer.Option("--to", help="RFC 3339 time.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show the last value of each KPI; with --json all values (of the last day, unless told otherwise)."""
    here = session(context)
    document = here.daemon.get(component_path(name, "kpis"), from_=start, to=end)
    if as_json:
        here.output.json(document)
        return
    columns = [Column("KPI"), Column("LAST", right=True), Column("AT (UTC)"), Column("SAMPLES", right=True)]
    here.output.table(
        columns, (_kpi(series) for series in items(document)), f"nothing was measured of {name} in that time"
    )


def _kpi(series: dict[str, Any]) -> tuple[object, ...]:
    name = f"{series.get('kpi')}[{series['object']}]" if series.get("object") else series.get("kpi")
    return name, series.get("value"), moment(series.get("at")), len(series.get("samples") or ())


def component_poll(
    context: typer.Context, name: ComponentName, no_wait: NoWait = False, as_json: AsJson = False
) -> None:
    """Poll a component now."""
    here = session(context)
    job = here.daemon.post(component_path(name, "poll"))
    finish(
        here,
        job,
        as_json=as_json,
        wait=not no_wait,
        tell=lambda done: f"{name}: {_polled(name, done.get('result'))}",
    )


def _polled(name: str, result: object) -> str:
    """How a poll ended; what it measured is counted only, it may be hundreds of values."""
    if not isinstance(result, dict):
        return "polled"
    measured = result.get("kpis") or {}
    more = f"; see: cmsp-agent component kpis {name}" if measured else ""
    return f"{told({**result, 'kpis': len(measured) or None})}{more}" or "polled"
