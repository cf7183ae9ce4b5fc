"""Keeps, sealed, the messages of which a part was hidden, for those whose role allows it.

A message is kept where its event hides a secret, or where what leaves the site masks personal data. It is in `state.db`
alone: no record, no bundle and no log carries it. The oldest go where they are too old, or take too much room.
"""

import sqlite3
from collections.abc import Iterable, Mapping

from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.errors import NotFound, StorageError
from cmsp_agent.model.event import Event
from cmsp_agent.model.signal import Message, SyslogSignal, TrapSignal
from cmsp_agent.pipeline.alarm_state import Changes
from cmsp_agent.pipeline.privacy import hides
from cmsp_agent.storage.sealed.sealing import Sealer
from cmsp_agent.storage.sqlite.database import Database
from cmsp_agent.storage.tables import raw_messages

BUDGET = 32 * 1024 * 1024
"""Bytes that they may take."""
BESIDE_SEALED = 100
"""Bytes of a row beside the sealed message."""
MOST_AT_ONCE = 5_000
"""Rows that one commit deletes at most: more than it may add."""
LONGEST = 8192
"""Bytes that are kept of one message."""


class RawMessages:
    """Sealed messages by event, within a budget."""

    def __init__(self, database: Database, sealer: Sealer, counters: Counters, budget: int = BUDGET) -> None:
        self._database = database
        self._sealer = sealer
        self._counters = counters
        self._budget = budget
        self._count = self._taken = 0

    async def load(self) -> None:
        """Learn what is there already.

        Raises:
            StorageError: the database can't be read.
        """
        count, size = await self._database.read(raw_messages.size)
        self._count, self._taken = count, size + count * BESIDE_SEALED

    def keep(self, tx: sqlite3.Connection, changes: Changes, outward: Mapping[str, Event]) -> None:
        """Keep the messages of these changes of which a part was hidden.

        Args:
            tx: the transaction that writes the events.
            changes: with the messages of devices.
            outward: the new events as they leave the site, by id.
        """
        rows = [
            (event, message.received_at, self._sealer.seal(text_of(message)[:LONGEST], event.encode()))
            for event, message in changes.messages
            if _is_redacted(changes.new.get(event), outward.get(event))
        ]
        if not rows:
            return
        raw_messages.add(tx, rows)
        self._count += len(rows)
        self._taken += sum(len(sealed) + BESIDE_SEALED for _, _, sealed in rows)
        self._counters.add("messages.sealed", len(rows))
        self._make_room(tx, len(rows))

    def _make_room(self, tx: sqlite3.Connection, coming: int) -> None:
        beyond = self._taken - self._budget
        if beyond > 0:
            # room for as many again, so that not each commit deletes
            oldest = min(MOST_AT_ONCE, int(beyond * self._count / self._taken) + coming + 1)
            self._removed(raw_messages.forget_oldest(tx, oldest), "size")

    def forget_before(self, tx: sqlite3.Connection, before: int) -> None:
        """Delete those received before a time (ms since the epoch)."""
        self._removed(raw_messages.forget_before(tx, before), "age")

    def _removed(self, count: int, reason: str) -> None:
        self._taken -= count * self._taken // (self._count or 1)
        self._count -= count
        self._counters.add("messages.sealed_removed", count, key=reason)

    async def of_event(self, event: str) -> bytes:
        """The messages of an event as they were received, one a line.

        Raises:
            NotFound: none is kept.
            StorageError: it is damaged, or sealed with a key that is lost.
        """
        rows = await self._database.read(lambda connection: raw_messages.of_event(connection, event))
        if not rows:
            raise NotFound(f"no received message is kept of event {event}: nothing was hidden, or it is too old")
        try:
            return b"\n".join(self._sealer.open(sealed, event.encode()) for _, sealed in rows) + b"\n"
        except StorageError as error:
            raise StorageError(f"the received message of event {event}: {error}") from error


def _is_redacted(stored: Event | None, outward: Event | None) -> bool:
    """Whether the event shows less than its message; one that is not new was asked before (`hides`)."""
    if stored is None:
        return True
    return hides(stored) or (outward is not None and (outward.text, outward.object) != (stored.text, stored.object))


def text_of(message: Message) -> bytes:
    """A syslog message as its bytes; of a trap what it carries, a binding a line."""
    if isinstance(message, SyslogSignal):
        return message.raw or message.text.encode("utf-8", "surrogateescape")
    return b"\n".join(_lines_of(message))


def _lines_of(trap: TrapSignal) -> Iterable[bytes]:
    yield trap.trap_oid.encode()
    for oid, value in trap.varbinds:
        yield oid.encode() + b" = " + (value if isinstance(value, bytes) else str(value).encode())
