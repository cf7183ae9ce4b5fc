"""Finds the fields of the line that nearly every IOS gateway sends. `message` builds the message.

PRI, counter, origin, second counter, time, zone, mnemonic. A line with more in it (a relay's header, a process, a year
first) has no layout here, and `message` reads it the slow way.

A regular expression costs more than all the rest of reading a line. The place of a field depends only on the kind of
each character before it. So the expression runs once for each such shape, and a site has few shapes.
"""

import re
from typing import TypeAlias

MOST_KEPT = 4096
"""Shapes, and mnemonics; forged ones would fill the memory otherwise."""
LONGEST_HEADER = 256

Layout: TypeAlias = tuple[int, int, int, int, int, int, int, int, int, int, int, int, int]
"""Places in the line: the end of PRI; start and end of counter, origin and second counter; start of the clock's mark,
start and end of the time; start and end of the zone; the end of the header with the `%`. What is not there has -1."""
Code: TypeAlias = tuple[str, int, str, str]
"""Facility, severity and name of a mnemonic, and the whole of it: the same object each time, hashed already."""

# Every literal of it is punctuation, which stands for itself in a shape; letters and digits count by kind only.
_HEADER = re.compile(
    r"<\d{1,3}(>)(?:(\d{1,18}): )?(?:(?!\d+: )([\w.-]+): )?(?:(\d{1,18}): )?"
    r"(?:([*.]?)([A-Z][a-z]{2} [ \d]\d (?:\d{4} )?\d\d:\d\d:\d\d(?:\.\d+)?)(?: ([A-Z]{3,5}))?: )%",
    re.ASCII,
)
_MNEMONIC = re.compile(r"([A-Z][A-Z0-9_]*(?:-[A-Z0-9_]+)*?)-([0-7])-([A-Za-z0-9_]+)", re.ASCII)
_KINDS = bytes.maketrans(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", b"A" * 26 + b"a" * 26 + b"0" * 10
)

_layouts: dict[bytes, Layout] = {}
_codes: dict[str, Code] = {}


def layout_of(raw: bytes, line: str) -> Layout | None:
    """Where the fields of a line's header stand; None: it has not the usual form.

    Args:
        raw: the octets.
        line: the same as text; up to the first `%` a line of the usual form has one octet for each character.
    """
    shape = raw[: raw.find(b"%") + 1].translate(_KINDS)
    layout = _layouts.get(shape)
    return _learn(shape, line) if layout is None else layout


def code_of(mnemonic: str) -> Code | None:
    """The parts of `FACILITY-SEVERITY-NAME`, or None."""
    code = _codes.get(mnemonic)
    if code is None and (found := _MNEMONIC.fullmatch(mnemonic)):
        if len(_codes) >= MOST_KEPT:
            _codes.clear()
        code = _codes[mnemonic] = (found[1], int(found[2]), found[3], mnemonic)
    return code


def _learn(shape: bytes, line: str) -> Layout | None:
    found = _HEADER.match(line)
    if found is None or len(shape) > LONGEST_HEADER:
        return None
    if len(_layouts) >= MOST_KEPT:
        _layouts.clear()
    layout = _layouts[shape] = (
        found.start(1), *found.span(2), *found.span(3), *found.span(4), found.start(5), *found.span(6),
        *found.span(7), found.end(),
    )  # fmt: skip
    return layout
