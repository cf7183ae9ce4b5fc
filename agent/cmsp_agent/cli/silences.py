"""`cmsp-agent silence …` and `maintenance …`: for a time, faults open no incident. `work …`: changes are planned."""

from typing import Annotated, Any
from urllib.parse import quote

import typer

from cmsp_agent.cli.complete import alarm_types
from cmsp_agent.cli.daemon import CallFailed, all_pages
from cmsp_agent.cli.filters import refuse_unknown_pattern
from cmsp_agent.cli.identifiers import short, whole
from cmsp_agent.cli.output import TableColumn, items, minute
from cmsp_agent.cli.session import AsJson, session
from cmsp_agent.config.quantities import parse_duration

Site = Annotated[str, typer.Option("--site", metavar="SITE", help="Faults at this site.")]
ComponentPattern = Annotated[
    str, typer.Option("--component", metavar="NAME", help="Faults of this component; * and ? as in the shell.")
]
Group = Annotated[str, typer.Option("--group", metavar="GROUP", help="Faults of this redundancy group's components.")]
AlarmTypePattern = Annotated[str, typer.Option("--type", metavar="TYPE", help="Faults of this alarm type: link.*")]
ObjectPattern = Annotated[str, typer.Option("--object", metavar="OBJECT", help="Faults of this object: Gi0/0/*")]
For = Annotated[str, typer.Option("--for", metavar="DURATION", help="How long: 90m, 4h, 2d.")]
From = Annotated[str, typer.Option("--from", metavar="TIME", help="RFC 3339; now, if it is not given.")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it is kept in the audit log.")]
SilenceId = Annotated[str, typer.Argument(metavar="ID", help="The id, as `list` shows it.")]


def silence_add(
    context: typer.Context,
    duration: For,
    reason: Reason,
    site: Site = "",
    component: ComponentPattern = "",
    group: Group = "",
    alarm_type: AlarmTypePattern = "",
    name: ObjectPattern = "",
    start: From = "",
    as_json: AsJson = False,
) -> None:
    """Mute faults for a time: they are recorded, open no incident, and are judged again at the end."""
    matcher = {"site": site, "component": component, "group": group, "type": alarm_type, "object": name}
    if alarm_type and session(context).daemon.local:
        refuse_unknown_pattern("type", alarm_type, alarm_types())
    _make(context, "silence", matcher, duration, reason, start, as_json)


def maintenance_start(
    context: typer.Context,
    duration: For,
    reason: Reason,
    site: Site = "",
    component: ComponentPattern = "",
    group: Group = "",
    start: From = "",
    as_json: AsJson = False,
) -> None:
    """Begin a maintenance window of a site, a component or a redundancy group, now or later."""
    matcher = {"site": site, "component": component, "group": group}
    _make(context, "maintenance", matcher, duration, reason, start, as_json)


def work_announce(
    context: typer.Context,
    duration: For,
    reason: Reason,
    site: Site = "",
    component: ComponentPattern = "",
    group: Group = "",
    start: From = "",
    as_json: AsJson = False,
) -> None:
    """Announce planned work, now or later: changes meanwhile are planned, others are shown as unannounced.

    Faults open incidents all the same; `maintenance start` announces changes too, and mutes faults.
    """
    matcher = {"site": site, "component": component, "group": group}
    _make(context, "work", matcher, duration, reason, start, as_json)


def work_list(context: typer.Context, as_json: AsJson = False) -> None:
    """List the planned work; what is over stays for 90 days."""
    _list(context, "work", as_json)


def work_end(context: typer.Context, work: SilenceId, as_json: AsJson = False) -> None:
    """End planned work before its time, or take it back: changes from now on are unannounced."""
    silence_end(context, work, as_json)


def silence_list(context: typer.Context, as_json: AsJson = False) -> None:
    """List the silences; those that are over stay for 90 days."""
    _list(context, "silence", as_json)


def maintenance_list(context: typer.Context, as_json: AsJson = False) -> None:
    """List the maintenance windows that people began; the weekly ones are in the configuration."""
    _list(context, "maintenance", as_json)


def silence_end(context: typer.Context, silence: SilenceId, as_json: AsJson = False) -> None:
    """End a silence or a maintenance window before its time. What it muted is judged again."""
    here = session(context)
    identifier = whole(here.daemon, "/v1/silences", silence)
    ended = here.daemon.delete(f"/v1/silences/{quote(identifier, safe='')}")
    if as_json:
        here.output.json(ended)
    else:
        here.output.line(f"ended: {ended.get('id')}")


def _make(
    context: typer.Context,
    kind: str,
    matcher: dict[str, str],
    duration: str,
    reason: str,
    start: str,
    as_json: bool,
) -> None:
    here = session(context)
    seconds = seconds_of("--for", duration)
    wish: dict[str, Any] = {"kind": kind, "matcher": matcher, "for_seconds": seconds, "reason": reason}
    made = here.daemon.post("/v1/silences", wish | ({"starts_at": start} if start else {}))
    if as_json:
        here.output.json(made)
    else:
        here.output.line(f"{made.get('state')} until {minute(made.get('ends_at'))} UTC: {made.get('id')}")


def _list(context: typer.Context, kind: str, as_json: bool) -> None:
    here = session(context)
    rows = [row for row in items(all_pages(here.daemon, "/v1/silences")) if row.get("kind") == kind]
    if as_json:
        here.output.json_rows(rows)
        return
    columns = [
        TableColumn(kind.upper(), whole=True),
        TableColumn("STATE", whole=True),
        TableColumn("FROM (UTC)"),
        TableColumn("UNTIL (UTC)"),
        TableColumn("WHAT"),
        TableColumn("REASON"),
        TableColumn("BY"),
    ]
    shown = [
        (
            short(row.get("id")),
            row.get("state"),
            minute(row.get("starts_at")),
            minute(row.get("ends_at")),
            ", ".join(f"{name} {value}" for name, value in (row.get("matcher") or {}).items()),
            row.get("reason"),
            row.get("author"),
        )
        for row in rows
    ]
    here.output.table(columns, shown, f"no {kind}")


def seconds_of(option: str, text: str) -> float:
    """A time that an option names.

    Raises:
        CallFailed: it is not a time.
    """
    try:
        return parse_duration(text)
    except ValueError as error:
        raise CallFailed(f"{option} {text}: {error}", 2) from error
