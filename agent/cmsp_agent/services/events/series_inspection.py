"""Looks through what was measured for rows that are damaged, a slice at a time, and sets them aside, named."""

from functools import partial

from cmsp_agent.aio.clock import Clock
from cmsp_agent.storage.damaged_values import NextDamaged, Position, find_rollups, find_samples, set_aside
from cmsp_agent.storage.sqlite.database import Database

FINDS: tuple[NextDamaged, ...] = (find_samples, find_rollups)
PASS_EVERY = 86_400.0
"""Seconds between the beginnings of two passes through a table: a small one is looked through in a minute."""


class SeriesInspection:
    """Goes through each table from its beginning to its end: at the start, and once a day."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._after: dict[NextDamaged, Position] = dict.fromkeys(FINDS, ())
        self._begun: dict[NextDamaged, float] = dict.fromkeys(FINDS, float("-inf"))

    async def look(self) -> None:
        """Look at the next slice of each table that was not looked through today.

        Raises:
            StorageError: the database can't be used.
        """
        now = self._clock.monotonic()
        for find in FINDS:
            if not self._after[find]:
                if now - self._begun[find] < PASS_EVERY:
                    continue
                self._begun[find] = now
            found, self._after[find] = await self._database.read(partial(find, after=self._after[find]))
            if found:
                await self._database.write(partial(set_aside, found=found, now=self._clock.now()))
