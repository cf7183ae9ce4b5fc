"""Patterns that users write, on RE2: linear in the length of the text, whatever the pattern."""

from collections.abc import Callable

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
    if len(text) > LONGEST_PATTERN:
        raise PatternInvalid(f"a pattern has at most {LONGEST_PATTERN} characters")
    options = re2.Options()
    options.max_mem = MOST_MEMORY
    options.log_errors = False
    try:
        search = re2.compile(text, options).search
    except re2.error as error:
        raise PatternInvalid(f"not a pattern (RE2): {_plain(error)}") from error
    return lambda value: search(value) is not None


def _plain(error: Exception) -> str:
    detail = error.args[0] if error.args else ""
    return detail.decode("utf-8", "replace") if isinstance(detail, bytes) else str(detail)
