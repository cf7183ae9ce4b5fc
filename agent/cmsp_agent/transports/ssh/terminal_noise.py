"""Lines that a terminal mixes into what a command shows: log lines, times of the prompt. They are not part of it."""

import re

_STAMP = r"(?:[*.]?(?:\w{3} +\d{1,2} (?:\d{4} )?)?\d{1,2}:\d\d:\d\d(?:\.\d+)?(?: \S+){0,4}?|\d+[ywd]\d+[wdh])"
_DATE = r"\w{3} +\d{1,2} (?:\d{4} )?\d\d:\d\d:\d\d(?:\.\d+)?"
_LOG = re.compile(
    rf"^\x07*(?:SLOT \d+:)?(?:<\d+>)?(?:\d+: )?(?:\S+: )?(?:{_STAMP} ?: )?"
    r"%[A-Z][A-Z0-9_]*-(?:[A-Z0-9_]+-)?[0-7]-[A-Z0-9_]+ ?: |"
    rf"^\d{{4}} {_DATE} \S+ (?:%\$ \S+ %\$ )?%\S+-[0-7]-\w+: |"
    rf"^(?:\d+: )?(?:\S+:)?[*.]?{_DATE}(?: \w{{2,5}})? ?: \S"  # what is debugged has no name
)
_BROADCAST = re.compile(r"^\*{3}(?: |\n|$)")
"""What somebody sends to all terminals, and how long it is until a reload."""
_MORE_OF_IT = re.compile(
    r"^ ?-(?:Traceback|Process)= ?\S|^(?:Alternate )?Pool: .*\bFree: \d|"
    r"^(?:Cisco (?:IOS|Internetwork|Nexus)\b|Technical Support: http|Copyright \([cC]\) \d|Compiled \w{3} )"
)
"""Lines that a log line goes on with."""
_PROMPT_TIME = re.compile(
    r"^Load for five secs: \d+%.*one minute: \d+%|^(?:Time source is [\w ]+,|No time source,) .*\d\d:\d\d:\d\d|"
    r"^(?:CPU utilization for|One minute: )[^\n]*five minutes: \d+%|"
    r"^[*.]?\d\d:\d\d:\d\d(?:\.\d+)? \S{1,6} \w{3} \w{3} +\d{1,2} \d{4}(?:\n|$)|"
    r"^[*.]?\w{3} \w{3} +\d{1,2} \d\d:\d\d:\d\d(?:\.\d+)?(?: [A-Z]\S{1,5})?(?: \d{4})?(?:\n|$)"
)
_BANNER = re.compile(
    r"^(?:banner [\w-]+|aaa authentication (?:banner|fail-message)|menu \S+ title) +(\^C|\^?[^\s\w])(.*)$"
)
_SIGNS = re.compile(r":\d\d|-[0-7]-|five secs:|\*{3}")
"""One of these is in each line that is taken out."""
LONGEST_STAMP = 200
"""Characters after a sign within which the rest of what names a log line stands."""
_OPENERS = ("banner ", "aaa authentication ", "menu ")


def logged_within(text: str) -> bool:
    """Whether a log line stands between others: it may have come in the middle of a line."""
    lines = [line for line in text.strip().split("\n") if not _PROMPT_TIME.match(line)]
    return any(_LOG.match(line) or _BROADCAST.match(line) for line in lines[:-1])


def without_noise(text: str) -> tuple[str, int]:
    """The output without such lines, and how many there were.

    What stands in a banner is text, whatever it looks like; so is what is indented.
    """
    if not _noisy(text):
        return text, 0
    lines, taken, until, above = list[str](), 0, "", ""
    for line in text.split("\n"):
        if until or not _is_noise(line, above):
            lines.append(line)
            until, above = _within(line, until), ""
            continue
        if not line:
            continue
        above, taken = line, taken + 1
        while lines and not lines[-1].strip() and not _PROMPT_TIME.match(line):
            lines.pop()  # the terminal ends the line at hand before it logs
    return "\n".join(lines), taken


def _is_noise(line: str, above: str) -> bool:
    """Whether the terminal mixed the line in; `above` is the line before it where that was mixed in too."""
    if _LOG.match(line) or _PROMPT_TIME.match(line) or _BROADCAST.match(line):
        return True
    if above.startswith("*** Message from "):
        return True
    return bool(above) and (_MORE_OF_IT.match(line) is not None or (not line and _BROADCAST.match(above) is not None))


def _noisy(text: str) -> bool:
    """Whether there is such a line anywhere: of ten thousand lines a few have a sign of one."""
    for sign in _SIGNS.finditer(text):
        line = text[text.rfind("\n", 0, sign.start()) + 1 : sign.end() + LONGEST_STAMP]
        if _is_noise(line, ""):
            return True
    return False


def in_banner(text: str) -> bool:
    """Whether the text ends within a banner."""
    until = ""
    for line in text.split("\n") if any(f"\n{opener}" in text for opener in _OPENERS) else ():
        until = _within(line, until)
    return bool(until)


def _within(line: str, until: str) -> str:
    """What ends the banner that goes on after a line; empty where none does."""
    if until:
        return "" if until in line else until
    if not line.startswith(_OPENERS):
        return ""
    opened = _BANNER.match(line)
    return opened[1] if opened is not None and opened[1] not in opened[2] else ""
