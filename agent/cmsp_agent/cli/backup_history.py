"""`cmsp-agent backup diff|changes|plan`: what changed between configurations, by whom, and the storage they need."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from cmsp_agent.cli.backups import LatestOrId
from cmsp_agent.cli.daemon import CallFailed, all_pages, component_path, joined_pages
from cmsp_agent.cli.output import TableColumn, items, minute
from cmsp_agent.cli.session import AsJson, CommandContext, ComponentName, session
from cmsp_agent.cli.side_by_side import side_by_side, styled

RUNNING = "running"
AGAINST = {RUNNING: "latest", "suspect": "latest", "known-good": "previous"}
"""What is compared with a backup that is named so, where nothing else is asked for."""
Against = Annotated[
    str,
    typer.Option(
        "--against", metavar="BACKUP", help="Another backup's id, known-good or running; default: the one before."
    ),
]
SideBySide = Annotated[bool, typer.Option("--side-by-side", "-y", help="Old and new beside each other.")]
Wished = Annotated[
    int | None, typer.Option(min=0, max=10_000, metavar="COUNT", help="How many to keep; default: as in the file.")
]


def backup_diff(
    context: typer.Context,
    name: ComponentName,
    backup: LatestOrId = "latest",
    against: Against = "",
    side: SideBySide = False,
    as_json: AsJson = False,
) -> None:
    """Show what changed between two configurations; `running` is what the device says now. Secrets are hidden."""
    here = session(context)
    other = against or _before(here, name, backup)
    text = _difference(here, name, backup, other)
    if as_json:
        here.output.json({"component": name, "backup": backup, "against": other, "diff": text})
    elif not text.strip():
        here.output.line("no difference")
    else:
        note, text = _noted(text)
        if note:
            here.output.complain(note)
        paired = side and text.startswith("--- ")
        rows = side_by_side(text, here.output.console.width) if paired else styled(text)
        for line, style in rows:
            here.output.line(line, style)


def _noted(text: str) -> tuple[str, str]:
    """What stands above the difference itself, such as that it is of two devices."""
    head, _, rest = text.partition("\n")
    return (head.removeprefix("! "), rest) if head.startswith("! ") else ("", text)


def _difference(here: CommandContext, name: str, backup: str, other: str) -> str:
    path = component_path(name, "backups", backup, "diff")
    if RUNNING not in (backup, other):
        return here.daemon.text(path, against=other)
    # the device is asked: it may take its time
    return "\n".join(here.daemon.lines(path, against=other))


def _before(here: CommandContext, name: str, backup: str) -> str:
    """The backup that was taken before this one; beside a suspect one, the last that is none."""
    if backup in AGAINST:
        return AGAINST[backup]
    taken = [str(row.get("id")) for row in items(all_pages(here.daemon, component_path(name, "backups"), limit=1000))]
    if not taken:
        raise CallFailed(f"{name}: no backup yet; take one: cmsp-agent backup run {name}", 1)
    place = 0 if backup == "latest" else taken.index(backup) if backup in taken else -1
    if place < 0:
        raise CallFailed(f"{name}: there is no backup {backup!r}; see: cmsp-agent backup list {name}", 1)
    if place + 1 >= len(taken):
        raise CallFailed(f"{name}: there is no backup before '{backup}' to compare with", 1)
    return taken[place + 1]


def backup_changes(context: typer.Context, name: ComponentName, as_json: AsJson = False) -> None:
    """Show who changed a component's configuration and when, as far as the device said so, and how much changed."""
    here = session(context)
    document = here.daemon.get(component_path(name, "backups", "changes"))
    if as_json:
        here.output.json(document)
        return
    if not items(document):
        here.output.line(f"no backup of {name} yet; take one: cmsp-agent backup run {name}")
    for row in items(document):
        count = _count(row)
        where = ", ".join(row.get("sections") or ())
        here.output.line(
            f"{minute(row.get('taken_at'))} UTC  {row.get('backup')}  {count}{'  ' if where else ''}{where}"
        )
        for report in row.get("reports") or ():
            text = str(report.get("text")).replace("\n", f"\n{' ' * 22}")
            here.output.line(f"    {minute(report.get('at'))} UTC  {text}")


def _count(row: Mapping[str, Any]) -> str:
    """How many lines a version changed, as far as that is known."""
    if row.get("before") is None:
        return "the first"
    if row.get("added") is None:
        return "it, or the one before it, can't be read: see cmsp-agent backup verify"
    return f"+{row['added']} -{row.get('removed')}"


def backup_plan(
    context: typer.Context,
    last: Wished = None,
    daily: Wished = None,
    weekly: Wished = None,
    monthly: Wished = None,
    yearly: Wished = None,
    as_json: AsJson = False,
) -> None:
    """Show the storage that a retention needs at most, before it is used: the file's, or another one."""
    here = session(context)
    wished = {"last": last, "daily": daily, "weekly": weekly, "monthly": monthly, "yearly": yearly}
    given = {key: value for key, value in wished.items() if value is not None}
    document = joined_pages("components", here.daemon, "/v1/backups/plan", **given)
    if as_json:
        here.output.json(document)
        return
    columns = [
        TableColumn("COMPONENT"),
        TableColumn("KEPT NOW", right=True),
        TableColumn("BYTES EACH", right=True),
        TableColumn("NEEDED AT MOST", right=True),
    ]
    rows = [
        (
            row.get("component"),
            row.get("versions"),
            f"{'about ' if row.get('assumed') else ''}{row.get('size')}",
            row.get("needed"),
        )
        for row in items({"items": document.get("components")})
    ]
    here.output.table(columns, rows, "no component is backed up")
    counts = ", ".join(f"{key} {value}" for key, value in document["retention"].items())
    here.output.line(f"{counts}: at most {document['versions_at_most']} versions of each component")
    here.output.line(f"needed at most {document['needed']} bytes; used {document['used']}, free {document['free']}")
    if not document["enough"]:
        raise CallFailed("the storage has too little room for this retention", 1)
