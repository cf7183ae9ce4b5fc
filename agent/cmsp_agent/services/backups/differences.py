"""What changed between two texts of a configuration, and in which section of it. Pure; hides no secrets."""

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import dropwhile

CONTEXT = 3
"""Unchanged lines around a change."""
BETWEEN = " > "


@dataclass(frozen=True, slots=True)
class ChangedLines:
    """How much changed, and in which sections, in the order of the text."""

    added: int
    removed: int
    sections: tuple[str, ...]


def unified(
    old: Sequence[str], new: Sequence[str], meant: tuple[Sequence[str], Sequence[str]] | None = None
) -> Iterator[str]:
    """A unified diff whose hunks name the section of their first change, outermost first: `router bgp 1 > …`.

    Args:
        old: its lines, as they are shown.
        new: likewise.
        meant: what the lines of both say, where that is more than is shown.
    """
    groups = difflib.SequenceMatcher(None, *(meant or (old, new))).get_grouped_opcodes(CONTEXT)
    for number, group in enumerate(groups):
        if not number:
            yield from ("--- before", "+++ after")
        first, last = group[0], group[-1]
        section = _section_of(old, new, next(code for code in group if code[0] != "equal"))
        place = f"@@ -{_span(first[1], last[2])} +{_span(first[3], last[4])} @@"
        yield f"{place} {section}" if section else place
        for kind, start, end, new_start, new_end in group:
            if kind == "equal":
                yield from (f" {line}" for line in old[start:end])
            else:
                yield from (f"-{line}" for line in old[start:end])
                yield from (f"+{line}" for line in new[new_start:new_end])


def changed_lines(difference: str) -> ChangedLines:
    """Count what a unified diff of `unified` changes; a change at the margin is named by its first word."""
    added = removed = 0
    sections: dict[str, None] = {}
    named = True
    for line in dropwhile(lambda each: not each.startswith("@@"), difference.splitlines()):
        if line.startswith("@@"):
            section = line.partition(" @@")[2].strip()
            named = bool(section)
            sections |= {section: None} if section else {}
        elif line[:1] in ("+", "-"):
            added += line[0] == "+"
            removed += line[0] == "-"
            if not named and line[1:].strip():
                sections[line[1:].split()[0]] = None
                named = True
    return ChangedLines(added, removed, tuple(sections))


def _span(start: int, end: int) -> str:
    """Lines as a unified diff counts them."""
    length = end - start
    if length == 1:
        return str(start + 1)
    return f"{start + 1 if length else start},{length}"


def _section_of(old: Sequence[str], new: Sequence[str], code: tuple[str, int, int, int, int]) -> str:
    _, start, end, new_start, new_end = code
    return BETWEEN.join(section(new, new_start) if new_end > new_start else section(old, start) if end > start else ())


def section(lines: Sequence[str], place: int) -> tuple[str, ...]:
    """The lines above that the line at a place belongs to, outermost first; by indentation."""
    depth, found = _depth(lines[place]), list[str]()
    for line in reversed(lines[:place]):
        if not depth:
            break
        if line.strip() and _depth(line) < depth:
            depth = _depth(line)
            if line.strip() != "!":
                found.append(line.strip())
    return tuple(reversed(found))


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())
