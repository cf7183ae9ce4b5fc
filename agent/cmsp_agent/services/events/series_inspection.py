"""Looks through what was measured for rows that are damaged, a slice at a time, and sets them aside, named."""

from functools import partial

from cmsp_agent.aio.clock import Clock
from cmsp_agent.storage.damaged_values import NextDamaged, Position, find_rollups, find_samples, set_aside
from cmsp_agent.storage.sqlite.database import Database

FINDS: tuple[NextDamaged, ...] = (find_samples, find_rollups)


class SeriesInspection:
    """Goes through each table from its beginning to its end, and again."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._after: dict[NextDamaged, Position] = dict.fromkeys(FINDS, ())

    async def look(self) -> None:
        """Look at the next slice of each table.

        Raises:
            StorageError: the database can't be used.
        """
        for find in FINDS:
            found, self._after[find] = await self._database.read(partial(find, after=self._after[find]))
            if found:
                await self._database.write(partial(set_aside, found=found, now=self._clock.now()))
