"""Where a counted message ends, whatever its octet count says. Pure.

The digits of a count may run together with the text before it: `port 4711` and `90 <14>…` give `471190 <14>…`. What
tells them apart is where they lead to: to another count before a PRI, or to the end of what was sent.
"""

import re
from collections.abc import Iterator, Sequence
from math import log
from typing import NamedTuple

LOOK_AHEAD = 32
"""Octets around the end of a counted message where the next count is looked for, if it isn't where it should be."""
LONGEST_COUNT = 16
"""Octets of a count, the space behind it and a PRI, at most."""

UNLIKE = 10
"""Times longer than the message before: so much that the count is doubted."""

_COUNT = re.compile(rb"(?=([1-9]\d{0,6}) <\d{1,3}>)")
_FRAME = re.compile(rb"[\r\n\0]*[1-9]\d{0,6} <\d{1,3}>")
_PART_OF_FRAME = re.compile(rb"[\r\n\0]*(?:[1-9]\d{0,6}(?: (?:<\d{0,3})?)?)?\Z")
_PRI = re.compile(rb"<\d{1,3}>")
_BETWEEN = b"\r\n\0"
_NEXT_BEGUN = re.compile(rb"(?:[\r\n\0]|(?=\d+ <))([1-9]\d{0,6} (?:<\d{0,3}>?)?)\Z")
_USUAL = re.compile(rb"([1-9]\d{0,6}) <")
_ABSURD = re.compile(rb"[1-9]\d{7,9} <")
_WELL = re.compile(rb"[\r\n\0]|<\d{1,3}>|[1-9]\d{0,6}(?: <\d{1,3}>| ?(?:<\d{0,3})?\Z)")
_LESS_THAN = 0x3C
_DIGITS = b"0123456789"


class Count(NamedTuple):
    """An octet count before a PRI: where it starts, where the PRI stands, and where the message ends by it."""

    start: int
    message: int
    leads_to: int


class End(NamedTuple):
    """Where a message ends."""

    place: int | None
    """None: no count near it tells."""
    wait: bool = False
    """What comes next will tell."""


def counts_in(data: bytes, start: int, end: int) -> Iterator[Count]:
    """The octet counts that begin between two places. Of a number all endings are given, the longest first."""
    for found in _COUNT.finditer(data, max(start, 0), end + LONGEST_COUNT):
        if found.start() < end:
            message = found.end(1) + 1
            yield Count(found.start(), message, message + int(found[1]))


def message_end(data: bytes, start: int, end: int, longest: int, *, ended: bool) -> End:
    """Where the counted message that starts at `start` really ends.

    Args:
        data: the octets; more may follow.
        start: of the message: its PRI.
        end: of the message, by its count; within the data.
        longest: octets of a message; the end of a longer one is not waited for.
        ended: nothing follows.
    """
    usual = _USUAL.match(data, end)
    if usual is not None and _WELL.match(data, usual.end() - 1 + int(usual[1])):
        return End(end)
    if not ended and _next_begun(data, start, end):
        return End(None, wait=True)
    if end == len(data) or data[end] in _BETWEEN or _begins_well(data, start, end, ended=ended):
        return End(end)
    near = list(counts_in(data, max(_behind_pri(data, start), end - LOOK_AHEAD), end + LOOK_AHEAD))
    return likeliest(data, near, end, end - start, longest, ended=ended)


def likeliest(data: bytes, near: Sequence[Count], end: int, size: int, longest: int, *, ended: bool) -> End:
    """Which of several counts is the next message's: one that leads on to another; if need be what follows must tell.

    Args:
        data: the octets; more may follow.
        near: the counts.
        end: where the message before should end.
        size: of that message: others are of about its size.
        longest: octets of a message.
        ended: nothing follows.
    """
    if not near:
        return End(None)
    nearest = min(near, key=lambda each: abs(each.start - end)).message
    here = [each for each in near if each.message == nearest]
    for test in (_leads_to_a_frame, _would_lead_to_a_frame):
        if leading := [each.start for each in here if test(data, each, end)]:
            return End(leading[0])
    open_yet = any(len(data) <= max(_ends_of(each, end)) <= len(data) + longest for each in here)
    if open_yet and not ended and len(data) - end <= longest:
        return End(None, wait=True)
    fitting = [each for each in here if any(_data_ends(data, place) for place in _ends_of(each, end))]
    lined = [each for each in here if data[each.start - 1] in _BETWEEN]
    alike = sorted(here, key=lambda each: abs(log(each.leads_to - each.message) - log(max(size, 1))))
    return End((fitting or lined or alike)[0].start)


def digits_before(data: bytes, place: int, start: int) -> int | None:
    """Where the count of a frame really starts, if its first digits are the last ones of the text before.

    Args:
        data: the octets.
        place: where its digits start.
        start: where its PRI stands.
    """
    others = (each for each in counts_in(data, place + 1, start) if is_frame(data, each.leads_to))
    return next((each.start for each in others), None)


def is_frame(data: bytes, place: int) -> bool:
    """Whether a counted message begins there."""
    return place > 0 and _FRAME.match(data, place) is not None


def holds_pri(data: bytes, start: int, end: int) -> bool:
    """Whether a message is as long as its PRI at least; what is left of a count's digits is less."""
    return _behind_pri(data, start) <= end


def _behind_pri(data: bytes, start: int) -> int:
    found = _PRI.match(data, start)
    return start if found is None else found.end()


def _next_begun(data: bytes, start: int, end: int) -> bool:
    """Whether the data ends within what may be the next head, which begins before the end that the count says."""
    begun = _NEXT_BEGUN.search(data, max(start + 1, end - LOOK_AHEAD)) if len(data) < end + LONGEST_COUNT else None
    return begun is not None and begun.start(1) < end


def _begins_well(data: bytes, start: int, end: int, *, ended: bool) -> bool:
    """Whether the next frame may begin at the end that the count says."""
    if data[end] == _LESS_THAN:
        return all(each.message != end for each in counts_in(data, max(start + 1, end - LOOK_AHEAD), end))
    exact = next(counts_in(data, end, end + 1), None)
    if exact is None:
        return _PART_OF_FRAME.match(data, end) is not None or _ABSURD.match(data, end) is not None
    if exact.leads_to < len(data):
        return False
    plausible = data[end - 1] not in _DIGITS and exact.leads_to - exact.message < UNLIKE * (end - start)
    return exact.leads_to == len(data) or (plausible and not ended)


def _ends_of(count: Count, end: int) -> tuple[int, int]:
    """Where a count leads to, and where it would if it is wrong by as much as the one before."""
    return count.leads_to, count.leads_to - (end - count.start)


def _leads_to_a_frame(data: bytes, count: Count, _end: int) -> bool:
    return is_frame(data, count.leads_to)


def _would_lead_to_a_frame(data: bytes, count: Count, end: int) -> bool:
    place = _ends_of(count, end)[1]
    return place > count.message and is_frame(data, place)


def _data_ends(data: bytes, place: int) -> bool:
    return 0 < place <= len(data) and _PART_OF_FRAME.match(data, place) is not None
