"""`cmsp-agent incident …`: incidents, their priority and its arithmetic; one that a person reports."""

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import quote

import typer

from cmsp_agent.cli.daemon import all_pages
from cmsp_agent.cli.filters import known_or_refused, refuse_unknown_component, refuse_unknown_site
from cmsp_agent.cli.output import TableColumn, items, minute, moment, moment_utc, shown
from cmsp_agent.cli.session import AsJson, CommandContext, session
from cmsp_agent.model.incident_state import IncidentState
from cmsp_agent.model.priority import Priority, Urgency

IncidentDocument = dict[str, Any]
_OVER = {"restored", "resolved", "closed", "merged"}
_MOST_EVENTS = 1000
"""Of a component's last events, among which the alarms of an incident are looked for."""

IncidentName = Annotated[str, typer.Argument(metavar="INCIDENT", help="Number (INC-000042) or id.")]


def incident_list(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Restored, resolved, merged and closed ones too.")] = False,
    state: Annotated[str, typer.Option("--state", metavar="STATE", help="Only those in this state.")] = "",
    priority: Annotated[str, typer.Option("--priority", metavar="P1..P4", help="Only those of this priority.")] = "",
    component: Annotated[str, typer.Option("--component", metavar="NAME", help="Only those of this component.")] = "",
    site: Annotated[str, typer.Option("--site", metavar="SITE", help="Only those of this site.")] = "",
    as_json: AsJson = False,
) -> None:
    """List open incidents, the most urgent first; with `--state`, those in that state."""
    here = session(context)
    known_or_refused("state", state, (each.value for each in IncidentState))
    known_or_refused("priority", priority, (each.name for each in Priority))
    refuse_unknown_component(here.daemon, component)
    there = refuse_unknown_site(here.daemon, site)
    everything = everything or bool(state)
    found = _all_of_them(here, "" if everything else "true")
    rows = [
        row
        for row in found
        if state in ("", row.get("state"))
        and priority in ("", row.get("priority"))
        and (not component or component in (row.get("components") or ()))
        and (not site or not there.isdisjoint(row.get("components") or ()))
    ]
    if as_json:
        here.output.json_rows(rows)
        return
    columns = [
        TableColumn("INCIDENT", whole=True),
        TableColumn("PRIO"),
        TableColumn("STATE"),
        TableColumn("OPENED (UTC)", whole=True),
        TableColumn("WHAT"),
    ]
    ordered = sorted(
        rows, key=lambda row: (row.get("state") in _OVER, str(row.get("priority")), str(row.get("opened_at")))
    )
    here.output.table(columns, (_row(row) for row in ordered), "no incidents" if everything else "no open incidents")


def _all_of_them(here: CommandContext, only_open: str) -> list[IncidentDocument]:
    """Page by page; the cursor of incidents goes back in time."""
    page = here.daemon.get("/v1/incidents", limit=500, open=only_open)
    rows = items(page)
    while page.get("next"):
        page = here.daemon.get("/v1/incidents", limit=500, open=only_open, before=page["next"])
        rows += items(page)
    return rows


def _row(row: IncidentDocument) -> tuple[object, ...]:
    return (row.get("number"), row.get("priority"), row.get("state"), minute(row.get("opened_at")), _what(row))


def _what(row: IncidentDocument) -> str:
    """The title with the component that it is about, and how many more there are."""
    first, *more = [str(name) for name in row.get("components") or ()] or [""]
    title = str(row.get("title") or "")
    named = title if any(name in title for name in (first, *more)) else f"{first}: {title}"
    return f"{named} (+{len(more)})" if more else named


