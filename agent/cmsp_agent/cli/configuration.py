"""`cmsp-agent config …`: check the file, publish its schema, show what is in force. Works without a running agent."""

from pathlib import Path
from typing import Annotated

import typer

from cmsp_agent.cli.session import AsJson, session
from cmsp_agent.config.site_path import DEFAULT_FILE

SiteFile = Annotated[Path, typer.Argument(metavar="FILE", help="The YAML file.", readable=False)]
Config = Annotated[
    Path | None,
    typer.Option(
        "--config", "-c", metavar="FILE", help="The YAML file, as the other commands take it.", readable=False
    ),
]


def config_check(
    context: typer.Context,
    file: SiteFile = DEFAULT_FILE,
    config: Config = None,
    secrets: Annotated[
        bool,
        typer.Option(
            "--secrets", help="Check secrets, files and ports of this machine, though it is not the appliance."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Check the file: every problem at once, by line. Ends with 2 where there is one.

    With --url the agent there checks FILE as if it were its own; without FILE its own.
    """
    from cmsp_agent.cli import site_file

    here = session(context)
    meant = config or file
    if not here.daemon.local:
        given = None if meant == DEFAULT_FILE else meant
        raise typer.Exit(site_file.check_there(here.output, here.daemon, given, as_json=as_json))
    meant = here.file(meant)
    raise typer.Exit(site_file.check(here.output, meant, with_secrets=secrets, as_json=as_json))


def config_schema(context: typer.Context) -> None:
    """Print the JSON Schema of the file, for editors."""
    from cmsp_agent.cli import site_file

    site_file.schema(session(context).output)


def config_show(
    context: typer.Context,
    file: SiteFile = DEFAULT_FILE,
    config: Config = None,
    path: Annotated[
        str, typer.Option("--path", metavar="PATH", help="Only what lies under this path, as in components.gw-1.")
    ] = "",
    running: Annotated[bool, typer.Option("--running", help="What is in force, not the file.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show the values, each with its origin. That is file, group or default; secrets by name only."""
    from cmsp_agent.cli import site_file

    here = session(context)
    if (running or not here.daemon.local) and (config or file) == DEFAULT_FILE:
        site_file.show_running(here.output, here.daemon.get("/v1/config"), path, as_json=as_json)
    else:
        site_file.show(here.output, config or file, path, running=running, as_json=as_json)
