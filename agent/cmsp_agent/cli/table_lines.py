"""The lines of a table: cells folded to their columns' widths, which are decided elsewhere. Knows no terminal.

Ten thousand rows take a quarter of a second; rich's own tables, which measure each piece anew, took four.
"""

from collections.abc import Callable, Iterator, Sequence

from rich.cells import cell_len, chop_cells

BETWEEN = "  "
RULE = "─"
LEAST_VALUE = 10
"""Cells that a value has, however narrow the terminal is."""
Paint = Callable[[str, str], str]
"""A cell's text and its line, padded: the line in the colour of what the cell says."""


def table_lines(
    headings: Sequence[str], rows: Sequence[Sequence[str]], room: Sequence[int], right: Sequence[bool], paint: Paint
) -> Iterator[str]:
    """Each line, without spaces at its end.

    Args:
        headings: of the columns.
        rows: the texts of the cells.
        room: how wide each column is, in cells.
        right: which columns are aligned to the right.
        paint: colours a line of a cell.
    """
    yield from _laid(headings, room, right, paint)
    yield RULE * (sum(room) + len(BETWEEN) * (len(room) - 1))
    for row in rows:
        yield from _laid(row, room, right, paint)


def fact_lines(facts: Sequence[tuple[str, str]], room: int, paint: Paint) -> Iterator[str]:
    """Names and their values beside each other, without spaces at the end of a line.

    Args:
        facts: names, each with its value.
        room: how wide a line may be, in cells.
        paint: colours a line of a value.
    """
    names = max((cell_len(name) for name, _ in facts), default=0)
    values = max(LEAST_VALUE, min(room - names - len(BETWEEN), max((cell_len(text) for _, text in facts), default=0)))
    for fact in facts:
        yield from _laid(fact, (names, values), (False, False), paint)


def _laid(row: Sequence[str], room: Sequence[int], right: Sequence[bool], paint: Paint) -> Iterator[str]:
    cells = [folded(text, width) for text, width in zip(row, room, strict=True)]
    for at in range(max(map(len, cells))):
        line = (
            paint(text, _padded(lines[at] if at < len(lines) else "", width, to_the_right))
            for text, lines, width, to_the_right in zip(row, cells, room, right, strict=True)
        )
        yield BETWEEN.join(line).rstrip()


def _padded(text: str, width: int, to_the_right: bool) -> str:
    spaces = " " * (width - (len(text) if text.isascii() else cell_len(text)))
    return spaces + text if to_the_right else text + spaces


def folded(text: str, width: int) -> list[str]:
    """The lines of a text, each of at most so many cells; words stay whole where they have room."""
    if text.isascii() and len(text) <= width and text.isprintable():
        return [text]
    found: list[str] = []
    for line in text.splitlines() or ("",):
        found += [line] if cell_len(line) <= width else _by_words(line, width)
    return found


def _by_words(line: str, width: int) -> list[str]:
    found, now, taken = list[str](), "", 0
    for word in line.split():
        for part in (word,) if cell_len(word) <= width else chop_cells(word, max(1, width)):
            cells = cell_len(part)
            if now and taken + 1 + cells > width:
                found.append(now)
                now, taken = "", 0
            now, taken = (f"{now} {part}", taken + 1 + cells) if now else (part, cells)
    return [*found, now]
