"""Lines that a terminal mixes into a configuration and that are none of its own: log lines, times of the prompt."""

import re
from collections.abc import Iterator

_STAMP = r"(?:[*.]?(?:\w{3} +\d{1,2} (?:\d{4} )?)?\d{1,2}:\d\d:\d\d(?:\.\d+)?(?: \S+){0,4}?|\d+[ywd]\d+[wdh])"
_DATE = r"\w{3} +\d{1,2} (?:\d{4} )?\d\d:\d\d:\d\d(?:\.\d+)?"
_LOG = re.compile(
    rf"^(?:<\d+>)?(?:\d+: )?(?:\S+: )?(?:{_STAMP} ?: )?%[A-Z][A-Z0-9_]*-(?:[A-Z0-9_]+-)?[0-7]-[A-Z0-9_]+ ?: |"
    rf"^\d{{4}} {_DATE} \S+ (?:%\$ \S+ %\$ )?%\S+-[0-7]-\w+: |"
    rf"^(?:\d+: )?(?:\S+:)?[*.]?{_DATE}(?: \w{{2,5}})? ?: \S"  # what is debugged has no name
)
_PROMPT_TIME = re.compile(
    r"^Load for five secs: \d+%.*one minute: \d+%|^(?:Time source is [\w ]+,|No time source,) .*\d\d:\d\d:\d\d"
)
_BANNER = re.compile(
    r"^(?:banner [\w-]+|aaa authentication (?:banner|fail-message)|menu \S+ title) +(\^C|\^?[^\s\w])(.*)$"
)


def logged_within(text: str) -> bool:
    """Whether a log line stands between others: it may have come in the middle of a line."""
    lines = [line for line in text.strip().split("\n") if not _PROMPT_TIME.match(line)]
    return any(_LOG.match(line) for line in lines[:-1])


def without_noise(text: str) -> tuple[str, int]:
    """The configuration without such lines, and how many there were.

    What stands in a banner is text, whatever it looks like; so is what is indented.
    """
    lines, taken = list[str](), 0
    for line, inside in _marked(text.split("\n")):
        if not inside and (_LOG.match(line) or _PROMPT_TIME.match(line)):
            taken += 1
            if lines and not lines[-1].strip() and _LOG.match(line):
                lines.pop()  # the terminal ends the line at hand before it logs
        else:
            lines.append(line)
    return "\n".join(lines), taken


def in_banner(text: str) -> bool:
    """Whether the text ends within a banner."""
    *_, (_, inside) = _marked([*text.split("\n"), ""])
    return inside


def _marked(lines: list[str]) -> Iterator[tuple[str, bool]]:
    """Each line, and whether it stands in a banner."""
    until = ""
    for line in lines:
        yield line, bool(until)
        if until:
            until = "" if until in line else until
        elif (opened := _BANNER.match(line)) is not None and opened[1] not in opened[2]:
            until = opened[1]
