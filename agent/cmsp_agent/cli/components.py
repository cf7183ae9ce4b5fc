"""`cmsp-agent component …`: the components, their state and KPIs, and a poll now."""

from typing import Annotated, Any

import typer

from cmsp_agent.cli.component_facts import component_facts, families
from cmsp_agent.cli.daemon import CallFailed, all_pages, component_path
from cmsp_agent.cli.emergency import CALL_COLUMNS, call_cells
from cmsp_agent.cli.filters import known_or_refused
from cmsp_agent.cli.jobs import finish
from cmsp_agent.cli.output import TableColumn, items, moment, shown
from cmsp_agent.cli.session import AsJson, ComponentName, NoWait, session
from cmsp_agent.cli.times import TIME_HELP, moment_of
from cmsp_agent.model.component import State
from cmsp_agent.model.counted import counted
from cmsp_agent.model.figures import figure
from cmsp_agent.model.natural import natural


def component_list(
    context: typer.Context,
    site: Annotated[str, typer.Option("--site", metavar="SITE", help="Only components of this site.")] = "",
    state: Annotated[
        str,
        typer.Option(
            "--state",
            metavar="STATE",
            help="Only those that are up, degraded, management-lost, down, unreachable or unknown.",
        ),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """List the components with their state, since when it is so, and why."""
    here = session(context)
    known_or_refused("state", state, list(State))
    everything = items(all_pages(here.daemon, "/v1/components"))
    known_or_refused("site", site, {str(row.get("site")) for row in everything})
    chosen = [row for row in everything if site in ("", row.get("site")) and state in ("", row.get("state"))]
    rows = sorted(chosen, key=lambda row: natural(str(row.get("name"))))
    if as_json:
        here.output.json_rows(rows)
        return
    columns = [
        TableColumn("COMPONENT"),
        TableColumn("STATE"),
        TableColumn("SINCE (UTC)", whole=True),
        TableColumn("SITE"),
        TableColumn("ADDRESS"),
        TableColumn("REASON"),
    ]
    here.output.table(columns, (_row(row) for row in rows), "no components")


def _row(row: dict[str, Any]) -> tuple[object, ...]:
    addresses = row.get("addresses") or [row.get("address")]
    address = shown(addresses[0]) + (f" +{len(addresses) - 1}" if len(addresses) > 1 else "")
    since = moment(row.get("since"))[:16]  # to the minute: what one looks at is how long it has been so
    return row.get("name"), row.get("state"), since, row.get("site"), address, reason_of(row)


def reason_of(row: dict[str, Any]) -> str:
    """Why it is not up, without its name, which stands in the same line."""
    return str(row.get("reason") or "").removeprefix(f"{row.get('name')}: ")


def component_show(context: typer.Context, name: ComponentName, as_json: AsJson = False) -> None:
    """Show a component: what it is, what it gets and why, alarms."""
    here = session(context)
    document = here.daemon.get(component_path(name))
    if as_json:
        here.output.json(document)
        return
    alarms, incidents = items(document.pop("alarms", [])), items(document.pop("incidents", []))
    calls = items(document.pop("emergency_calls", []))
    every_alarm, every_incident = (document.pop(f"{what}_in_all", 0) for what in ("alarms", "incidents"))
    here.output.facts(component_facts(document))
    if alarms:
        here.output.line("")
        columns = [TableColumn("ALARM SINCE (UTC)"), TableColumn("SEVERITY"), TableColumn("TYPE"), TableColumn("TEXT")]
        rows = [
            (moment(row.get("occurred_at")), row.get("severity"), row.get("type"), row.get("text")) for row in alarms
        ]
        here.output.table(columns, rows, "")
    if every_alarm > len(alarms):
        more = f"cmsp-agent alarm list --component {document.get('name')}"
        here.output.line(f"and {every_alarm - len(alarms)} more: {more}")
    if incidents:
        here.output.line("")
        columns = [TableColumn("INCIDENT"), TableColumn("PRIO"), TableColumn("STATE"), TableColumn("TITLE")]
        keys = ("number", "priority", "state", "title")
        here.output.table(columns, [tuple(row.get(key) for key in keys) for row in incidents], "")
    if every_incident > len(incidents):
        here.output.line(f"and {every_incident - len(incidents)} more: cmsp-agent incident list")
    if calls:
        here.output.line("")
        here.output.table(CALL_COLUMNS, map(call_cells, calls), "")


def component_kpis(
    context: typer.Context,
    name: ComponentName,
    start: Annotated[str, typer.Option("--from", metavar="TIME", help=TIME_HELP)] = "",
    end: Annotated[str, typer.Option("--to", metavar="TIME", help=TIME_HELP)] = "",
    as_json: AsJson = False,
) -> None:
    """Show the last value of each KPI. With --json every value, of the last day by default."""
    here = session(context)
    asked = {"from_": moment_of("--from", start), "to": moment_of("--to", end)}
    document = here.daemon.get(component_path(name, "kpis"), **asked)
    if as_json:
        here.output.json(document)
        return
    columns = [
        TableColumn("KPI"),
        TableColumn("LAST", right=True),
        TableColumn("AT (UTC)"),
        TableColumn("SAMPLES", right=True),
    ]
    here.output.table(
        columns, (_kpi(series) for series in items(document)), f"nothing was measured of {name} in that time"
    )
    if unsupported := document.get("unsupported"):
        here.output.line(f"\nnot supported by {name}: {', '.join(families(unsupported))}")


def _kpi(series: dict[str, Any]) -> tuple[object, ...]:
    name = f"{series.get('kpi')}[{series['object']}]" if series.get("object") else series.get("kpi")
    return (
        name,
        figure(series.get("value"), str(series.get("unit") or "")),
        moment(series.get("at")),
        len(series.get("samples") or ()),
    )


def component_poll(
    context: typer.Context, name: ComponentName, no_wait: NoWait = False, as_json: AsJson = False
) -> None:
    """Poll a component now."""
    here = session(context)
    job = here.daemon.post(component_path(name, "poll"))
    over = finish(
        here,
        job,
        as_json=as_json,
        wait=not no_wait,
        tell=lambda done: f"{name}: {_polled(name, done.get('result'))}",
    )
    if over.get("state") == "done":
        _raise_if_in_vain(name, over.get("result"))


def _raise_if_in_vain(name: str, result: object) -> None:
    """A poll that was answered by nobody, or not in full, is no success: exit code 4, or 1."""
    if not isinstance(result, dict):
        return
    why = result.get("detail") or result.get("reason")
    replies = [result.get(way) for way in ("icmp", "tcp", "snmp")]
    if all(reply is None for reply in replies):
        raise CallFailed(
            f"{name} could not be asked: {why or 'ICMP is not permitted here, and nothing else is set'}", 4
        )
    if not any(replies):
        raise CallFailed(f"{name} does not answer{f': {why}' if why else ''}", 4)
    if result.get("reason"):
        raise CallFailed(f"{name} answers, but: {why}", 1)


def _polled(name: str, result: object) -> str:
    """How a poll ended; what it measured is counted only, it may be hundreds of values."""
    if not isinstance(result, dict):
        return "polled"
    protocols = [key for key in ("icmp", "tcp", "snmp") if result.get(key) is not None]
    answers = [key.upper() for key in protocols if result[key]]
    silent = [key.upper() for key in protocols if not result[key]]
    faults = [f"{row.get('type')} {row.get('object') or ''}".strip() for row in result.get("faults") or ()]
    kpis = len(result.get("kpis") or {})
    parts = (
        f"answers by {', '.join(answers)}" if answers else "",
        f"no answer by {', '.join(silent)}" if silent else "",
        f"faults: {', '.join(faults)}" if faults else "",
        f"show commands can't be read: {result.get('commands_detail')}" if result.get("commands") is False else "",
        f"{counted(kpis, 'value')} measured; see: cmsp-agent component kpis {name}" if kpis else "",
    )
    return "; ".join(part for part in parts if part) or "polled"
