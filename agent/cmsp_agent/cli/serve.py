"""`cmsp-agent run`: become the agent. The only command that imports the application."""

import typer

from cmsp_agent.cli.session import Config
from cmsp_agent.config.site_path import DEFAULT_FILE


def run(
    config: Config = DEFAULT_FILE,
) -> None:
    """Run the agent, in the foreground. SIGTERM ends it, SIGHUP reads the file again."""
    from cmsp_agent.app.main import run as run_agent

    raise typer.Exit(run_agent(config))
