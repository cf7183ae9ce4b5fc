"""Rolls up what was measured and deletes what is too old: some steps of one component in each transaction."""

from collections.abc import Callable

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
STEP = 5_000
"""Rows deleted in one transaction."""


class Rolling:
    """The calendar's work on `series.db`."""

    def __init__(self, database: Database, retention: Callable[[], Retention], clock: Clock) -> None:
        self._database = database
        self._retention = retention
        self._clock = clock

    async def run(self) -> None:
        """Roll up everything that is complete, the five minutes before the hours.

        Raises:
            StorageError: the database can't be written; the next run goes on from there.
        """
        until = self._clock.now() - SETTLED
        for component in await self._database.read(rollups.components):
            for step in (FIVE_MINUTES, HOUR):
                while await self._database.write(
                    lambda tx, component=component, step=step: rollups.roll_up(tx, component, step, until)  # type: ignore[misc]
                ):
                    pass

    async def forget(self) -> None:
        """Delete the roll-ups that are older than the file says.

        Raises:
            StorageError: the database can't be written.
        """
        kept, now = self._retention(), self._clock.now()
        for step, seconds in ((FIVE_MINUTES, kept.series_five_minutes), (HOUR, kept.series_hourly)):
            before = now - int(seconds * 1000)
            while await self._database.write(
                lambda tx, step=step, before=before: rollups.forget_before(tx, step, before, STEP),  # type: ignore[misc]
                makes_room=True,
            ):
                pass
