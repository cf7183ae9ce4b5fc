"""Whether a device's startup configuration is the running one: both are brought to one form and compared. Pure."""

import re
from collections import Counter
from collections.abc import Iterator

from cmsp_agent.plugin.api import CliPlatform
from cmsp_agent.services.backups.clean_text import ConfigText
from cmsp_agent.services.backups.dry_run import end_of

_ABSENT = re.compile(r"(?i)not present|no such file|is not configured|empty configuration")
_ELSEWHERE = re.compile(r" nvram:\S+\s*$")
"""Where a certificate lies that the running configuration shows in full."""


def unsaved_lines(platform: CliPlatform, text: ConfigText, running: str, startup: str) -> int | None:
    """How many lines the device runs and would not start with, or the reverse; None where that can't be said.

    Args:
        platform: whose texts they are.
        text: of the platform.
        running: a whole configuration.
        startup: what the device shows of the one that it starts with.
    """
    runs = Counter(_meant(platform, text.stable(running)))
    if text.flaws(startup):
        return runs.total() if _ABSENT.search(startup) and startup.count("\n") < 5 else None
    starts = Counter(_meant(platform, text.stable(startup)))
    return (runs - starts).total() + (starts - runs).total()


def _meant(platform: CliPlatform, text: str) -> Iterator[str]:
    """The lines that mean something, a certificate by its first line only: its text may lie in a file."""
    blocks = [(re.compile(block.begins), block.ends) for block in platform.blocks if block.ends]
    ends: re.Pattern[str] | None = None
    for line in text.splitlines():
        if ends is not None:
            ends = None if ends.search(line) else ends
        elif line.strip("! "):
            yield _ELSEWHERE.sub("", line)
            ends = end_of(blocks, line) if not _ELSEWHERE.search(line) else None
