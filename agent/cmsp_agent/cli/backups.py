"""`cmsp-agent backup …`: the stored configurations of a component, what changed between them, and a backup now."""

from typing import Annotated

import typer

from cmsp_agent.cli.daemon import CallFailed, component_path
from cmsp_agent.cli.filters import refuse_unknown_component
from cmsp_agent.cli.jobs import finish
from cmsp_agent.cli.output import TableColumn, items, minute, summary
from cmsp_agent.cli.session import AsJson, ComponentName, NoWait, session

LatestOrId = Annotated[str, typer.Argument(metavar="BACKUP", help="A backup's id, latest, known-good or suspect.")]


def backup_list(context: typer.Context, name: ComponentName, as_json: AsJson = False) -> None:
    """List a component's backups, the newest first."""
    here = session(context)
    try:
        document = here.daemon.get(component_path(name, "backups"))
    except CallFailed:
        refuse_unknown_component(here.daemon, name)
        raise
    if as_json:
        here.output.json(document)
        return
    columns = [
        TableColumn("BACKUP", whole=True),
        TableColumn("TAKEN (UTC)"),
        TableColumn("REASON"),
        TableColumn("BYTES", right=True),
        TableColumn("GOOD"),
        TableColumn("SUSPECT"),
    ]
    rows = [
        (
            row.get("id"),
            minute(row.get("taken_at")),
            row.get("reason"),
            row.get("size"),
            row.get("known_good"),
            row.get("suspect"),
        )
        for row in items(document)
    ]
    here.output.table(columns, rows, f"no backup of {name} yet; take one: cmsp-agent backup run {name}")


def backup_show(
    context: typer.Context, name: ComponentName, backup: LatestOrId = "latest", as_json: AsJson = False
) -> None:
    """Print a stored configuration, its secrets blanked."""
    here = session(context)
    content = here.daemon.text(component_path(name, "backups", backup, "content"), redacted="true")
    if as_json:
        here.output.json({"component": name, "backup": backup, "content": content})
    else:
        here.output.line(content.rstrip("\n"))


def backup_run(context: typer.Context, name: ComponentName, no_wait: NoWait = False, as_json: AsJson = False) -> None:
    """Back up a component's configuration now."""
    here = session(context)
    job = here.daemon.post(component_path(name, "backups"))
    finish(
        here,
        job,
        as_json=as_json,
        wait=not no_wait,
        tell=lambda done: f"{name}: {_ended(name, done.get('result'))}",
    )


def _ended(name: str, result: object) -> str:
    """How a backup ended, and where to look."""
    known = result if isinstance(result, dict) else {}
    if known.get("result") == "stored":
        return f"stored as {known.get('backup')}; see: cmsp-agent backup show {name}"
    if known.get("result") == "unchanged":
        return f"unchanged since {known.get('backup')}"
    if known.get("result") == "rewritten":
        return f"unchanged, but the stored copy of {known.get('backup')} was lost or damaged: written again"
    return summary(result) or "backed up"
