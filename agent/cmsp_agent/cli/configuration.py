"""`cmsp-agent config …`: check the file, publish its schema, show what is in force. Works without a running agent."""

import os
from collections.abc import Sized
from pathlib import Path
from typing import Annotated

import typer

from cmsp_agent.cli.session import AsJson, session
from cmsp_agent.config.load import Document, read_appliance, read_document
from cmsp_agent.config.notes import notes
from cmsp_agent.config.schema.site_file import json_schema
from cmsp_agent.config.secrets import Secrets
from cmsp_agent.config.show import as_yaml, values_in_force
from cmsp_agent.config.site_path import DEFAULT_FILE
from cmsp_agent.config.tree import shown
from cmsp_agent.model.errors import ConfigurationError

SiteFile = Annotated[Path, typer.Argument(metavar="[FILE]", help="The YAML file.")]


def config_check(
    context: typer.Context,
    file: SiteFile = DEFAULT_FILE,
    secrets: Annotated[bool, typer.Option("--secrets", help="Also look for every secret that it names.")] = False,
    as_json: AsJson = False,
) -> None:
    """Check the file: every problem at once, by line. Ends with 2 where there is one."""
    output = session(context).output
    try:
        document = read_document(file, _secrets(file) if secrets else None)
    except ConfigurationError as error:
        if as_json:
            output.json({"file": str(file), "valid": False, "problems": [_problem(each) for each in error.problems]})
            raise typer.Exit(error.exit_code) from None
        raise
    found = notes(document.tree, document.site_file)
    if as_json:
        told = [{"path": note.path, "line": note.line, "text": note.text} for note in found]
        output.json({"file": str(file), "valid": True, "problems": [], "notes": told})
        return
    for note in found:
        output.line(f"{file}:{note.line}: {note.path}: note: {note.text}")
    output.line(f"{file}: good; {_counts(document)}")


def _secrets(file: Path) -> Secrets:
    from cmsp_agent.cli.sources import named_sources

    return named_sources(read_appliance(file), os.environ).together()


def _counts(document: Document) -> str:
    site_file = document.site_file
    sections: dict[str, Sized] = {
        "components": site_file.components,
        "sites": site_file.sites,
        "credentials": site_file.credentials,
    }
    return ", ".join(f"{len(section)} {name}" for name, section in sections.items())


def _problem(problem: object) -> dict[str, object]:
    return {key: getattr(problem, key) for key in ("file", "line", "path", "text")}


def config_schema(context: typer.Context) -> None:
    """Print the JSON Schema of the file, for editors."""
    session(context).output.json(json_schema())


def config_show(
    context: typer.Context,
    file: SiteFile = DEFAULT_FILE,
    path: Annotated[str, typer.Option("--path", help="Only what lies under this path, as in components.gw-1.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show the values in force and the origin of each: file, group or default. Secrets by name only."""
    output = session(context).output
    values = [
        value
        for value in values_in_force(read_document(file))
        if not path or f"{shown(value.path)}.".startswith((f"{path}.", f"{path}["))
    ]
    if as_json:
        output.json({"file": str(file), "values": [value.as_json() for value in values]})
    else:
        output.line(as_yaml(values))
