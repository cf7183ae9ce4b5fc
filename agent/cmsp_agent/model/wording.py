"""Lists of names in a sentence."""

from collections.abc import Sequence


def few(names: Sequence[object], most: int) -> str:
    """The first names, and how many more there are: `gw-1, gw-2 and 3 more`."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(str(name) for name in names[:most]) + more
