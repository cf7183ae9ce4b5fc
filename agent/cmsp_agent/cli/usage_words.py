"""What is wrong with the value of an option or an argument, in words for people."""

from typing import Any

WORDS = {
    "int_parsing": "not a whole number (got {input!r})",
    "int_from_float": "not a whole number (got {input!r})",
    "float_parsing": "not a number (got {input!r})",
    "greater_than_equal": "{ge} is the least (got {input})",
    "less_than_equal": "{le} is the most (got {input})",
}
"""Kind of error of the library that reads values → what is said."""
MOST = 100
"""Characters of what was given that are repeated."""


def plain(message: str, cause: BaseException | None) -> str:
    """The message of the library that reads the command line, without the words of a programming language.

    Args:
        message: as that library has it.
        cause: the error of the library that reads values, which says more.
    """
    errors = getattr(cause, "errors", None)
    found: list[dict[str, Any]] = errors() if errors else []
    if len(found) == 1 and (words := WORDS.get(str(found[0]["type"]))):
        return words.format(input=str(found[0]["input"])[:MOST], **found[0].get("ctx") or {})
    return message.removeprefix("Value error, ").rstrip(".")
