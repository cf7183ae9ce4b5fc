"""`cmsp-agent backup export|import`: configurations in the clear, out of the store and into it. Both are audited."""

import os
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import typer

from cmsp_agent.cli.backup_checks import Maybe
from cmsp_agent.cli.daemon import CallFailed, all_pages, component_path
from cmsp_agent.cli.output import items
from cmsp_agent.cli.session import AsJson, CommandContext, ComponentName, session
from cmsp_agent.model.counted import counted

UNREAD = 1
"""How a call ends for which the store gives no content."""
Into = Annotated[Path, typer.Option("--into", metavar="DIRECTORY", help="Where to write; the files hold secrets.")]
Source = Annotated[Path, typer.Argument(metavar="FILE", help="The configuration, as its device prints it.")]


def backup_export(context: typer.Context, into: Into, name: Maybe = "", as_json: AsJson = False) -> None:
    """Write every backup out in the clear, for its owner. Each one is in the audit log."""
    here = session(context)
    names = [name] if name else [str(row.get("name")) for row in items(all_pages(here.daemon, "/v1/components"))]
    written, unread = list[Path](), list[str]()
    for each in names:
        _export(here, each, into, written, unread)
    if as_json:
        here.output.json_rows([{"path": str(path)} for path in written])
    else:
        here.output.line(f"in {into}: {counted(len(written), 'backup')}, secrets in the clear")
    if unread:
        raise CallFailed(f"{len(unread)} could not be read: {'; '.join(unread)}", 1)
    if not written:
        raise CallFailed("there is no backup to export", 1)


def _export(here: CommandContext, name: str, into: Path, written: list[Path], unread: list[str]) -> None:
    """Write those of a component; one that the store does not give is no reason to keep back the others."""
    folder = into / quote(name, safe=" ")
    for row in items(all_pages(here.daemon, component_path(name, "backups"), limit=1000)):
        version = str(row.get("id"))
        try:
            content = here.daemon.content(component_path(name, "backups", version, "content") + "?redacted=false")
        except CallFailed as error:
            if error.exit_code != UNREAD:
                raise
            unread.append(f"{name} {version}: {error}")
            continue
        good = ".known-good" if row.get("known_good") else ""
        taken = str(row.get("taken_at"))[:19].replace(":", "")
        _make(folder)
        written.append(folder / f"{taken}Z-{version[-12:]}{good}.cfg")
        write_secret_file(written[-1], content)


def _make(folder: Path) -> None:
    """Raises CallFailed where it can't be made."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise CallFailed(f"{folder}: {error.strerror}", 1) from error


def write_secret_file(path: Path, content: bytes) -> None:
    """Write a file that its owner alone can read.

    Raises:
        CallFailed: it can't be written.
    """
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(content)
    except OSError as error:
        raise CallFailed(f"{path}: {error.strerror}", 1) from error


def backup_import(context: typer.Context, name: ComponentName, file: Source, as_json: AsJson = False) -> None:
    """Store a configuration from a file as a component's newest backup. It must be a whole one."""
    here = session(context)
    try:
        content = file.read_bytes()
    except OSError as error:
        raise CallFailed(f"{file}: {error.strerror}", 1) from error
    document = here.daemon.put_text(
        component_path(name, "backups", "imported"), content.decode("utf-8", "surrogateescape")
    )
    if as_json:
        here.output.json(document)
    elif document.get("suspect"):
        here.output.line(f"{name}: kept apart as {document.get('id')}: {document.get('suspect')}")
    else:
        here.output.line(f"{name}: stored as {document.get('id')}")
