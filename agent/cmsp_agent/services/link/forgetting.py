"""Deletes from the outbox what the head-end has made durable: behind the sending, and many batches in one commit."""

from functools import partial

from cmsp_agent.services.link.waiting import Ahead
from cmsp_agent.storage import outbox
from cmsp_agent.storage.sqlite.database import Database

TOGETHER = 8_000
"""Records that are deleted in one commit while more of them wait: the commit costs more than the deletion."""


class Forgetting:
    """What the head-end has, as far as the outbox still keeps it.

    Nothing waits for these commits: after a crash the head-end says again what it has.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._epoch = ""
        self._durable = self._forgotten = 0
        self._commit: Ahead[int] = Ahead()

    async def note(self, epoch: str, durable: int, *, more: bool) -> None:
        """The head-end has everything up to `durable`, 0 where it said nothing; `more`: and takes the rest soon."""
        if epoch != self._epoch:
            self._epoch, self._durable, self._forgotten = epoch, 0, 0
        self._durable = durable or self._durable
        due = self._durable - self._forgotten
        if due <= 0 or (more and self._forgotten and due < TOGETHER):
            return
        self._forgotten = self._durable
        await self._commit.result()
        self._commit.begin(
            self._database.write(partial(outbox.forget, epoch=epoch, durable=self._durable), makes_room=True)
        )

    async def end(self) -> None:
        """Wait for the commit that is under way."""
        await self._commit.end()
