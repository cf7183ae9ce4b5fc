"""Cut a TCP stream into syslog messages (RFC 6587): octet counting and newlines, decided for each frame. No sockets."""

import re
from collections.abc import Iterator

from cmsp_agent.transports.syslog.beginnings import next_message
from cmsp_agent.transports.syslog.counts import (
    LOOK_AHEAD,
    counts_in,
    digits_before,
    holds_pri,
    likeliest,
    message_end,
)

LONGEST_MESSAGE = 8192
"""Octets kept of one message by default; RFC 5424 6.1 asks for 2048 at least."""
LONGEST_FRAME = 1 << 20
"""Octets; a count beyond this is a mistake or an attack, and nothing behind it can be trusted."""

# A count is followed by the message's PRI (RFC 6587 3.4.1). A line such as `31 host local7 …` is therefore not counted.
_COUNT = re.compile(rb"([1-9]\d{0,9}) <")
_MISCOUNT = 2
"""Octets that a count may be too high by for the last message of a connection to be taken all the same."""
_NEXT_IN_DATAGRAM = re.compile(rb"[\r\n\0]+(?=<\d{1,3}> ?[^\s<])")
_NEXT_COUNT = re.compile(rb"[\r\n\0]*(?=[1-9]\d{0,9} <)")
_PART_OF_COUNT = re.compile(rb"[1-9]\d{0,9} ?\Z")
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
        following = None
        if end < len(datagram):
            following = message_end(datagram, start, end, len(datagram), ended=True).place
        at = None if following is None else _NEXT_COUNT.match(datagram, following)
        place = len(datagram) if at is None else at.end()
        yield datagram[start:place]


def quotes_another(message: bytes) -> bool:
    """Whether what looks like another message stands in the middle of its line: it may be one, or quoted by a user."""
    return next_message(message, 0, len(message)) is not None


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
        self._size = 0
        """Octets of the last counted message, by its count."""
        self._wrong = False
        """The sender has counted wrong before."""
        self._ended = False
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
        self._ended = True
        held, self._held = self._held, b""
        messages = self.feed(held)
        held, self._held = self._held, b""
        return messages + ([last] if (last := self._last(held)) else [])

    def _last(self, held: bytes) -> bytes:
        rest = held.strip(_BETWEEN)
        counted = _COUNT.match(rest)
        if counted is None:
            if not _PART_OF_COUNT.match(rest):
                return self._within_limit(rest)
        elif self._wrong or held[-1] in _BETWEEN or len(rest) - counted.end() + 1 + _MISCOUNT >= int(counted[1]):
            self._miscount()
            return self._within_limit(rest[counted.end() - 1 :])
        self.halves += 1
        return b""

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
        end = start + min(count, self._limit)
        if end > len(data) or count > self._limit:
            if (real := digits_before(data, place, start)) is not None:
                self._miscount()
                return real, b""
            if count > LONGEST_FRAME:
                raise FramingError(f"an octet count of {count}")
            self._counts, self._size = True, count
            if end > len(data):
                self._held = data[place:]
                return len(data), b""
            self.truncated += 1
            self._skip_octets = count - self._limit
        elif not holds_pri(data, start, end):
            return self._miscounted(data, start, place, end)
        else:
            self._counts, self._size = True, count
            right, wait = message_end(data, start, end, self._limit, ended=self._ended)
            if wait:
                self._held = data[place:]
                return len(data), b""
            if right != end:
                return self._miscounted(data, start, place, end, right)
        return end, data[start:end].rstrip(_BETWEEN)

    def _miscounted(
        self, data: bytes, start: int, place: int, end: int, restart: int | None = None
    ) -> tuple[int, bytes]:
        """Cut where the next message starts, or the line ends; wait where neither is there yet."""
        if restart is None:
            restart = next_message(data, start, len(data), end)
        trailer = _TRAILER.search(data, end, len(data) if restart is None else max(restart, end))
        stop = trailer.start() if trailer else restart
        if stop is None and len(data) - start <= self._limit:
            self._held = data[place:]
            return len(data), b""
        self._miscount()
        stop = len(data) if stop is None else stop
        return stop, self._within_limit(data[start:stop].rstrip(_BETWEEN))

    def _miscount(self) -> None:
        self.miscounted += 1
        self._wrong = True

    def _line(self, data: bytes, place: int) -> tuple[int, bytes]:
        found = _TRAILER.search(data, place)
        end = found.start() if found else len(data)
        following = next_message(data, place, end)
        left_over = self._counts and data[place] != _LESS_THAN  # of a message whose count was wrong
        if following is None and left_over:
            near = list(counts_in(data, place, end))
            at = near[0].start if near else end
            following, wait = likeliest(data, near, at, self._size, self._limit, ended=self._ended)
            if wait:
                self._held = data[place:]
                return len(data), b""
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
        if left_over and end - place <= LOOK_AHEAD:
            self._miscount()
        return end + 1, self._within_limit(data[place:end].rstrip(b"\r"))

    def _within_limit(self, message: bytes) -> bytes:
        if len(message) > self._limit:
            self.truncated += 1
        return message[: self._limit]

    def _pass_line(self, data: bytes, place: int) -> tuple[int, bytes]:
        found = _TRAILER.search(data, place)
        self._skip_line = found is None
        return (found.end() if found else len(data)), b""