def incident_show(
    context: typer.Context,
    incident: IncidentName,
    all_notes: Annotated[bool, typer.Option("--notes", help="All notes, not the latest only.")] = False,
    all_alarms: Annotated[bool, typer.Option("--alarms", help="All alarms, not the latest only.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show an incident: what, since when, how urgent and why."""
    here = session(context)
    found = here.daemon.get(incident_path(incident))
    for what, wanted in (("notes", all_notes), ("alarms", all_alarms)):
        if wanted:
            found[what] = all_pages(here.daemon, f"{incident_path(incident)}/{what}")["items"]
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
            "confirmed": "yes" if found.get("confirmed", True) else "no: only messages reported it",
            "raised": found.get("raised_priority"),
            "declared low": found.get("declared_low"),
            "alarms suppressed": _suppressed(found),
            "merged into": found.get("merged_into"),
            "components": found.get("components"),
            "responsible": found.get("responsible"),
            "assignee": found.get("assignee"),
            "reported by": found.get("reported_by"),
            "opened": moment_utc(found.get("opened_at")),
            "restored": moment_utc(found.get("restored_at")) if found.get("restored_at") else None,
            "external": {name: number for name, number in (found.get("external") or {}).items() if number},
            "recommendation": found.get("recommendation"),
            "alarms": _how_many(found),
        }
    )
    for head, lines in (("notes", _notes(found)), ("timeline", _timeline(found))):
        if lines:
            here.output.line(f"\n{head}")
        for line in lines:
            here.output.line(f"  {shown(line)}")
    if alarms := _alarms(here, found):
        here.output.line("")
        here.output.table(
            [TableColumn(name) for name in ("ALARM SINCE (UTC)", "STATE", "SEVERITY", "COMPONENT", "TEXT")], alarms, ""
        )


def _notes(incident: IncidentDocument) -> list[str]:
    """The notes, after a line that says of which there are more."""
    lines = [str(note) for note in incident.get("notes") or ()]
    dropped, more = incident.get("notes_dropped") or 0, (incident.get("notes_in_all") or 0) - len(lines)
    said = [f"{more} earlier: --notes shows them"] if more > 0 else []
    said += [f"{dropped} older: not kept"] if dropped else []
    return [f"({'; '.join(said)})", *lines] if said else lines


def _how_many(incident: IncidentDocument) -> str | None:
    """How many alarms it has, where not all of them are in the document."""
    listed, whole = len(incident.get("alarms") or ()), incident.get("alarms_in_all") or 0
    return f"{whole}, of which the latest {listed} are looked at: --alarms for all" if whole > listed else None


def _timeline(incident: IncidentDocument) -> list[str]:
    """When what became of it, and by whom; nothing where it has only been opened."""
    steps = incident.get("timeline") or []
    lines = [f"{moment_utc(step.get('at'))} {step.get('what')} {step.get('by') or ''}".rstrip() for step in steps]
    return lines if len(lines) > 1 else []


def incident_report(
    context: typer.Context,
    title: Annotated[str, typer.Argument(metavar="TITLE", help="What is wrong, in quotes.")],
    component: Annotated[
        list[str] | None, typer.Option("--component", metavar="NAME", help="What it concerns; may be repeated.")
    ] = None,
    urgency: Annotated[
        str, typer.Option("--urgency", metavar="URGENCY", help="critical, major, minor or low.")
    ] = "minor",
    as_json: AsJson = False,
) -> None:
    """Report an incident: something is wrong that no device reports."""
    here = session(context)
    known_or_refused("urgency", urgency, (each.value for each in Urgency))
    wish = {"title": title, "components": component or [], "urgency": urgency}
    made = here.daemon.post("/v1/incidents", wish)
    if as_json:
        here.output.json(made)
    else:
        here.output.line(
            f"{made.get('number')}: {made.get('priority')}; see: cmsp-agent incident show {made.get('number')}"
        )


def incident_path(incident: str) -> str:
    """Where the API has an incident, by its number or its id."""
    return f"/v1/incidents/{quote(incident, safe='')}"


def _alarms(here: CommandContext, incident: IncidentDocument) -> list[tuple[object, ...]]:
    """What its alarms say, as far as they are among the last events of its components."""
    wanted = set(incident.get("alarms") or ())
    names = [name for name in incident.get("components") or () if wanted]
    pages = (here.daemon.get("/v1/events", component=name, limit=_MOST_EVENTS) for name in names)
    events = [event for page in pages for event in items(page)]
    latest = {event.get("id"): event for event in events if event.get("id") in wanted}
    ends = {_alarm_key(event): str(event.get("occurred_at")) for event in events if event.get("state") == "clear"}
    return [
        (
            moment(event.get("occurred_at")),
            "ended" if ends.get(_alarm_key(event), "") > str(event.get("occurred_at")) else "holds",
            event.get("severity"),
            event.get("component"),
            str(event.get("text")).removeprefix(f"{event.get('component')}: "),
        )
        for event in latest.values()
    ]


def _alarm_key(event: Mapping[str, object]) -> tuple[object, ...]:
    return event.get("component"), event.get("type"), event.get("object")


def _impact(incident: IncidentDocument) -> str:
    impact = incident.get("impact")
    return shown(impact.get("level")) if isinstance(impact, dict) else shown(impact)


def _arithmetic(incident: IncidentDocument) -> str:
    """`60/400 people, 0/4 sites, 1/8 components`: the largest share decides."""
    impact = incident.get("impact")
    if not isinstance(impact, dict):
        return ""
    shares = ((name, impact.get(name)) for name in ("people", "sites", "components"))
    return ", ".join(
        f"{share[0]}/{share[1]} {name}" for name, share in shares if isinstance(share, list) and len(share) == 2
    )


def _suppressed(incident: IncidentDocument) -> str | None:
    """Which of its alarms are suppressed, by whom and until when; None: none is."""
    by = incident.get("suppressed")
    if not isinstance(by, dict):
        return None
    return f"{'some' if by.get('partly') else 'all'} by {by.get('by')} until {moment_utc(by.get('until'))}"
