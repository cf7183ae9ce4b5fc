"""Forgets in the outbox what the head-end has made durable: not after each batch while a backlog drains.

The next batch waits for none of it: after a crash the head-end says again what it has.
"""

import shutil

from cmsp_agent.aio.clock import Clock
from cmsp_agent.model.errors import StorageError
from cmsp_agent.services.link.waiting import Ahead
from cmsp_agent.storage import outbox
from cmsp_agent.storage.sqlite.database import Database

AT_LEAST = 10_000
"""Records that are forgotten in one commit while more wait."""
EVERY = 1.0
"""Seconds after which fewer are."""
MOST_KEPT = 1_000_000
"""Rows: to empty a table of so many takes the writer half a second."""
ROOM_OF_A_ROW = 16 * 1024
"""Bytes of free disk for each row that is kept longer than needed: some 20 times what it takes."""


class Forgetting:
    """What was acknowledged, and how much of it the database knows. One commit at a time."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._work: Ahead[int] = Ahead()
        self._pending: tuple[str, int] | None = None
        self._doing: tuple[str, int] | None = None
        self._from = 0
        self._at = 0.0

    async def acknowledged(self, epoch: str, durable: int, *, more: bool) -> None:
        """The head-end has made everything up to `durable` durable; `more`: others wait to be sent.

        Raises:
            StorageError: what was acknowledged before could not be forgotten; it is tried again with this.
        """
        now = self._clock.monotonic()
        self._pending = epoch, durable
        if not more or not 0 <= durable - self._from < AT_LEAST or now - self._at >= EVERY:
            await self.settle()

    async def settle(self) -> None:
        """Wait for what was begun, and begin to forget what is still to be forgotten. Raises as `acknowledged`."""
        doing, self._doing = self._doing, None
        try:
            await self._work.result()
        except StorageError:
            self._pending = self._pending or doing
            raise
        if self._pending is None:
            return
        epoch, durable = self._doing = self._pending
        self._pending, self._from, self._at = None, durable, self._clock.monotonic()
        self._work.begin(self._forget(epoch, durable))

    async def end(self) -> None:
        """Give it up: the head-end says it again."""
        await self._work.end()

    async def _forget(self, epoch: str, durable: int) -> int:
        most = min(MOST_KEPT, shutil.disk_usage(self._database.path.parent).free // ROOM_OF_A_ROW)
        return await self._database.write(lambda tx: outbox.forget(tx, epoch, durable, most), makes_room=True)
