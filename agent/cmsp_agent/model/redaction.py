"""Hiding parts of a text: secrets from everybody, personal data from everybody outside the site."""

import re
from collections.abc import Iterable

HIDDEN = "<hidden>"
GROUP = "secret"
"""The group of a pattern that names what is hidden; without it the whole match is, and nothing of a match beside it."""


def hide(patterns: Iterable[re.Pattern[str]], text: str, mark: str = HIDDEN) -> str:
    """The text with everything that the patterns name replaced by `mark`; asterisks, a device's own mark, stay."""
    for pattern in patterns:
        text = pattern.sub(lambda match: _replaced(match, mark), text)
    return text


def _replaced(match: re.Match[str], mark: str) -> str:
    if GROUP not in match.re.groupindex:
        return mark
    whole, start = match.group(), match.start()
    if match.start(GROUP) < 0:
        return whole
    if not match[GROUP].strip("*\"'"):
        return whole
    return whole[: match.start(GROUP) - start] + mark + whole[match.end(GROUP) - start :]
