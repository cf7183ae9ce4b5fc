"""What a device would make of a configuration that is entered into it line by line. Pure; asks no device.

A section is a line with deeper lines below it. A banner or a certificate is one text. Separators mean nothing.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from cmsp_agent.model.wording import few
from cmsp_agent.plugin.api import CliPlatform

MOST_NAMED = 3
_PAGER = re.compile(r"^\s*<?-{2,} ?(?i:more) ?-{2,}|--More--\s*$")
_UNTYPED = re.compile(r"[\x00\x08]")
_MASKED = re.compile(
    r"^\s*(?!description|remark|!).*(?:password|secret|key|community|passphrase)\S* (?:\d )?"
    r"(?:\*{3,}|<(?:hidden|removed)>)\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class DryRun:
    """What came of entering a configuration."""

    flaws: tuple[str, ...]
    """Why the device would not run what was saved."""
    joined: tuple[str, ...]
    """Sections that stand more than once: the device joins them."""


@dataclass(slots=True)
class _Section:
    line: str
    number: int
    below: "list[_Section]" = field(default_factory=list)


def enter(platform: CliPlatform, text: str) -> DryRun:
    """Enter a whole configuration, as it would be sent.

    Args:
        platform: whose configuration it is.
        text: without the lines that the device makes itself.
    """
    numbered = list(_commands(platform, text))
    unended = [number for number, line in numbered if line is None]
    flaws = [f"the text that line {number} begins does not end" for number in unended]
    entered = [(number, line) for number, line in numbered if line]
    top, orphans = _tree(platform, entered)
    commands = [(number, line) for number, line in entered if not _separates(line)]
    flaws += _at("belongs to no section", orphans)
    flaws += _at("holds what a pager left", [n for n, line in commands if _PAGER.search(line) or _UNTYPED.search(line)])
    flaws += _at("has a mask where its secret should be", [n for n, line in commands if _MASKED.match(line)])
    flaws += _once(platform, commands)
    return DryRun(tuple(flaws), tuple(dict.fromkeys(_twice(top))))


def _commands(platform: CliPlatform, text: str) -> Iterator[tuple[int, str | None]]:
    """The lines that are commands, by number; None for a text's first line where the text does not end."""
    blocks = [(re.compile(block.begins), block.ends) for block in platform.blocks]
    ends: re.Pattern[str] | None = None
    begun = 0
    for number, line in enumerate(text.splitlines(), 1):
        if ends is not None:
            ends = None if ends.search(line) else ends
        elif line.strip("! ") or line.startswith("!"):
            yield number, line
            begun, ends = number, end_of(blocks, line)
    if ends is not None:
        yield begun, None


def end_of(blocks: list[tuple[re.Pattern[str], str]], line: str) -> re.Pattern[str] | None:
    """What ends the text that this line begins; None where it begins none, or ends it itself."""
    for begins, ends in blocks:
        if (match := begins.search(line)) is not None:
            until = re.compile(re.escape(match["until"]) if "until" in begins.groupindex else ends)
            return None if "until" in begins.groupindex and until.search(line, match.end("until")) else until
    return None


def _separates(line: str) -> bool:
    """Whether a line is a separator at the margin, which ends the section above it."""
    return not line.strip("! ")


def _tree(platform: CliPlatform, entered: list[tuple[int, str]]) -> tuple[list[_Section], list[int]]:
    """The sections at the margin, and the numbers of the lines that are indented below nothing."""
    top: list[_Section] = []
    above: list[tuple[int, _Section]] = []
    orphans = []
    for number, line in entered:
        if _separates(line):
            above.clear()
            continue
        depth, section = len(line) - len(line.lstrip()), _Section(line, number)
        while above and above[-1][0] >= depth:
            above.pop()
        if depth and not above:
            orphans.append(number)
        (above[-1][1].below if above else top).append(section)
        if not any(re.match(pattern, line) for pattern in platform.must_have):
            above.append((depth, section))
    return top, orphans


def _twice(sections: list[_Section]) -> Iterator[str]:
    """The sections that have lines below them and occur more than once at the same place."""
    counted = Counter(section.line for section in sections if section.below)
    for section in sections:
        if counted[section.line] > 1:
            yield section.line.strip()
        yield from _twice(section.below)


def _once(platform: CliPlatform, commands: list[tuple[int, str]]) -> Iterator[str]:
    """A configuration names itself once, and nothing follows its last line."""
    for pattern in platform.must_have:
        found = [match[0][:-1] for _, line in commands if (match := re.match(pattern, line)) is not None]
        for name, count in Counter(found).items():
            if count > 1:
                yield f"{name.strip()!r} stands {count} times: it is two configurations in one"
    last = [number for number, line in commands if re.search(platform.complete, line, re.MULTILINE)]
    if last and last[0] != commands[-1][0]:
        yield f"line {last[0]} ends the configuration, and more follows"


def _at(what: str, numbers: list[int]) -> list[str]:
    """One sentence about some lines; none without them."""
    if not numbers:
        return []
    return [f"{'line' if len(numbers) == 1 else 'lines'} {few(numbers, MOST_NAMED)}: {what}"]
