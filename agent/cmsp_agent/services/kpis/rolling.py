"""Rolls up what was measured and deletes what is too old: some steps of a few components in each transaction."""

import sqlite3
from collections.abc import Callable, Sequence
from functools import partial

from cmsp_agent.aio.clock import Clock
from cmsp_agent.config.configuration import Retention
from cmsp_agent.config.schedules import Schedule
from cmsp_agent.model.component import LONGEST_POLL
from cmsp_agent.storage import rollups
from cmsp_agent.storage.rollups import FIVE_MINUTES, HOUR
from cmsp_agent.storage.sqlite.database import Database

EVERY_FIVE_MINUTES = Schedule(3, every=5)
"""Some minutes after each step's end, when the slowest poll that began in it is over."""
SETTLED = int(LONGEST_POLL * 1000)
"""Milliseconds after which nothing more is measured for a time."""
TOGETHER = 8
"""Components that are rolled up in one transaction."""
FORGET_EVERY = 3600.0
"""Seconds between two looks for what is too old."""
STEP = 5_000
"""Rows deleted in one transaction."""


class Rolling:
    """The calendar's work on `series.db`."""

    def __init__(self, database: Database, retention: Callable[[], Retention], clock: Clock) -> None:
        self._database = database
        self._retention = retention
        self._clock = clock
        self._forgot = float("-inf")
        self._forgot_by: Retention | None = None

    async def run(self) -> None:
        """Roll up everything that is complete, the five minutes before the hours.

        Raises:
            StorageError: the database can't be written; the next run goes on from there.
        """
        until = self._clock.now() - SETTLED
        components = await self._database.read(rollups.components)
        for first in range(0, len(components), TOGETHER):
            for step in (FIVE_MINUTES, HOUR):
                left = components[first : first + TOGETHER]
                while left:
                    left = await self._database.write(partial(_roll_up, components=left, step=step, until=until))

    async def forget(self) -> None:
        """Delete the roll-ups that are older than the file says: once an hour, and when the file says something else.

        Raises:
            StorageError: the database can't be written.
        """
        kept, now = self._retention(), self._clock.now()
        if kept == self._forgot_by and self._clock.monotonic() - self._forgot < FORGET_EVERY:
            return
        for step, seconds in ((FIVE_MINUTES, kept.series_five_minutes), (HOUR, kept.series_hourly)):
            before = now - int(seconds * 1000)
            while await self._database.write(
                lambda tx, step=step, before=before: rollups.forget_before(tx, step, before, STEP),  # type: ignore[misc]
                makes_room=True,
            ):
                pass
        self._forgot, self._forgot_by = self._clock.monotonic(), kept


def _roll_up(tx: sqlite3.Connection, components: Sequence[str], step: int, until: int) -> list[str]:
    """The components of which there is more to roll up."""
    return [component for component in components if rollups.roll_up(tx, component, step, until)]
