"""Whether a whole configuration is to be believed beside the last one that was. Pure.

A login whose rights were cut is shown a configuration with its first and its last line and little between, or with
asterisks for its secrets. One that ends up in another context or at another device is shown another configuration.
"""

import re
from collections.abc import Callable, Iterable

from cmsp_agent.services.backups.clean_text import SMALLEST_SHARE

_TOP_LINE = re.compile(r"^([^\W\d_]\S*)[^\n]*(\n[ \t])?", re.MULTILINE)
FEW = 2
"""So many kinds of single lines may go without a word; a kind of section may not."""
_HOST_NAME = re.compile(r"^(?:hostname|switchname) (\S+)", re.MULTILINE)
COMMON_SHARE = 0.75
"""Of the lines; with fewer in common and another host name it is another device's, or another context's."""
_MASKED = re.compile(
    r"^(?![ \t]*(?:!|banner|description|remark))[^\n]*[ \t]\"?(?:\*{3,}|<(?:removed|hidden|omitted)>)\"?(?:[ \t]|$)",
    re.MULTILINE,
)
"""A secret that the device does not show."""


def suspicion(old: str, new: str, commands: Callable[[str], str] = str) -> str:
    """Why the new one is suspect; empty where it is not.

    Args:
        old: the last one that was believed, without its volatile lines.
        new: likewise.
        commands: takes out of a text what is none, such as what stands in a banner.
    """
    had, has = _top_lines(commands(old)), _top_lines(commands(new))
    gone = sorted(_sections(had) - _sections(has))
    if gone:
        return f"it has no {_listed(gone)} any more"
    if len(new) < SMALLEST_SHARE * len(old):
        return f"it shrank from {len(old)} to {len(new)} characters"
    lines = sorted({word for word, _ in had} - {word for word, _ in has})
    if len(lines) > FEW:
        return f"it has no {_listed(lines)} any more"
    if _MASKED.search(new) and not _MASKED.search(old):
        return "it shows asterisks where it had secrets"
    return _another_device(old, new)


def _another_device(old: str, new: str) -> str:
    names = [found[1] for text in (old, new) if (found := _HOST_NAME.search(text))]
    had = {line for line in old.splitlines() if len(line) > 1}
    common = len(had.intersection(new.splitlines()))
    if len(set(names)) < len((old, new)) or common >= COMMON_SHARE * len(had):
        return ""
    return f"it is that of {names[1]}, not of {names[0]}: {common} of {len(had)} lines are the same"


def _listed(kinds: list[str]) -> str:
    shown = ", ".join(kinds[:5])
    return f"{shown} and {len(kinds) - 5} more" if len(kinds) > 5 else shown


def _top_lines(text: str) -> set[tuple[str, bool]]:
    """The first word of each line at the margin, and whether lines belong to it."""
    return {(word, bool(belongs)) for word, belongs in _TOP_LINE.findall(text)}


def _sections(lines: Iterable[tuple[str, bool]]) -> set[str]:
    return {word for word, is_section in lines if is_section}
