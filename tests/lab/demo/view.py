"""Draw a picture of the demonstration for a terminal, with rich. Reads nothing and decides nothing."""

from __future__ import annotations

from rich.console import Console, Group, RenderableType
from rich.layout import Layout
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from tests.lab.agent.picture import EventRow, IncidentRow, Picture

STATES = {
    "up": "green",
    "down": "bold white on red",
    "management-lost": "yellow",
    "unreachable": "magenta",
    "unknown": "dim",
}
PRIORITIES = {"P1": "bold white on red", "P2": "bold red", "P3": "yellow", "P4": "cyan"}
SEVERITIES = {"critical": "bold red", "major": "red", "minor": "yellow", "warning": "cyan", "cleared": "green"}


def screen(console: Console, title: str, why: str, clock: str, picture: Picture) -> RenderableType:
    """The whole screen, as high as the terminal; the events take what the rest leaves."""
    reported = sum(len(Text(line).wrap(console, console.width - 4)) for line in why.splitlines())
    layout = Layout()
    layout.split_column(
        Layout(_story(title, why, clock), size=min(reported, 8) + 2),
        Layout(name="middle", size=len(picture.components) + 3),
        Layout(_events(picture)),
    )
    layout["middle"].split_row(Layout(_components(picture), size=35), Layout(_incidents(picture)))
    return layout


def _story(title: str, why: str, clock: str) -> Panel:
    return Panel(Text(why), title=f"[bold]{title}", title_align="left", subtitle=clock, subtitle_align="right")


def _components(picture: Picture) -> Panel:
    table = Table(box=None, expand=True, padding=(0, 1), header_style="dim")
    for column in ("component", "site", "state"):
        table.add_column(column, no_wrap=True)
    for row in picture.components:
        table.add_row(row.name, row.site, Text(row.state, style=STATES.get(row.state, "")))
    return Panel(table, title="components", title_align="left", padding=0)


def _incidents(picture: Picture) -> Panel:
    rows: list[RenderableType] = []
    for row in sorted(picture.incidents, key=lambda one: (not one.open, one.priority)):
        rows.append(incident_line(row))
        if row.open:
            rows.append(Text(f"├ {row.urgency} x {row.level}", style="dim", no_wrap=True))
            rows.append(Text(f"└ {row.shares}", style="dim", no_wrap=True))
    shown = Group(*rows) if rows else Text(" none", style="dim")
    return Panel(shown, title="incidents", title_align="left", padding=0)


def incident_line(row: IncidentRow) -> Text:
    """One incident on one line."""
    text = Text(no_wrap=True, overflow="ellipsis")
    text.append(f" {row.priority} ", style=PRIORITIES.get(row.priority, "") if row.open else "dim")
    text.append(f" {row.number} ")
    if not row.open or row.state != "new":
        text.append(f"{row.state} ", style="" if row.open else "green")
    text.append(row.title, style="" if row.open else "dim")
    return text


def _events(picture: Picture) -> Panel:
    table = Table(box=None, expand=True, show_header=False, padding=(0, 1))
    for ratio in (None, None, None, 1):
        table.add_column(no_wrap=True, overflow="ellipsis", ratio=ratio)
    for row in picture.events:
        table.add_row(row.at[11:19], row.component or "appliance", reported_by(row), event_text(row))
    return Panel(
        table, title="events, newest first", title_align="left", subtitle=link_text(picture), subtitle_align="left"
    )


def link_text(picture: Picture) -> Text:
    """How the way to the head-end is, and how far it has come."""
    link = picture.link
    text = Text("link to the head-end: ")
    text.append("up" if link.whole else " CUT ", style="green" if link.whole else "bold white on red")
    text.append(f" · {link.sent} recorded · {link.durable} acknowledged · ")
    return text.append(f"{link.waiting} waiting", style="bold yellow" if link.waiting else "")


def reported_by(row: EventRow) -> str:
    """Who reported an event, and how often."""
    return f"{'+'.join(row.sources)} x{row.count}" if row.count > 1 else "+".join(row.sources)


def event_text(row: EventRow) -> Text:
    """What happened, coloured by severity, with a word on what was made of it."""
    if row.inhibited:
        return Text(f"inhibited by another fault: {row.type} {row.object}", style="magenta")
    word = {"raise": "raised ", "clear": "cleared", "info": "noted  "}.get(row.state, row.state)
    return Text(f"{word} {row.type} {row.object}", style=SEVERITIES.get(row.severity, ""))
