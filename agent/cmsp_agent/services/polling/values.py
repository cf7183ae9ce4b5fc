"""What a value that a device answered is: a number, or a text for people. Pure."""

import re
from math import isfinite

from cmsp_agent.model.interfaces import octets_name
from cmsp_agent.model.signal import Value

LONGEST_NAME = 64
LONGEST_NUMBER = 24
_NUMBER = re.compile(rb"[\s\0]*([+-]?[0-9]+(?:\.[0-9]+)?)\s*%?[\s\0]*")


def number(value: Value | None) -> int | float | None:
    """The number that a value is: as such, or as text (`23.5`, `40 %`); None for everything else."""
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return value if isfinite(value) else None
    if (
        value is None
        or not isinstance(value, bytes)
        or len(value) > LONGEST_NUMBER
        or (found := _NUMBER.fullmatch(value)) is None
    ):
        return None
    return float(found[1]) if b"." in found[1] else int(found[1])


def text(value: Value | None) -> str:
    """A value as people read it: octets as UTF-8, without control characters at its ends, of bounded length."""
    return octets_name(value, LONGEST_NAME)
