"""What every command uses: the daemon and the output. Made once, by the application."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TextIO

import typer

from cmsp_agent.cli.daemon import CallFailed, Daemon
from cmsp_agent.cli.output import Output
from cmsp_agent.config.site_path import DEFAULT_FILE
from cmsp_agent.model.errors import AgentError

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
ComponentName = Annotated[str, typer.Argument(metavar="COMPONENT", help="A component's name in the file.")]
Config = Annotated[Path, typer.Option("--config", "-c", metavar="FILE", help="The YAML file.", readable=False)]
"""Whether it can be read is said by who reads it, with what helps."""
NoWait = Annotated[bool, typer.Option("--no-wait", help="Don't wait for the job; print its id.")]


@dataclass(frozen=True, slots=True)
class CommandContext:
    """One run of the command line."""

    daemon: Daemon
    output: Output
    keyboard: TextIO
    """Standard input: where a secret comes from."""

    def file(self, given: Path) -> Path:
        """The site file that is meant, as `file_meant` finds it."""
        return file_meant(self.daemon, given)


def file_meant(daemon: Daemon, given: Path) -> Path:
    """The site file that is meant: where none is named, that of the agent that answers; else the usual one.

    Raises:
        CallFailed: none is named, and the agent is elsewhere.
    """
    if given != DEFAULT_FILE:
        return given
    if not daemon.local:
        raise CallFailed("the file of an agent elsewhere is not here: give --config FILE, a copy of it", 2)
    try:
        return Path(str(daemon.get("/v1/config")["file"]))
    except (AgentError, LookupError):
        return given


def session(context: typer.Context) -> CommandContext:
    """The session of a command."""
    found = context.find_object(CommandContext)
    assert found is not None
    return found
