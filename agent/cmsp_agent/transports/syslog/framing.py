"""Cut a TCP stream into syslog messages (RFC 6587): octet counting and newlines, decided for each frame. No sockets."""

import re
from collections.abc import Iterator

from cmsp_agent.transports.syslog.beginnings import counts_in, next_message

LONGEST_MESSAGE = 8192
"""Octets kept of one message by default; RFC 5424 6.1 asks for 2048 at least."""
LONGEST_FRAME = 1 << 20
"""Octets; a count beyond this is a mistake or an attack, and nothing behind it can be trusted."""

# A count is followed by the message's PRI (RFC 6587 3.4.1). A line such as `31 host local7 …` is therefore not counted.
_COUNT = re.compile(rb"([1-9]\d{0,9}) <")
_LOOK_AHEAD = 32
"""Octets around the end of a counted message where the next count is looked for, if it isn't where it should be."""
_MISCOUNT = 2
"""Octets that a count may be too high by for the last message of a connection to be taken all the same."""
_NEXT_IN_DATAGRAM = re.compile(rb"[\r\n\0]+(?=<\d{1,3}> ?[^\s<])")
_PRI = re.compile(rb"<\d{1,3}>")
_PART_OF_COUNT = re.compile(rb"[1-9]\d{0,9} ?\Z")
_COUNT_AT_END = re.compile(rb"[\r\n\0][1-9]\d{0,6} \Z")
_LESS_THAN = 0x3C
_TRAILER = re.compile(rb"[\n\0]")
_BETWEEN = b"\r\n\0"
_RUN_BETWEEN = re.compile(rb"[\r\n\0]+")


def messages_in(datagram: bytes) -> list[bytes]:
    """The messages of a datagram: one, as RFC 5426 3.1 says, or several that a relay put together line by line.

    Octet counts, which have no business in a datagram, are taken off; the next message begins where one leads to.
    """
    if not _COUNT.match(datagram):
        return _NEXT_IN_DATAGRAM.split(datagram)
    return [message for counted in _counted_in(datagram) for message in _NEXT_IN_DATAGRAM.split(counted)]


def _counted_in(datagram: bytes) -> Iterator[bytes]:
    place = 0
    while counted := _COUNT.match(datagram, place):
        start = counted.end() - 1
        end = start + int(counted[1])
        following = _next_count(datagram, start, end) if end < len(datagram) else None
        place = len(datagram) if following is None else following
        yield datagram[start:place]


def _next_count(data: bytes, start: int, end: int) -> int | None:
    """Where the next octet count stands, in the message that starts there and should end there; None: nowhere near.

    The first digits of the count may seem to belong to the text in front, or the text's last ones to the count: the
    right one leads on to another one, or to the end.
    """
    near = list(counts_in(data, max(start + 1, end - _LOOK_AHEAD), end + _LOOK_AHEAD))
    right = [place for place, leads_to in near if _leads_on(data, leads_to)]
    nearest = sorted((place for place, _ in near), key=lambda place: abs(place - end))
    return next(iter(right + nearest), None)


def _leads_on(data: bytes, end: int) -> bool:
    left = len(data.rstrip(_BETWEEN)) - end
    return abs(left) <= _MISCOUNT or any(counts_in(data, end - _MISCOUNT, end + 2 * _MISCOUNT + 1))


def quotes_another(message: bytes) -> bool:
    """Whether what looks like another message stands in the middle of its line: it may be one, or quoted by a user."""
    return next_message(message, 0, len(message)) is not None


def _is_boundary(data: bytes, place: int) -> bool:
    """Whether a message may end here: nothing more is there yet, or a frame starts whose own count fits."""
    if place >= len(data):
        return True
    if _ends_well(data, place):
        return _COUNT_AT_END.search(data, place - _LOOK_AHEAD, place) is None or data[place] != _LESS_THAN
    counted = _COUNT.match(data, place)
    if counted is None:
        return False
    following = counted.end() - 1 + int(counted[1])
    return following >= len(data) or _ends_well(data, following) or _COUNT.match(data, following) is not None


def _holds_pri(data: bytes, start: int, end: int) -> bool:
    """Whether a message is as long as its PRI at least; what is left of a count's digits is less."""
    found = _PRI.match(data, start)
    return found is None or found.end() <= end


def _ends_well(data: bytes, place: int) -> bool:
    return data[place] in b"\r\n\0<" or _PART_OF_COUNT.match(data, place) is not None


