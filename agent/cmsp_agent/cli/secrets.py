"""`cmsp-agent secret …`: store a secret under a name, list the names. No command prints a value, none takes one as an argument."""

import typer

from cmsp_agent.cli.session import AsJson


def secret_set(context: typer.Context, name: str) -> None:
    """Store a secret: typed without echo, or read from standard input."""


def secret_list(context: typer.Context, as_json: AsJson = False) -> None:
    """List the names of the secrets."""
