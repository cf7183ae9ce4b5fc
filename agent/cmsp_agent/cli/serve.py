"""`cmsp-agent run`: become the agent. The only command that imports the application."""

from pathlib import Path
from typing import Annotated

import typer

from cmsp_agent.config.site_path import DEFAULT_FILE


def run(
    config: Annotated[Path, typer.Option("--config", "-c", metavar="FILE", help="The YAML file.")] = DEFAULT_FILE,
) -> None:
    """Run the agent, in the foreground. SIGTERM ends it, SIGHUP reads the file again."""
    from cmsp_agent.app.main import run as run_agent

    raise typer.Exit(run_agent(config))
