"""A stored configuration for a swapped device: a text to paste at its console, and what that text lacks."""

import re
from collections.abc import Collection, Iterable, Iterator

from cmsp_agent.model.errors import Refused
from cmsp_agent.plugin.api import CliPlatform, ConsolePaste
from cmsp_agent.services.backups.clean_text import ConfigText
from cmsp_agent.services.backups.service import Backups

DELIMITERS = "#~%@|&+="
"""Of which the first that a banner does not hold ends it."""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
LONGEST_SHOWN = 60
CONTROL_C = ("^C", "\x03")
"""Ends the banners of a device, and would end what is typed at its console."""


async def text_for_swapped(backups: Backups, component: str, version: str, ports: Collection[str]) -> str:
    """A version as a text for the console of a swapped device.

    Raises:
        NotFound: no such component or version.
        Refused: it gets no backup, or nothing is known of the console of its device type.
        StorageError: the version can't be read.
    """
    _, platform = backups.require(component)
    if platform.paste is None:
        raise Refused(
            f"{component}: what is typed at the console of its device type is not known (source: device type); "
            "write the version out with `cmsp-agent backup export` and load it into the new device by its maker's way"
        )
    found = await backups.find(component, version)
    content = await backups.content(component, found.id, redacted=False)
    text = backups.texts.of(component)
    return await backups.texts.compute(lambda: console_text(platform, text, content, found.id, ports))


def console_text(platform: CliPlatform, text: ConfigText, content: str, version: str, ports: Collection[str]) -> str:
    """The lines to paste, below comments on what a person has to know.

    Args:
        platform: with its `paste`.
        text: of the platform.
        content: the stored version.
        version: its id.
        ports: the interfaces that the device has now by its own word; empty: it was not asked.
    """
    paste = platform.paste
    assert paste is not None
    lines = list(_typed(platform, paste, text.restorable(content).splitlines()))
    notes = [f"version {version} for a swapped device; it holds secrets"]
    notes += ["paste it slowly (a pause after each line), over the console: it may cut any other way"]
    notes += [f"lacks {lack.what}" for lack in platform.lacks if re.search(lack.where, content, re.MULTILINE)]
    notes += [f"holds control characters, on which the terminal acts: {text.redacted(line)!r}" for line in _odd(lines)]
    notes += differing(paste, content, ports)
    return "\n".join([*(f"! {note}" for note in notes), *paste.before, *lines, *paste.after]) + "\n"


def differing(paste: ConsolePaste, content: str, ports: Collection[str]) -> list[str]:
    """The ports of the configuration that the device does not have: another module sits there, or none."""
    if not paste.hardware:
        return []
    if not ports:
        return ["the modules could not be compared: the device has not answered the agent by SNMP yet"]
    named = dict.fromkeys(
        next(each for each in match.groups() if each) for match in re.finditer(paste.hardware, content, re.MULTILINE)
    )
    has = {port.lower() for port in ports}
    return [f"{name}: the device has no such port; its modules differ" for name in named if name.lower() not in has]


def _typed(platform: CliPlatform, paste: ConsolePaste, lines: list[str]) -> Iterator[str]:
    """The lines as they are typed; a section that a new device has turned off is turned on at its end."""
    start = ""
    number = 0
    while number < len(lines):
        end = _end_of_text(platform, lines, number)
        line = lines[number]
        if start and not line.startswith(" "):
            yield start
            start = ""
        if end > number or _delimiter(platform, line):
            yield from _another_delimiter(_delimiter(platform, line), lines[number : end + 1])
        elif not any(re.search(pattern, line) for pattern in paste.leave_out):
            yield line
            start = _start_of(paste, lines, number) or start
        number = end + 1
    if start:
        yield start


def _odd(lines: Iterable[str]) -> Iterator[str]:
    return (line.strip()[:LONGEST_SHOWN] for line in lines if _CONTROL.search(line))


def _start_of(paste: ConsolePaste, lines: list[str], number: int) -> str:
    """What turns the section on that this line begins; empty where nothing has to."""
    for pattern, turned_on, holds in paste.start:
        if re.search(pattern, lines[number]):
            below = number + 1
            while below < len(lines) and lines[below].startswith(" "):
                if re.search(holds, lines[below]):
                    return ""
                below += 1
            return turned_on
    return ""


def _delimiter(platform: CliPlatform, line: str) -> str:
    """What ends the text that this line begins; empty where it begins none, or one without a delimiter."""
    for block in platform.blocks:
        match = re.search(block.begins, line)
        if match is not None and "until" in match.re.groupindex:
            return match["until"]
    return ""


def _end_of_text(platform: CliPlatform, lines: list[str], number: int) -> int:
    """The number of the last line of the text that this line begins; its own where it begins none."""
    for block in platform.blocks:
        match = re.search(block.begins, lines[number])
        if match is None:
            continue
        delimited = "until" in match.re.groupindex
        if delimited and match["until"] in lines[number][match.end("until") :]:
            return number
        ends = re.compile(re.escape(match["until"]) if delimited else block.ends)
        return next((later for later in range(number + 1, len(lines)) if ends.search(lines[later])), number)
    return number


def _another_delimiter(until: str, block: list[str]) -> list[str]:
    """A banner with an end that can be typed; any other text as it is."""
    if until not in CONTROL_C:
        return block
    whole = "\n".join(block)
    typed = next((each for each in DELIMITERS if each not in whole), DELIMITERS[0])
    head, _, rest = whole.partition(until)
    body, _, tail = rest.rpartition(until)
    return f"{head}{typed}{body}{typed}{tail}".split("\n")