class FramingError(Exception):
    """The stream can't be cut any further; the connection is of no more use. What came before is in `messages`."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.messages: list[bytes] = []


class SyslogFramer:
    """Takes octets as they come, gives whole messages without trailers. One for each connection."""

    def __init__(self, limit: int = LONGEST_MESSAGE) -> None:
        """Keep up to `limit` octets of a message; what is longer is cut there and the rest of it passed over."""
        self._limit = limit
        self._held = b""
        self._skip_octets = 0
        self._skip_line = False
        self._counts = False
        """The sender counts octets."""
        self.truncated = 0
        """Messages that were cut at the limit."""
        self.halves = 0
        """Octet-counted messages that the connection's end left incomplete; they are dropped."""
        self.miscounted = 0
        """Octet counts that were wrong; the message was cut where the next one starts."""
        self.unterminated = 0
        """Messages without a terminator, cut where the next one starts."""

    def feed(self, data: bytes) -> list[bytes]:
        """Take what the connection gave and return the messages that it completes.

        Raises:
            FramingError: an octet count over 1 MiB; it has the messages that stood before.
        """
        data = self._held + data
        self._held = b""
        messages: list[bytes] = []
        place = 0
        try:
            while place < len(data):
                place, message = self._step(data, place)
                if message:
                    messages.append(message)
        except FramingError as error:
            error.messages = messages
            raise
        return messages

    def close(self) -> list[bytes]:
        """The connection has ended: a last line without a newline is a message, a part of a counted one is not."""
        rest, self._held = self._held.strip(_BETWEEN), b""
        counted = _COUNT.match(rest)
        if counted and len(rest) - counted.end() + 1 + _MISCOUNT >= int(counted[1]):
            self.miscounted += 1
            return [self._within_limit(rest[counted.end() - 1 :])]
        if _COUNT.match(rest) or _PART_OF_COUNT.match(rest):
            self.halves += 1
            return []
        return [self._within_limit(rest)] if rest else []

    def _step(self, data: bytes, place: int) -> tuple[int, bytes]:
        """One frame, or what there is of it: the place after it, and the message or nothing."""
        if self._skip_octets:
            skipped = min(self._skip_octets, len(data) - place)
            self._skip_octets -= skipped
            return place + skipped, b""
        if self._skip_line:
            return self._pass_line(data, place)
        between = _RUN_BETWEEN.match(data, place)
        if between:
            return between.end(), b""
        counted = _COUNT.match(data, place)
        if counted:
            return self._counted(data, counted.end() - 1, place, int(counted[1]))
        if _PART_OF_COUNT.match(data, place):
            self._held = data[place:]
            return len(data), b""
        return self._line(data, place)

    def _counted(self, data: bytes, start: int, place: int, count: int) -> tuple[int, bytes]:
        if count > LONGEST_FRAME:
            raise FramingError(f"an octet count of {count}")
        self._counts = True
        end = start + min(count, self._limit)
        if count <= self._limit and not (_holds_pri(data, start, end) and _is_boundary(data, end)):
            return self._miscounted(data, start, place, end)
        if end > len(data):
            self._held = data[place:]
            return len(data), b""
        if count > self._limit:
            self.truncated += 1
            self._skip_octets = count - self._limit
        return end, data[start:end].rstrip(_BETWEEN)

    def _miscounted(self, data: bytes, start: int, place: int, end: int) -> tuple[int, bytes]:
        """Cut where the next message starts, or the line ends; wait where neither is there yet."""
        restart = _next_count(data, start, end)
        if restart is None:
            restart = next_message(data, start, len(data), end)
        trailer = _TRAILER.search(data, end, len(data) if restart is None else max(restart, end))
        stop = trailer.start() if trailer else restart
        if stop is None and len(data) - start <= self._limit:
            self._held = data[place:]
            return len(data), b""
        stop = len(data) if stop is None else stop
        self.miscounted += stop != end  # else it is the next count that is wrong
        return stop, self._within_limit(data[start:stop])

    def _line(self, data: bytes, place: int) -> tuple[int, bytes]:
        found = _TRAILER.search(data, place)
        end = found.start() if found else len(data)
        following = next_message(data, place, end)
        left_over = self._counts and data[place] != _LESS_THAN  # of a message whose count was wrong
        if following is None and left_over:
            following = next((count for count, _ in counts_in(data, place, end)), None)
        if following is not None and following - place <= self._limit:
            self.unterminated += 1
            return following, data[place:following].rstrip()
        if end - place > self._limit + 1:  # a carriage return may come before the newline
            self.truncated += 1
            self._skip_line = True
            return place + self._limit, data[place : place + self._limit]
        if not found:
            self._held = data[place:]
            return len(data), b""
        if left_over and end - place <= _LOOK_AHEAD:
            self.miscounted += 1
        return end + 1, self._within_limit(data[place:end].rstrip(b"\r"))

    def _within_limit(self, message: bytes) -> bytes:
        if len(message) > self._limit:
            self.truncated += 1
        return message[: self._limit]

    def _pass_line(self, data: bytes, place: int) -> tuple[int, bytes]:
        found = _TRAILER.search(data, place)
        self._skip_line = found is None
        return (found.end() if found else len(data)), b""
