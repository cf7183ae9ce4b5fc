"""Patterns that users write, on RE2: linear in the length of the text, whatever the pattern."""

from collections.abc import Callable
from typing import Any

import re2

LONGEST_PATTERN = 1024
MOST_MEMORY = 1 << 20
"""Bytes that a compiled pattern may take."""


class PatternInvalid(ValueError):
    """Not a pattern that RE2 takes."""


def pattern(text: str) -> Callable[[str], bool]:
    """Whether a text has the pattern anywhere in it.

    Raises:
        PatternInvalid: RE2 refuses it, or it is too large.
    """
    search = _compiled(text)
    return lambda value: search(value) is not None


def finder(text: str) -> Callable[[str], str | None]:
    """What a pattern finds in a text: its first group, or all of it where it has none; None: nothing.

    Raises:
        PatternInvalid: RE2 refuses it, or it is too large.
    """
    search = _compiled(text)

    def find(value: str) -> str | None:
        found = search(value)
        if found is None:
            return None
        return str(found[1] or "") if found.re.groups else str(found[0])

    return find


def _compiled(text: str) -> Callable[[str], Any]:
    if len(text) > LONGEST_PATTERN:
        raise PatternInvalid(f"a pattern has at most {LONGEST_PATTERN} characters")
    options = re2.Options()
    options.max_mem = MOST_MEMORY
    options.log_errors = False
    try:
        search: Callable[[str], Any] = re2.compile(text, options).search
    except re2.error as error:
        raise PatternInvalid(f"not a pattern (RE2): {_plain(error)}") from error
    return search


def _plain(error: Exception) -> str:
    detail = error.args[0] if error.args else ""
    return detail.decode("utf-8", "replace") if isinstance(detail, bytes) else str(detail)
