"""`cmsp-agent backup accept|known-good|verify|rehearse|grep`: what a person says of one, and looking through all."""

from typing import Annotated

import typer

from cmsp_agent.cli.backups import LatestOrId
from cmsp_agent.cli.daemon import CallFailed, all_pages, component_path
from cmsp_agent.cli.output import TableColumn, items
from cmsp_agent.cli.session import AsJson, ComponentName, session
from cmsp_agent.model.counted import counted

SuspectOrId = Annotated[str, typer.Argument(metavar="BACKUP", help="A backup's id; default: the suspect one.")]
Text = Annotated[str, typer.Argument(metavar="TEXT", help="What to look for, upper or lower case.")]
Maybe = Annotated[str, typer.Argument(metavar="NAME", help="One component; all without it.")]


def backup_accept(
    context: typer.Context, name: ComponentName, backup: SuspectOrId = "suspect", as_json: AsJson = False
) -> None:
    """Accept a suspect backup as right: later ones are compared with it."""
    _mark(context, name, (backup, "accept"), "is accepted", as_json)


def backup_known_good(
    context: typer.Context, name: ComponentName, backup: LatestOrId = "latest", as_json: AsJson = False
) -> None:
    """Mark a backup as known good: the device was seen to work with it."""
    _mark(context, name, (backup, "known-good"), "is known good", as_json)


def backup_verify(context: typer.Context, name: Maybe = "", as_json: AsJson = False) -> None:
    """Read every backup from the store again, and name what is damaged or missing."""
    here = session(context)
    names = [name] if name else [str(row.get("name")) for row in items(all_pages(here.daemon, "/v1/components"))]
    paths = [component_path(each, "backups", "verification") for each in names]
    found = [row for path in paths for row in items(all_pages(here.daemon, path))]
    if not found and (problem := here.daemon.get("/v1/status").get("storage", {}).get("problem")):
        raise CallFailed(str(problem), 1)
    damaged = [row for row in found if row.get("error")]
    if as_json:
        here.output.json_rows(found)
    else:
        columns = [TableColumn("COMPONENT"), TableColumn("BACKUP", whole=True), TableColumn("WHAT IS WRONG")]
        rows = [(row.get("component"), row.get("backup"), row.get("error")) for row in damaged]
        here.output.table(columns, rows, f"{counted(len(found), 'backup')} {'is' if len(found) == 1 else 'are'} whole")
    if damaged:
        raise CallFailed(f"{len(damaged)} of {len(found)} backups can't be read", 1)


def backup_rehearse(context: typer.Context, name: Maybe = "", as_json: AsJson = False) -> None:
    """Show that the newest backups decrypt, parse and could be put back. No device is asked."""
    here = session(context)
    found = items(all_pages(here.daemon, "/v1/backups/rehearsal", component=name))
    failed = [row for row in found if row.get("errors")]
    if as_json:
        here.output.json_rows(found)
    else:
        columns = [TableColumn("COMPONENT"), TableColumn("BACKUP", whole=True), TableColumn("COULD BE PUT BACK")]
        rows = [(row.get("component"), row.get("backup"), not row.get("errors")) for row in found]
        here.output.table(columns, rows, "no component gets backups")
        for row in found:
            for note in (*(row.get("errors") or ()), *(row.get("notes") or ())):
                here.output.line(f"{row.get('component')}: {note}")
    if failed:
        raise CallFailed(f"{len(failed)} of {len(found)} newest backups could not be put back", 1)


def backup_grep(context: typer.Context, text: Text, as_json: AsJson = False) -> None:
    """Look for a text in the newest backup of every component. Secrets are hidden, and not searched."""
    here = session(context)
    found = items(all_pages(here.daemon, "/v1/backups/grep", text=text))
    if as_json:
        here.output.json_rows(found)
        return
    for row in found:
        here.output.line(f"{row.get('component')}:{row.get('line')}: {row.get('text')}")
    if not found:
        raise CallFailed(f"no newest backup holds {text!r}", 1)


def _mark(context: typer.Context, name: str, call: tuple[str, str], outcome: str, as_json: bool) -> None:
    here = session(context)
    document = here.daemon.post(component_path(name, "backups", *call))
    if as_json:
        here.output.json(document)
    else:
        here.output.line(f"{name}: {document.get('id')} {outcome}")
