"""Banners in a file for a device: their ends are the one character that a terminal shows as `^C`. Pure."""

import re

from cmsp_agent.plugin.api import CliPlatform

SHOWN, MEANT = "^C", "\x03"


def with_ends_as_meant(platform: CliPlatform, text: str) -> str:
    """The text with the ends of its banners as the device reads them in a file: typed out, `^C` would end nothing."""
    begins = [re.compile(block.begins) for block in platform.blocks if "(?P<until>" in block.begins]
    lines, inside = text.split("\n"), False
    for number, line in enumerate(lines):
        start = line.find(SHOWN) if inside else _end_named(begins, line)
        if start < 0:
            continue
        head, rest = line[:start], line[start + len(SHOWN) :]
        ends = inside or SHOWN in rest
        lines[number] = f"{head}{MEANT}{rest if inside else rest.replace(SHOWN, MEANT, 1)}"
        inside = not ends
    return "\n".join(lines)


def as_shown(text: str) -> str:
    """The text as a terminal shows it."""
    return text.replace(MEANT, SHOWN)


def _end_named(begins: list[re.Pattern[str]], line: str) -> int:
    """Where the line that begins a banner names its end, if that is the one shown as `^C`; else -1."""
    found = next((match for each in begins if (match := each.search(line)) is not None), None)
    return found.start("until") if found is not None and found["until"] == SHOWN else -1
