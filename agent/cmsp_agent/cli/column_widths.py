"""How wide the columns of a table are: words stay whole as long as the terminal has room for them."""

from collections.abc import Sequence
from dataclasses import dataclass

LEAST = 6
"""Cells that a column keeps, however narrow the terminal is."""


@dataclass(frozen=True, slots=True)
class Need:
    """What a column needs, in cells: for its longest line, and for its longest word; the line if it is never folded."""

    line: int
    word: int
    foldable: bool = True


def widths(needs: Sequence[Need], room: int) -> list[int]:
    """The width of each column, so that all fit into the room where that is possible.

    Columns with little text keep it on one line; where even the words do not fit, the longest are folded.
    """
    found = [need.word for need in needs]
    while sum(found) > room and (longest := _longest(needs, found)) is not None:
        found[longest] -= 1
    left = room - sum(found)
    waiting = sorted(range(len(needs)), key=lambda at: needs[at].line - found[at])
    for place, column in enumerate(waiting):
        more = min(needs[column].line - found[column], max(0, left) // (len(waiting) - place))
        found[column] += max(0, more)
        left -= max(0, more)
    return found


def _longest(needs: Sequence[Need], found: Sequence[int]) -> int | None:
    """The column that gives way: the widest one that may be folded; None where there is none left."""
    may = [at for at, need in enumerate(needs) if need.foldable and found[at] > LEAST]
    return max(may, key=lambda at: found[at], default=None)
