"""Tell the story as it happens: a live screen in a terminal, plain lines everywhere else."""

from __future__ import annotations

import textwrap
import time
from collections.abc import Callable
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.text import Text

from tests.lab.agent.picture import EventRow, Picture
from tests.lab.demo.view import incident_line, reported_by, screen


class Narrator(Protocol):
    """A voice for the story."""

    def __enter__(self) -> Self:
        """Begin to speak."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop speaking; what was drawn is left as it is."""
        ...

    def scene(self, title: str, why: str) -> None:
        """A scene begins."""
        ...

    def show(self, picture: Picture) -> None:
        """Something may have changed."""
        ...

    def learnt(self, text: str) -> None:
        """What came of the scene."""
        ...


class LiveNarrator:
    """A screen that follows what happens; what was learnt of each scene is printed when the screen is gone."""

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        self._console = console
        self._clock = clock
        self._began = clock()
        self._title = ""
        self._why = ""
        self._said: list[str] = []
        self._live = Live(console=console, screen=True, auto_refresh=False)

    def __enter__(self) -> Self:
        """Take the whole screen."""
        self._live.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the screen back and say what the story was."""
        self._live.__exit__(kind, error, trace)
        for text in self._said:
            self._console.print(text, highlight=False)

    def scene(self, title: str, why: str) -> None:
        """Put the scene at the top of the screen."""
        self._title, self._why = title, why
        self._said.append(f"[bold]{title}[/bold]")

    def show(self, picture: Picture) -> None:
        """Draw."""
        clock = f"{self._clock() - self._began:.0f} s"
        self._live.update(screen(self._console, self._title, self._why, clock, picture), refresh=True)

    def learnt(self, text: str) -> None:
        """Add it to the scene's text."""
        self._why = f"{self._why}\n→ {text}"
        self._said += [f"   {escape(line)}" for line in text.splitlines()]


class PlainNarrator:
    """Lines: a scene, the events and incidents that are new, what was learnt."""

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        self._console = console
        self._clock = clock
        self._began = clock()
        self._events: dict[str, EventRow] = {}
        self._incidents: dict[str, str] = {}
        self._states: dict[str, str] = {}

    def __enter__(self) -> Self:
        """Nothing to do."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing to do."""

    def scene(self, title: str, why: str) -> None:
        """Print the scene's title and text."""
        self._console.print(f"\n[bold]{title}[/bold]")
        for line in textwrap.wrap(why, min(self._console.width, 110) - 4):
            self._console.print(f"  {line}", markup=False, highlight=False)

    def show(self, picture: Picture) -> None:
        """Print what is new since the last picture."""
        for name, state in picture.states().items():
            if self._states.get(name, "unknown") != state:
                self._line(f"component {name} is {state}")
        self._states = picture.states()
        for event in reversed(picture.events):
            if (known := self._events.get(event.id)) is None or known.sources != event.sources:
                self._events[event.id] = event
                what = f"{event.state} {event.type} {event.object}".rstrip()
                note = " (inhibited)" if event.inhibited else ""
                self._line(f"event     {event.component or 'appliance'}: {what} [{reported_by(event)}]{note}")
        for incident in reversed(picture.incidents):
            now = f"{incident.state} {incident.priority} {incident.arithmetic}"
            if self._incidents.get(incident.number) != now:
                self._incidents[incident.number] = now
                self._line(Text("incident ").append_text(incident_line(incident)))
                if incident.open:
                    self._line(f"          {incident.arithmetic}")

    def learnt(self, text: str) -> None:
        """Print it."""
        for number, line in enumerate(text.splitlines()):
            self._console.print(
                f"{'     ' if number else '  => '}{line}", markup=False, highlight=False, soft_wrap=True
            )

    def _line(self, text: str | Text) -> None:
        stamp = Text(f"  {self._clock() - self._began:5.1f} s  ", style="dim")
        self._console.print(stamp.append_text(Text(text) if isinstance(text, str) else text), soft_wrap=True)


def narrator(console: Console) -> LiveNarrator | PlainNarrator:
    """The voice for this terminal; too small a one gets lines."""
    if console.is_terminal and console.width >= 80 and console.height >= 24:
        return LiveNarrator(console)
    return PlainNarrator(console)
