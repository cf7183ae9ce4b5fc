"""How a line says that a message came again: in brackets, as the last one, or added up."""

import re

from cmsp_agent.transports.syslog.header import LONGEST_HEADER, ends_header

_IN_BRACKETS = re.compile(r"message repeated (\d{1,9}) times?: \[\s*", re.ASCII | re.IGNORECASE)
_LAST = re.compile(
    r"[-\s]*(?:the )?(?:(?:last|previous|above|same) )?message (?:'.*' )?(?:was )?(?:repeated|repeats) "
    r"(\d{1,9}) (?:more )?times?(?:[-\s.]*|, suppressed by .*)\Z",
    re.ASCII | re.IGNORECASE,
)
# The Small Business series.
_ADDED_UP = re.compile(r",? aggregated \((\d{1,9})\)\Z", re.ASCII)


def out_of_brackets(content: str) -> tuple[str, int]:
    """The line without `message repeated N times: […]`, and N; 0: it has none, or quotes one in its text."""
    found = _IN_BRACKETS.search(content, 0, LONGEST_HEADER) if "repeated" in content else None
    if found is None or "%" in content[: found.start()] or not ends_header(content[: found.start()]):
        return content, 0
    return content[: found.start()] + content[found.end() :].removesuffix("]").rstrip(), int(found[1])


def of_last(text: str) -> int:
    """N of a text that says nothing but `last message repeated N times`; 0: it says something else."""
    found = _LAST.match(text)
    return int(found[1]) if found else 0


def added_up(text: str) -> tuple[str, int]:
    """A text without `aggregated (N)` at its end, and N; 0: it has none."""
    found = _ADDED_UP.search(text) if text.endswith(")") else None
    return (text[: found.start()], int(found[1])) if found else (text, 0)
