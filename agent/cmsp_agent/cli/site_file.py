"""What `cmsp-agent config …` does with the file. Apart from the commands, which would be slower to start with it."""

import os
from collections.abc import Mapping, Sized
from pathlib import Path
from typing import Any

from cmsp_agent.cli.daemon import AgentUnreachable, Daemon
from cmsp_agent.cli.filters import UnknownName
from cmsp_agent.cli.output import Output
from cmsp_agent.cli.plugin.load import installed
from cmsp_agent.cli.running_agent import running_agent, running_configuration
from cmsp_agent.cli.sources import named_sources
from cmsp_agent.config.brought import Brought
from cmsp_agent.config.file_text import read_text
from cmsp_agent.config.load import CheckedFile, read_appliance, read_document
from cmsp_agent.config.schema.site_file import json_schema
from cmsp_agent.config.secrets import Secrets
from cmsp_agent.config.show import ValueInForce, as_yaml, values_in_force
from cmsp_agent.config.tree import shown
from cmsp_agent.model.errors import ConfigurationError, Problem, StorageError
from cmsp_agent.preflight.checking import by_kind, check_file, this_is_the_appliance


def check(output: Output, file: Path, *, with_secrets: bool, as_json: bool) -> int:
    """Check the file.

    Returns:
        The exit code, where the problems were printed as JSON.

    Raises:
        ConfigurationError: with every problem, to be printed by whoever prints errors.
    """
    here = with_secrets or this_is_the_appliance(file)
    try:
        secrets = _secrets_or_why_not(file) if here else Secrets(())
        checked = check_file(file, secrets, brought(), running_agent(file), here=here)
    except ConfigurationError as error:
        if not as_json:
            raise
        output.json({"file": str(file), "valid": False, "problems": [_problem(each) for each in error.problems]})
        return error.exit_code
    found = by_kind(checked.notes)
    if as_json:
        listed = [{"path": note.path, "line": note.line, "text": note.text, "count": n} for note, n in found]
        output.json({"file": str(file), "valid": True, "problems": [], "notes": listed})
        return 0
    for note, count in found:
        more = f" ({count - 1} more of this kind)" if count > 1 else ""
        where = f"{file}:{note.line}: {note.path}: " if note.line else f"{file}: "
        output.line(f"{where}note: {note.text}{more}")
    output.line(f"{file}: good; {_counts(checked.document)}")
    return 0


def check_there(output: Output, daemon: Daemon, file: Path | None, *, as_json: bool) -> int:
    """Let the agent elsewhere check a file as if it were its own, or its own one, as a start there would.

    Returns:
        The exit code, where the problems were printed as JSON.

    Raises:
        ConfigurationError: with every problem, to be printed by whoever prints errors.
    """
    name = str(file or daemon.get("/v1/config").get("file"))
    text = read_text(file) if file else daemon.text("/v1/config/file")
    found = daemon.post_text("/v1/config/check", text)
    if as_json:
        output.json({"file": name, **found})
        return 0 if found["valid"] else ConfigurationError.exit_code
    if not found["valid"]:
        raise ConfigurationError(
            [Problem(name, each["line"], each["path"], each["text"]) for each in found["problems"]]
        )
    for note in found["notes"]:
        output.line(f"{name}: note: {note}")
    output.line(f"{name}: good")
    return 0


def brought() -> Brought:
    """What the installed plugins bring that a file may name."""
    return installed().brought


def schema(output: Output) -> None:
    """Print the JSON Schema."""
    output.json(json_schema())


def show(output: Output, file: Path, path: str, *, running: bool, as_json: bool) -> None:
    """Print the values under a path, each with its origin: of the file, or in force in the running agent.

    Raises:
        ConfigurationError: with every problem of the file.
        AgentUnreachable: the values in force were asked for, and no agent runs.
        UnknownName: there is nothing under that path.
    """
    used = running_configuration(file)
    if running:
        if not used:
            text = "no agent that can be asked runs with this file; without --running: what the file says"
            raise AgentUnreachable(text)
        show_running(output, used, path, as_json=as_json)
        return
    everything = list(values_in_force(read_document(file)))
    values = _under(path, everything)
    same = None if used is None else bool(used) and _values(used) == everything
    if as_json:
        listed = [value.as_json() for value in values]
        output.json({"file": str(file), "shows": "file", "same_as_running": same, "values": listed})
    else:
        output.line(f"# {_which(file, same)}\n{as_yaml(values)}")


def show_running(output: Output, used: Mapping[str, Any], path: str, *, as_json: bool) -> None:
    """Print the values in force under a path: the file need not be there any more.

    Raises:
        UnknownName: there is nothing under that path.
    """
    values, file = _under(path, _values(used)), str(used["file"])
    if as_json:
        listed = [value.as_json() for value in values]
        output.json({"file": file, "shows": "running agent", "same_as_running": True, "values": listed})
    else:
        output.line(f"# what is in force in the running agent, read from {file}\n{as_yaml(values)}")


def _under(path: str, everything: list[ValueInForce]) -> list[ValueInForce]:
    values = [value for value in everything if _is_under(path, value)]
    if path and not values:
        raise UnknownName("path", path, _paths_near(path, everything))
    return values


def _which(file: Path, same: bool | None) -> str:
    if same is None:
        return f"what {file} says now; no agent runs with it"
    if same:
        return f"what {file} says now; the same is in force"
    return f"what {file} says now; something else is in force: --running shows it"


def _values(document: Mapping[str, Any]) -> list[ValueInForce]:
    return [
        ValueInForce(tuple(row["steps"]), row["value"], str(row["origin"]), row["line"] or 0)
        for row in document["values"]
    ]


def _is_under(path: str, value: ValueInForce) -> bool:
    return not path or f"{shown(value.path)}.".startswith((f"{path}.", f"{path}["))


def _paths_near(path: str, values: list[ValueInForce]) -> list[str]:
    """The paths that there are below the part of the path that there is."""
    known = path
    while known and not any(_is_under(known, value) for value in values):
        known = known.rpartition(".")[0]
    depth = known.count(".") + 2 if known else 1
    below = (shown(value.path[:depth]) for value in values if _is_under(known, value))
    return list(dict.fromkeys(each.partition("[")[0] for each in below))


def secrets_of(file: Path) -> Secrets:
    """Where the secrets of this file come from."""
    return named_sources(read_appliance(file), os.environ).together()


def _secrets_or_why_not(file: Path) -> Secrets:
    try:
        return secrets_of(file)
    except StorageError as error:
        raise ConfigurationError([Problem("", 0, "", str(error))]) from error


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
    place: dict[str, object] = {"file": problem.file, "line": problem.line, "column": problem.column}
    return {**place, "path": problem.path, "text": problem.text}
