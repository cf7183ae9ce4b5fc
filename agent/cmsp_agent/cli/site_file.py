"""What `cmsp-agent config …` does with the file. Apart from the commands, which would be slower to start with it."""

import os
from collections.abc import Collection, Sized
from pathlib import Path

from cmsp_agent.cli.output import Output
from cmsp_agent.cli.plugin.load import installed
from cmsp_agent.cli.sources import named_sources
from cmsp_agent.config.load import CheckedFile, read_appliance, read_document
from cmsp_agent.config.notes import notes
from cmsp_agent.config.schema.site_file import json_schema
from cmsp_agent.config.secrets import Secrets
from cmsp_agent.config.show import as_yaml, values_in_force
from cmsp_agent.config.tree import shown
from cmsp_agent.model.errors import ConfigurationError, Problem
from cmsp_agent.pipeline.rules.load import load_rules, rule_files

"""What is quarantined for a while still brings its device types: the file stays right."""


def check(output: Output, file: Path, *, with_secrets: bool, as_json: bool) -> int:
    """Check the file.

    Returns:
        The exit code, where the problems were printed as JSON.

    Raises:
        ConfigurationError: with every problem, to be printed by whoever prints errors.
    """
    try:
        document = read_document(file, _secrets(file) if with_secrets else None, known_types())
        _, warnings = load_rules(rule_files(document.site_file.rules.files, file.parent))
    except ConfigurationError as error:
        if not as_json:
            raise
        output.json({"file": str(file), "valid": False, "problems": [_problem(each) for each in error.problems]})
        return error.exit_code
    found = notes(document.tree, document.site_file)
    if as_json:
        listed = [{"path": note.path, "line": note.line, "text": note.text} for note in found]
        output.json({"file": str(file), "valid": True, "problems": [], "notes": listed})
        return 0
    for warning in warnings:
        output.line(f"{warning.file}:{warning.line}: warning: {warning.text}")
    for note in found:
        output.line(f"{file}:{note.line}: {note.path}: note: {note.text}")
    output.line(f"{file}: good; {_counts(document)}")
    return 0


def known_types() -> Collection[str]:
    """The device types that the installed plugins bring."""
    return frozenset(installed().registry.types)


def schema(output: Output) -> None:
    """Print the JSON Schema."""
    output.json(json_schema())


def show(output: Output, file: Path, path: str, *, as_json: bool) -> None:
    """Print the values in force under a path, each with its origin.

    Raises:
        ConfigurationError: with every problem of the file.
    """
    values = [
        value
        for value in values_in_force(read_document(file))
        if not path or f"{shown(value.path)}.".startswith((f"{path}.", f"{path}["))
    ]
    if as_json:
        output.json({"file": str(file), "values": [value.as_json() for value in values]})
    else:
        output.line(as_yaml(values))


def _secrets(file: Path) -> Secrets:
    return named_sources(read_appliance(file), os.environ).together()


def _counts(document: CheckedFile) -> str:
    site_file = document.site_file
    sections: dict[str, Sized] = {
        "components": site_file.components,
        "sites": site_file.sites,
        "credentials": site_file.credentials,
    }
    return ", ".join(
        f"{len(part)} {name.removesuffix('s') if len(part) == 1 else name}" for name, part in sections.items()
    )


def _problem(problem: Problem) -> dict[str, object]:
    return {"file": problem.file, "line": problem.line, "path": problem.path, "text": problem.text}
