"""The room that events may take on disk: what would go beyond it is made room for in the same transaction.

How much they take is looked at every minute, and reckoned in between: to measure it at each commit would cost more than
the commit.
"""

import sqlite3
from collections.abc import Collection

from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.event import Event
from cmsp_agent.storage.tables import events

FULL = 0.95
"""Of the budget: beyond it the oldest go at once."""
MOST_AT_ONCE = 5_000
"""Rows that one commit deletes at most: more than it may add."""


WITHOUT_TEXTS = 800
"""Bytes of a row and of its indexes beside what a device wrote."""


class EventRoom:
    """The budget in bytes, and what is taken of it."""

    def __init__(self, budget: int, counters: Counters) -> None:
        self.budget = budget
        self._counters = counters
        self._count = 0
        self._taken = 0
        self.grown = True
        """Events were added since they were measured."""

    def learn(self, count: int, size: int) -> None:
        """What was measured: so many events take so many bytes."""
        self._count, self._taken, self.grown = count, size, False

    def make(self, tx: sqlite3.Connection, coming: Collection[Event]) -> None:
        """Delete the oldest where these would not fit beside all others; active alarms stay."""
        self.grown = True
        self._count += len(coming)
        self._taken += sum(map(_bytes_of, coming))
        beyond = self._taken - self.budget * FULL
        if beyond <= 0:
            return
        each = self._taken / self._count
        # room for as many again, so that not each commit deletes
        removed = events.forget_oldest(tx, min(MOST_AT_ONCE, int(beyond / each) + len(coming) + 1))
        self._count -= removed
        self._taken -= int(removed * each)
        self._counters.add("events.removed", removed, key="size")


def _bytes_of(event: Event) -> int:
    texts = (event.text, event.object, event.component, *event.attributes.values())
    return WITHOUT_TEXTS + sum(len(text) if text.isascii() else len(text.encode()) for text in texts)
