"""A unified diff as two columns, and the colours of its lines. Pure."""

from collections.abc import Iterator
from itertools import zip_longest

STYLES = {"@": "cyan", "+": "green", "-": "red"}
MARKS = {(True, True): "|", (True, False): "<", (False, True): ">"}
LEAST = 20
"""Characters of a column, whatever the terminal."""


def styled(difference: str) -> Iterator[tuple[str, str]]:
    """Each line of a unified diff, and its style."""
    for line in difference.rstrip("\n").splitlines():
        yield line, "bold" if line.startswith(("--- ", "+++ ")) else STYLES.get(line[:1], "")


def side_by_side(difference: str, width: int) -> Iterator[tuple[str, str]]:
    """Old and new beside each other: each row, and its style; what is too long is cut."""
    column = max(LEAST, (width - 3) // 2)
    for old, new, mark in _rows(difference.rstrip("\n").splitlines()[2:]):
        if mark == "@":
            yield new, STYLES["@"]
        else:
            row = f"{_cut(old, column):{column}} {mark} {_cut(new, column)}".rstrip()
            yield row, {"|": "yellow", "<": STYLES["-"], ">": STYLES["+"]}.get(mark, "")


def _rows(lines: list[str]) -> Iterator[tuple[str, str, str]]:
    """Old line, new line and the mark between: empty where they are alike."""
    removed: list[str] = []
    added: list[str] = []
    for line in [*lines, " "]:
        if line[:1] == "-":
            removed.append(line[1:])
            continue
        if line[:1] == "+":
            added.append(line[1:])
            continue
        for old, new in zip_longest(removed, added):
            yield old or "", new or "", MARKS[old is not None, new is not None]
        removed, added = [], []
        yield ("", line, "@") if line.startswith("@@") else (line[1:], line[1:], " ")


def _cut(text: str, width: int) -> str:
    expanded = text.expandtabs(4)
    return expanded if len(expanded) <= width else expanded[: width - 1] + "…"
