"""Draw one moment of the demonstration as an SVG picture for the README. Fetches nothing, also when it is looked at."""

from __future__ import annotations

import io
import re
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import SVG_EXPORT_THEME

from tests.lab.demo.story import Outcome
from tests.lab.demo.view import screen

WIDTH, HEIGHT = 104, 32
_WEB_FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


def draw(outcome: Outcome, title: str, path: Path) -> None:
    """Write the screen at a scene's end to `path`."""
    console = Console(width=WIDTH, height=HEIGHT, record=True, file=io.StringIO(), force_terminal=True)
    why = f"{outcome.scene.why}\n→ {outcome.learnt}"
    console.print(screen(console, outcome.scene.title, why, "", outcome.picture), height=HEIGHT)
    svg = console.export_svg(title=title, theme=SVG_EXPORT_THEME, unique_id="demo")
    path.write_text(_WEB_FONT.sub("", svg).replace("Fira Code", "monospace"), encoding="utf-8")
