"""Natural order, in which people count: `gw-2` before `gw-10`."""

import re
from collections.abc import Mapping
from typing import TypeVar

Each = TypeVar("Each")

_DIGITS = re.compile(r"([0-9]+)")


def natural(text: str) -> list[tuple[str, int]]:
    """A key that sorts numbers in a text by their value: `:2` before `:10`."""
    parts = _DIGITS.split(text)
    return [(word, int(number or 0)) for word, number in zip(parts[::2], [*parts[1::2], ""], strict=True)]


def natural_order(named: Mapping[str, Each]) -> list[tuple[str, Each]]:
    """The pairs in the natural order of their names."""
    return sorted(named.items(), key=lambda pair: natural(pair[0]))
