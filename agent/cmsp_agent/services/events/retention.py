"""Housekeeping: deletes what is older than the file says, and reports damage that was found in a database."""

import logging
import sqlite3
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import NoReturn

from cmsp_agent.aio.clock import Clock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.config.configuration import Retention
from cmsp_agent.model.errors import StorageError
from cmsp_agent.model.times import THIRTEEN_MONTHS
from cmsp_agent.services.events.disk_budget import EventRoom
from cmsp_agent.services.events.notices import Notices
from cmsp_agent.services.events.raw_messages import RawMessages
from cmsp_agent.services.events.series_inspection import SeriesInspection
from cmsp_agent.storage import series
from cmsp_agent.storage.sqlite.connections import Opening
from cmsp_agent.storage.sqlite.database import Database
from cmsp_agent.storage.tables import dead_rows, events, incidents, jobs
from cmsp_agent.storage.tables.dead_rows import DeadRow

log = logging.getLogger(__name__)

SET_ASIDE = "storage.set_aside"
EVERY = 60.0
TIDY_EVERY = 600.0
"""Seconds between two looks for what is too old: nothing is kept for less than a day."""
FILLED = 0.8
"""Of the budget: what comes within a minute has room in the rest."""
NO_LIMIT = 1 << 62
JOBS_KEPT = 30 * 86_400_000
"""How long an ended job can be looked up, and the answer to a repeated request, ms."""
STEP = 5_000
"""Rows deleted in one transaction, so that nobody waits long for the writer."""


@dataclass(frozen=True, slots=True)
class Stores:
    """The databases that are kept small."""

    state: Database
    series: Database


class Upkeep:
    """Run `run` under the supervisor."""

    def __init__(
        self,
        stores: Stores,
        retention: Callable[[], Retention],
        damage: Callable[[], list[Opening]],
        notices: Notices,
        clock: Clock,
        believed: Callable[[], Awaitable[bool]],
        counters: Counters,
        room: EventRoom,
        raw: RawMessages,
    ) -> None:
        """Put the parts together.

        Args:
            stores: the databases.
            retention: how long things are kept.
            damage: databases that were set aside, each once.
            notices: where damage is reported.
            clock: what is old.
            believed: whether the clock may be (`known_time.KnownTime`).
            counters: of what was removed.
            room: bytes that the events may take.
            raw: received messages that are kept sealed, as long as events are.
        """
        self._counters = counters
        self._room = room
        self._raw = raw
        self._stores = stores
        self._series = SeriesInspection(stores.series, clock)
        self._retention = retention
        self._damage = damage
        self._notices = notices
        self._clock = clock
        self._believed = believed
        self._tidied = float("-inf")

    async def run(self) -> NoReturn:
        """Report every minute and tidy now and then, until cancelled."""
        while True:
            self.tell()
            try:
                await self._series.look()
                await self.tell_dead_rows()
                await self.keep_to_budget()
                if await self._believed() and self._clock.monotonic() - self._tidied >= TIDY_EVERY:
                    await self.tidy()
                    self._tidied = self._clock.monotonic()
            except StorageError as error:
                log.warning("old data could not be deleted", extra={"reason": str(error)})
            await self._clock.sleep(EVERY)

    def tell(self) -> None:
        """Each damaged database once, with the place where it was set aside."""
        for opening in self._damage():
            text = f"{opening.path.name} was damaged and is set aside as {opening.set_aside}; started anew"
            self._notices.note("storage.corrupt", opening.path.name, text)
            self._notices.alarm(SET_ASIDE, opening.path.name, text, raised=True)

    async def tell_dead_rows(self) -> None:
        """Each row that was set aside once, by its table and its name.

        Raises:
            StorageError: the database can't be used; it is reported later.
        """
        for database in (self._stores.state, self._stores.series):
            dead = await database.read(dead_rows.not_noted)
            for row in dead:
                text = f"a damaged row of {row.place} is set aside: {row.name} ({row.reason}); the rest is in use"
                self._notices.note("storage.row_damaged", f"{row.place} {row.name}", text)
            self._hold_dead_rows(dead)
            if dead:
                await database.write(partial(dead_rows.note, rows=dead))

    def _hold_dead_rows(self, dead: Iterable[DeadRow]) -> None:
        """An alarm for each table stands until a person ends it."""
        tables: dict[str, list[DeadRow]] = {}
        for row in dead:
            tables.setdefault(row.place, []).append(row)
        for table, (first, *others) in tables.items():
            also = f" and {len(others)} more" if others else ""
            text = f"damaged rows of {table} are set aside: {first.name}{also} ({first.reason}); the rest is in use"
            self._notices.alarm(SET_ASIDE, f"rows of {table}", text, raised=True)

    async def keep_to_budget(self) -> None:
        """Delete the oldest events where they take nearly as much as they may, whatever the clock says."""
        if not self._room.grown:
            return
        allowed = int(self._room.budget * FILLED)
        count, size = await self._stores.state.read(events.size)
        self._room.learn(count, size)
        if size <= allowed:
            return
        await self._remove("size", events.forget_oldest, count - count * allowed // size)
        self._room.learn(*await self._stores.state.read(events.size))
        await self._stores.state.tidy()

    async def _remove(self, reason: str, forget: Callable[[sqlite3.Connection, int], int], left: int) -> None:
        """Delete events a step at a time, and count them."""
        while left > 0:
            step = min(left, STEP)
            removed = await self._stores.state.write(lambda tx, most=step: forget(tx, most), makes_room=True)  # type: ignore[misc]
            self._counters.add("events.removed", removed, key=reason)
            if removed < step:
                break
            left -= removed

    async def tidy(self) -> None:
        """Delete what is too old, a step at a time, and give the room back."""
        now, kept = self._clock.now(), self._retention()
        oldest, oldest_incident = now - int(kept.events * 1000), now - THIRTEEN_MONTHS
        await self._remove("age", lambda tx, most: events.forget_before(tx, oldest, now, most), NO_LIMIT)
        await self._stores.state.write(lambda tx: self._raw.forget_before(tx, oldest), makes_room=True)
        while gone := await self._stores.state.write(
            lambda tx: incidents.forget_before(tx, oldest_incident, STEP), makes_room=True
        ):
            self._counters.add("incidents.removed", gone)
        await self._stores.state.write(lambda tx: jobs.forget_before(tx, now - JOBS_KEPT), makes_room=True)
        oldest_sample = now - int(kept.series_raw * 1000)
        while await self._stores.series.write(lambda tx: series.forget_before(tx, oldest_sample, STEP)):
            pass
        await self._stores.state.tidy()
        await self._stores.series.tidy()
