"""What every command uses: the daemon and the output. Made once, by the application."""

from dataclasses import dataclass
from typing import Annotated, TextIO

import typer

from cmsp_agent.cli.daemon import Daemon
from cmsp_agent.cli.output import Output

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
ComponentName = Annotated[str, typer.Argument(metavar="COMPONENT", help="A component's name in the file.")]
NoWait = Annotated[bool, typer.Option("--no-wait", help="Don't wait for the job; print its id.")]


@dataclass(frozen=True, slots=True)
class CommandContext:
    """One run of the command line."""

    daemon: Daemon
    output: Output
    keyboard: TextIO
    """Standard input: where a secret comes from."""


def session(context: typer.Context) -> CommandContext:
    """The session of a command."""
    found = context.find_object(CommandContext)
    assert found is not None
    return found
