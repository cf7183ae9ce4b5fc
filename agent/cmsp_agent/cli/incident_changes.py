"""`cmsp-agent incident …`: what people do about an incident: acknowledge, note, work, raise, resolve, close."""

from collections.abc import Mapping
from typing import Annotated

import typer

from cmsp_agent.cli.daemon import CallFailed
from cmsp_agent.cli.filters import known_or_refused
from cmsp_agent.cli.incidents import IncidentName, incident_path
from cmsp_agent.cli.session import AsJson, CommandContext, session
from cmsp_agent.model.priority import Priority

Note = Annotated[str, typer.Option("--note", metavar="TEXT", help="Also add this note.")]
Assignee = Annotated[str, typer.Option("--assignee", metavar="WHO", help="Who works on it.")]


def incident_acknowledge(
    context: typer.Context,
    incident: IncidentName,
    note: Note = "",
    assignee: Assignee = "",
    as_json: AsJson = False,
) -> None:
    """Acknowledge an incident: a person has seen it."""
    wish = {"state": "acknowledged", "note": note, "assignee": assignee}
    _change(session(context), incident, _given(wish), as_json=as_json)


def incident_change(
    context: typer.Context,
    incident: IncidentName,
    priority: Annotated[
        str, typer.Option("--priority", metavar="P1..P4", help="A higher priority that somebody asks for.")
    ] = "",
    low: Annotated[
        bool | None, typer.Option("--low/--not-low", help="The partner declares it low, or takes that back.")
    ] = None,
    asked_by: Annotated[str, typer.Option("--asked-by", metavar="WHO", help="Who asks for that, if not you.")] = "",
    start: Annotated[bool, typer.Option("--start", help="Somebody works on it.")] = False,
    assignee: Assignee = "",
    ticket: Annotated[str, typer.Option("--ticket", metavar="REF", help="Its reference in the partner's ITSM.")] = "",
    note: Note = "",
    as_json: AsJson = False,
) -> None:
    """Change an incident: ask for a higher priority, declare it low, say who works on it. Who and when is kept."""
    known_or_refused("priority", priority, (each.name for each in Priority))
    wish = _given(
        {
            "raised_priority": priority,
            "asked_by": asked_by,
            "state": "in-progress" if start else "",
            "assignee": assignee,
            "external": {"itsm": ticket} if ticket else None,
            "note": note,
        }
    )
    if low is not None:
        wish["declared_low"] = low
    if not wish.keys() - {"asked_by"}:
        raise CallFailed("nothing to change: see cmsp-agent incident change --help", 2)
    _change(session(context), incident, wish, as_json=as_json)


def incident_resolve(
    context: typer.Context,
    incident: IncidentName,
    note: Note = "",
    as_json: AsJson = False,
) -> None:
    """Resolve an incident: the fault is over and stays so."""
    _change(session(context), incident, _given({"state": "resolved", "note": note}), as_json=as_json)


def incident_note(
    context: typer.Context,
    incident: IncidentName,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The note, in quotes.")],
    as_json: AsJson = False,
) -> None:
    """Add a note to an incident."""
    _change(session(context), incident, {"note": text}, as_json=as_json)


def incident_close(
    context: typer.Context,
    incident: IncidentName,
    note: Note = "",
    as_json: AsJson = False,
) -> None:
    """Close an incident whose fault is over."""
    _change(session(context), incident, _given({"state": "closed", "note": note}), as_json=as_json)


def _given(wish: Mapping[str, object]) -> dict[str, object]:
    """What was said of a change; an option that was left out says nothing."""
    return {key: value for key, value in wish.items() if value}


def _change(here: CommandContext, incident: str, wish: dict[str, object], *, as_json: bool) -> None:
    changed = here.daemon.patch(incident_path(incident), wish)
    if as_json:
        here.output.json(changed)
    else:
        here.output.line(f"{changed.get('number')}: {changed.get('state')}; see: cmsp-agent incident show {incident}")
