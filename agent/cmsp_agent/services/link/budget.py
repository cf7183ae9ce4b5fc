"""Keeps the outbox within its disk budget while the head-end is away; a gap takes the place of evicted records."""

import asyncio
import logging
from typing import NoReturn

from cmsp_agent.aio.clock import Clock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.errors import StorageError
from cmsp_agent.model.ids import NewId, uuid7
from cmsp_agent.services.link.headend_state import OwnEvents
from cmsp_agent.storage.outbox import gaps
from cmsp_agent.storage.sqlite.database import Database

log = logging.getLogger(__name__)

EVERY = 5.0


class Budget:
    """Run `run` under the supervisor. `limit` is in bytes."""

    def __init__(
        self,
        database: Database,
        limit: int,
        notices: OwnEvents,
        clock: Clock,
        counters: Counters,
        new_id: NewId = uuid7,
    ) -> None:
        self._database = database
        self._limit = limit
        self._notices = notices
        self._clock = clock
        self._counters = counters
        self._new_id = new_id
        self._over = False
        self._committed = asyncio.Event()
        self._committed.set()
        database.follow(self._committed.set)

    async def run(self) -> NoReturn:
        """Look after commits, every few seconds at most, until cancelled."""
        while True:
            await self._committed.wait()
            self._committed.clear()
            try:
                given_up = await self.keep()
            except StorageError as error:
                log.warning("the outbox could not be shortened", extra={"reason": str(error)})
                given_up = 0
                self._committed.set()
            if not given_up:
                await self._clock.sleep(EVERY)

    async def keep(self) -> int:
        """Give up one step of the oldest records where the outbox is too large; return how many.

        Raises:
            StorageError: the outbox can't be used.
        """
        if await self._database.read(gaps.size) <= self._limit:
            self._over = False
            return 0
        now = self._clock.now()
        given_up = await self._database.write(
            lambda tx: gaps.evict(tx, self._limit, now, self._new_id), makes_room=True
        )
        if given_up:
            self._counters.add("forwarder.evicted", given_up)
        if given_up and not self._over:
            text = f"the outbox has used up its {self._limit} bytes; the oldest records are given up"
            self._notices.note("outbox.evicted", "outbox", text)
        self._over = bool(given_up)
        return given_up
