"""``python -m tests.lab.demo [--keep] [--plain]``: play the demonstration; exit 0 if all came true, else 1."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from rich.console import Console

from tests.lab.agent.process import AgentFailed
from tests.lab.demo.play import play


def main() -> int:
    """Read the arguments and play."""
    parser = argparse.ArgumentParser(prog="python -m tests.lab.demo", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="go on afterwards, until interrupted")
    parser.add_argument("--plain", action="store_true", help="lines instead of a screen")
    parser.add_argument("--poster", type=Path, help="draw the screen at the worst moment as SVG")
    arguments = parser.parse_args()
    console = Console(highlight=False, force_terminal=False if arguments.plain else None)
    try:
        return 0 if asyncio.run(play(console, arguments.keep, arguments.poster)) else 1
    except AgentFailed as error:
        console.print(str(error), style="red", markup=False)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
