"""Word the end of the demonstration: the figures, checked, and where to look next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tests.lab.agent.process import COMMAND
from tests.lab.agent.workspace import Workspace
from tests.lab.demo.books import Check


def print_figures(console: Console, figures: Iterable[tuple[str, str]]) -> None:
    """What the agent did, in figures."""
    console.print("\n[bold]What the agent did[/bold]")
    table = Table(box=None, show_header=False, padding=(0, 2))
    for label, value in figures:
        table.add_row(label, value)
    console.print(table)


def print_checks(console: Console, checks: Sequence[Check]) -> None:
    """The books: each figure against the other side's, and whether they agree."""
    console.print("\n[bold]Its books, held against what the site really sent and the head-end really has[/bold]")
    table = Table(box=None, padding=(0, 2), header_style="dim")
    table.add_column("")
    table.add_column("really", justify="right")
    table.add_column("found", justify="right")
    table.add_column("")
    for check in checks:
        verdict = Text("agrees", style="green") if check.right else Text("MISSING", style="bold white on red")
        table.add_row(check.label, str(check.wanted), str(check.found), verdict)
    console.print(table)
    for check in checks:
        if not check.right and check.detail:
            console.print(f"  missing: {check.detail}", style="red", markup=False)


def print_next(console: Console, workspace: Workspace, kept: bool) -> None:
    """Where to look next."""
    console.print("\n[bold]Where to look next[/bold]")

    def say(text: str) -> None:
        console.print(f"  {text}", markup=False, highlight=False, soft_wrap=True)

    if kept:
        say("The site goes on. In another terminal (end it here with Ctrl-C):\n")
        say(f"  export CMSP_AGENT_SOCKET={workspace.api_socket}")
        for words in SUGGESTED:
            say(f"  {COMMAND} {words}")
        say(f"\n  files: {workspace.site_yaml}, {workspace.log}")
    else:
        say("make demo KEEP=1          the same, and it goes on: look around with the command line")
        say("README.md                 how to install it on a Debian machine")
        say("docs/architecture.md      how it is made")


SUGGESTED = (
    "status",
    "component list",
    "component show gw-1",
    "events --follow",
    "incident list --all",
    "incident show INC-000001",
    "backup list gw-1",
    "backup run gw-2",
    "backup diff gw-1 latest",
)
