"""Whether a whole configuration is to be believed beside the last one that was. Pure.

A login whose rights were cut is shown a configuration with its first and its last line and little between.
"""

from collections.abc import Iterator

from cmsp_agent.services.backups.clean_text import SMALLEST_SHARE

FEW = 2
"""So many kinds of single lines may go without a word; a kind of section may not."""


def suspicion(old: str, new: str) -> str:
    """Why the new one is suspect; empty where it is not.

    Args:
        old: the last one that was believed, without its volatile lines.
        new: likewise.
    """
    gone = sorted(_sections(old) - _sections(new))
    if gone:
        return f"it has no {_listed(gone)} any more"
    if len(new) < SMALLEST_SHARE * len(old):
        return f"it shrank from {len(old)} to {len(new)} characters"
    lines = sorted(_kinds(old) - _kinds(new))
    return f"it has no {_listed(lines)} any more" if len(lines) > FEW else ""


def _listed(kinds: list[str]) -> str:
    shown = ", ".join(kinds[:5])
    return f"{shown} and {len(kinds) - 5} more" if len(kinds) > 5 else shown


def _top_lines(text: str) -> Iterator[tuple[str, bool]]:
    """The first word of each line at the margin, and whether lines belong to it."""
    lines = text.splitlines()
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        if line[:1].isalpha():
            yield line.split()[0], after[:1] in (" ", "\t")


def _sections(text: str) -> set[str]:
    return {word for word, is_section in _top_lines(text) if is_section}


def _kinds(text: str) -> set[str]:
    return {word for word, _ in _top_lines(text)}
