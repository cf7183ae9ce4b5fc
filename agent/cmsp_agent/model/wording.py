"""Lists of names in a sentence, text that can be written down, and what two texts have in common."""

import re
from collections.abc import Sequence

_FIGURE = re.compile(r"(?<![\w-])\d[\d.,:]*")


def few(names: Sequence[object], most: int) -> str:
    """The first names, and how many more there are: `gw-1, gw-2 and 3 more`."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(str(name) for name in names[:most]) + more


def printable(text: str) -> str:
    r"""The text with each byte that is not UTF-8 written out (`\xfc`): what can be stored and sent as text."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def without_figures(text: str) -> str:
    """What a text says whatever its figures, addresses and times; a number in a name stays."""
    return _FIGURE.sub("", text)
