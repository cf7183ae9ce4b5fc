"""`cmsp-agent alarm …`: lists the alarms that hold; acknowledges, suppresses, ends one."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any
from urllib.parse import quote

import typer

from cmsp_agent.cli.complete import alarm_types
from cmsp_agent.cli.daemon import all_pages
from cmsp_agent.cli.filters import as_severe_as, known_or_refused, refuse_unknown_component, refuse_unknown_site
from cmsp_agent.cli.identifiers import short, whole
from cmsp_agent.cli.output import TableColumn, items, minute
from cmsp_agent.cli.session import AsJson, CommandContext, session
from cmsp_agent.cli.silences import seconds_of

ACKNOWLEDGED, SUPPRESSED_UNTIL = "acknowledged by", "suppressed until"
"""Attributes of an alarm (`pipeline.acknowledgement`)."""


def alarm_list(
    context: typer.Context,
    component: Annotated[str, typer.Option("--component", metavar="NAME", help="Only those of this component.")] = "",
    kind: Annotated[str, typer.Option("--type", metavar="TYPE", help="Only this type, as in isdn.layer2.down.")] = "",
    severity: Annotated[
        str,
        typer.Option("--severity", metavar="SEVERITY", help="Only this and worse: critical, major, minor, warning."),
    ] = "",
    site: Annotated[str, typer.Option("--site", metavar="SITE", help="Only those of this site.")] = "",
    as_json: AsJson = False,
) -> None:
    """List the alarms that hold, the worst first."""
    here = session(context)
    severe_enough = as_severe_as(severity)
    rows = [
        row
        for row in items(all_pages(here.daemon, "/v1/alarms", component=component, limit=1000))
        if kind in ("", row.get("type")) and site in ("", row.get("site")) and row.get("severity", "") in severe_enough
    ]
    if not rows:
        refuse_unknown_component(here.daemon, component)
        refuse_unknown_site(here.daemon, site)
        known_or_refused("type", kind, alarm_types() if kind else ())
    if as_json:
        here.output.json_rows(rows)
        return
    columns = [
        TableColumn("ALARM", whole=True),
        TableColumn("SINCE (UTC)", whole=True),
        TableColumn("SEVERITY", whole=True),
        TableColumn("WHAT"),
    ]
    here.output.table(
        columns,
        (
            (
                short(row.get("id")),
                minute(row.get("occurred_at")),
                row.get("severity"),
                _text(row),
            )
            for row in rows
        ),
        "no alarm holds",
    )


def _id(here: CommandContext, given: str) -> str:
    return quote(whole(here.daemon, "/v1/alarms", given, limit=1000), safe="")


def _text(row: Mapping[str, Any]) -> str:
    """Where and what is wrong, how often it was said, and who looks after it."""
    component, text = row.get("component"), str(row.get("text"))
    if component and not text.startswith(str(component)):
        text = f"{component}: {text}"
    count = row.get("count") or 1
    handled = _handled(row)
    more = [f"x{count}"] * (count > 1) + [handled] * (handled != "-")
    return f"{text} ({', '.join(more)})" if more else text


def alarm_clear(
    context: typer.Context,
    alarm: Annotated[str, typer.Argument(metavar="ID", help="The alarm's id, as `alarm list` shows it.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it is kept in the audit log.")],
    as_json: AsJson = False,
) -> None:
    """End an alarm. It is raised again where its source still says so."""
    here = session(context)
    cleared = here.daemon.post(f"/v1/alarms/{_id(here, alarm)}/clear", {"reason": reason})
    if as_json:
        here.output.json(cleared)
    else:
        here.output.line(f"cleared: {cleared.get('component') or 'appliance'} {cleared.get('type')}")


def alarm_acknowledge(
    context: typer.Context,
    alarm: Annotated[str, typer.Argument(metavar="ID", help="The alarm's id, as `alarm list` shows it.")],
    as_json: AsJson = False,
) -> None:
    """Say that you have seen an alarm."""
    here = session(context)
    _show(here, here.daemon.post(f"/v1/alarms/{_id(here, alarm)}/acknowledge"), "acknowledged", as_json=as_json)


def alarm_suppress(
    context: typer.Context,
    alarm: Annotated[str, typer.Argument(metavar="ID", help="The alarm's id, as `alarm list` shows it.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it is kept in the audit log.")],
    duration: Annotated[str, typer.Option("--for", metavar="TIME", help="How long: 30m, 8h, 2d.")],
    as_json: AsJson = False,
) -> None:
    """Open no incident for an alarm for a while. It is judged again at the end, if it still holds."""
    here = session(context)
    wish = {"reason": reason, "for_seconds": seconds_of("--for", duration)}
    _show(here, here.daemon.post(f"/v1/alarms/{_id(here, alarm)}/suppress", wish), "suppressed", as_json=as_json)


def _handled(row: Mapping[str, Any]) -> str:
    """What people said of it, and what silences it."""
    attributes = row.get("attributes") or {}
    seen = f"seen by {attributes[ACKNOWLEDGED]}" if ACKNOWLEDGED in attributes else ""
    until = f"suppressed until {minute(attributes[SUPPRESSED_UNTIL])} UTC" if SUPPRESSED_UNTIL in attributes else ""
    silenced = f"in {row['silenced_by']}" if row.get("silenced_by") else ""
    finding = "a finding" if "finding" in attributes else ""
    return ", ".join(filter(None, (seen, until, silenced, finding))) or "-"


def _show(here: CommandContext, alarm: Mapping[str, Any], done: str, *, as_json: bool) -> None:
    if as_json:
        here.output.json(alarm)
    else:
        here.output.line(f"{done}: {alarm.get('component') or 'appliance'} {alarm.get('type')} {alarm.get('object')}")


COMMANDS: dict[str, Callable[..., None]] = {
    "list": alarm_list,
    "acknowledge": alarm_acknowledge,
    "suppress": alarm_suppress,
    "clear": alarm_clear,
}
