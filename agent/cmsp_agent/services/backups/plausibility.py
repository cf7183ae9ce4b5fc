"""Whether a whole configuration is to be believed beside the last one that was. Pure.

A login whose rights were cut is shown a configuration with its first and its last line and little between.
"""

import re
from collections.abc import Iterable

from cmsp_agent.services.backups.clean_text import SMALLEST_SHARE

_TOP_LINE = re.compile(r"^([^\W\d_]\S*)[^\n]*(\n[ \t])?", re.MULTILINE)
FEW = 2
"""So many kinds of single lines may go without a word; a kind of section may not."""


def suspicion(old: str, new: str) -> str:
    """Why the new one is suspect; empty where it is not.

    Args:
        old: the last one that was believed, without its volatile lines.
        new: likewise.
    """
    had, has = _top_lines(old), _top_lines(new)
    gone = sorted(_sections(had) - _sections(has))
    if gone:
        return f"it has no {_listed(gone)} any more"
    if len(new) < SMALLEST_SHARE * len(old):
        return f"it shrank from {len(old)} to {len(new)} characters"
    lines = sorted({word for word, _ in had} - {word for word, _ in has})
    return f"it has no {_listed(lines)} any more" if len(lines) > FEW else ""


def _listed(kinds: list[str]) -> str:
    shown = ", ".join(kinds[:5])
    return f"{shown} and {len(kinds) - 5} more" if len(kinds) > 5 else shown


def _top_lines(text: str) -> set[tuple[str, bool]]:
    """The first word of each line at the margin, and whether lines belong to it."""
    return {(word, bool(belongs)) for word, belongs in _TOP_LINE.findall(text)}


def _sections(lines: Iterable[tuple[str, bool]]) -> set[str]:
    return {word for word, is_section in lines if is_section}
