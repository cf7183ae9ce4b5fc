"""`cmsp-agent config apply|confirm|history|diff|outcomes`: change the configuration from afar and take it back."""

from pathlib import Path
from typing import Annotated

import typer

from cmsp_agent.cli.daemon import CallFailed, all_pages
from cmsp_agent.cli.output import TableColumn, items, minute, span
from cmsp_agent.cli.session import AsJson, session

Revision = Annotated[int, typer.Argument(metavar="REVISION", min=1, help="Its number in the history.")]


def config_apply(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The whole file that is to be in force.")],
    confirm_within: Annotated[
        int,
        typer.Option(
            "--confirm-within",
            min=0,
            max=86400,
            metavar="SECONDS",
            help="How long it waits for that; 0: it stays without.",
        ),
    ] = 300,
    as_json: AsJson = False,
) -> None:
    """Put a configuration in force; it is taken back by itself unless `config confirm` comes in time."""
    here = session(context)
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CallFailed(f"{file}: can't be read as text", 2) from error
    done = here.daemon.put_text("/v1/config", text, confirm_within=str(confirm_within))
    if as_json:
        here.output.json(done)
        return
    here.output.line(f"revision {done['revision']} is in force")
    for note in done.get("notes") or ():
        here.output.line(f"note: {note}")
    if waiting := done.get("unconfirmed"):
        here.output.line(f"confirm it within {span(waiting['rolls_back_in_seconds'])}: cmsp-agent config confirm")


def config_confirm(context: typer.Context, as_json: AsJson = False) -> None:
    """Let the configuration that waits for its confirmation stay."""
    here = session(context)
    done = here.daemon.post("/v1/config/confirm")
    if as_json:
        here.output.json(done)
    else:
        here.output.line(f"revision {done['revision']} stays")
        for note in done.get("notes") or ():
            here.output.line(f"note: {note}")


def config_history(context: typer.Context, as_json: AsJson = False) -> None:
    """List the versions of the configuration, those refused or taken back too, and what came of each."""
    here = session(context)
    listed, outcomes = all_pages(here.daemon, "/v1/config/revisions"), all_pages(here.daemon, "/v1/outcomes")
    if as_json:
        here.output.json_rows(items(listed), outcomes=items(outcomes))
        return
    columns = [TableColumn(name) for name in ("REVISION", "AT (UTC)", "BY", "STATE", "STEP", "WHY")]
    why = {row.get("revision"): row for row in reversed(items(outcomes)) if row.get("subject") == "configuration"}
    rows = [
        (
            *(row.get("number"), minute(row.get("at")), row.get("by"), row.get("state")),
            *(why.get(row.get("number"), {}).get(key, "") for key in ("step", "reason")),
        )
        for row in items(listed)
    ]
    here.output.table(columns, rows, "no change of the configuration yet")


def config_diff(
    context: typer.Context,
    revision: Revision,
    against: Annotated[
        int | None, typer.Option("--against", metavar="REVISION", min=1, help="Default: the one before.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show what a version of the configuration changed."""
    here = session(context)
    text = here.daemon.text(f"/v1/config/revisions/{revision}/diff", against=against)
    if as_json:
        here.output.json({"revision": revision, "against": against, "diff": text})
    else:
        here.output.line(text.rstrip("\n") or "no difference")
