"""How many rows to ask for at once, so that an answer fills one datagram and arrives. Pure arithmetic."""

from collections.abc import Sequence

from cmsp_agent.transports.snmp.keys import Bounded

OVERHEAD = 60
"""Octets of an answer around its bindings, about."""
ETHERNET = 1452
"""The payload of a packet of 1500 octets, whichever the version of IP: tried next where larger get lost."""
SMALLEST = 120
"""Octets below which no page is made smaller. Devices must manage 484 (RFC 3417 section 3.2.1); not all do."""
MOST_ROWS = 200
FIRST_WAIT = 50
"""Answers in a row after which a reduced size is tried doubled again; doubles each time that fails."""


class Pages:
    """Sizes for one device.

    Args:
        largest: octets of payload that the path carries without fragments (1472 on Ethernet with IPv4).
        proven: the size found at an earlier time, 0 for none.
        losses: in a row that mean that a size is too large; never fewer than two.
    """

    def __init__(self, largest: int, proven: int, losses: int = 2) -> None:
        self._largest = largest
        self._size = min(proven or largest, largest)
        self._binding: Bounded[tuple[bytes, ...], float] = Bounded(64)
        self._length: Bounded[tuple[bytes, ...], int] = Bounded(64)
        self._too_many = max(2, losses)
        self._losses = 0
        self._streak = 0
        self._wait = FIRST_WAIT

    @property
    def proven_limit(self) -> int:
        """The size in use where larger answers did not arrive; 0 where nothing stood in the way."""
        return self._size if self._size < self._largest else 0

    def rows(self, columns: Sequence[bytes], done: int) -> int:
        """max-repetitions for these columns, of which `done` rows are read.

        From the size of their bindings last time, else a guess; and not more than what is left of as many rows as last
        time, with one beyond to see the end: what lies behind a table would be sent and decoded for nothing.
        """
        key = tuple(columns)
        binding = self._binding.recall(key) or sum(map(len, columns)) / len(columns) + 14
        fitting = max(1, min(MOST_ROWS, int((self._size - OVERHEAD) / (binding * len(columns)))))
        length = self._length.recall(key)
        left = length + 1 - done if length is not None else 0
        return min(fitting, left) if left > 0 else fitting

    def ended(self, columns: Sequence[bytes], rows: int) -> None:
        """The longest of these columns had so many rows."""
        self._length.keep(tuple(columns), rows)

    def arrived(self, columns: Sequence[bytes], size: int, bindings: int) -> None:
        """An answer came."""
        self._losses = 0
        self._streak += 1
        if bindings:
            self._binding.keep(tuple(columns), max(8.0, (size - OVERHEAD) / bindings))
        if self._size < self._largest and self._streak >= self._wait:
            self._size = min(self._size * 2, self._largest)
            self._streak = 0

    def lost(self) -> None:
        """An attempt got no answer. After several in a row, the size is too large."""
        self._losses += 1
        if self._losses % self._too_many == 0:
            self._size = min(self._size, 2 * ETHERNET)
            self.refused()

    def refused(self) -> bool:
        """Halve the size (tooBig, or losses); False where it is as small as can be."""
        if self._size <= SMALLEST:
            return False
        self._size = max(SMALLEST, self._size // 2)
        self._streak = 0
        self._wait = min(self._wait * 2, 100_000)
        return True
