"""Removes versions that the retention no longer keeps: first from the manifest, then their contents.

What was to be removed when the agent was killed is removed at the next run.
"""

import sqlite3
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from cmsp_agent.aio.counters import Counters
from cmsp_agent.config.configuration import BackupsKept
from cmsp_agent.services.backups.manifest import Manifest
from cmsp_agent.services.backups.retention import kept
from cmsp_agent.storage.sqlite.database import Database
from cmsp_agent.storage.tables import backups as table
from cmsp_agent.storage.tables import unneeded

ALL = 1_000_000
"""Versions of one component."""


@dataclass(frozen=True, slots=True)
class Removal:
    """Removes versions past their retention. The caller checks first that the clock can be trusted."""

    manifest: Manifest
    database: Database
    turn: Callable[[str], AbstractAsyncContextManager[object]]
    """Holds the component: no backup of it runs meanwhile."""
    counters: Counters

    async def run(self, counts: BackupsKept) -> int:
        """Keep to the counts, for every component that has versions; how many versions were removed.

        Raises:
            StorageError: the database or the storage can't be written.
        """
        names = await self.database.read(table.components)
        return sum([await self._of(name, counts) for name in sorted(names)])

    async def _of(self, component: str, counts: BackupsKept) -> int:
        async with self.turn(component):
            versions = await self.manifest.versions(component, ALL)
            keep = kept(versions, counts)
            gone = [version for version in versions if version.id not in keep]

            def work(tx: sqlite3.Connection) -> None:
                for version in gone:
                    table.delete(tx, version.id)
                needed = table.blobs_of(tx, component)
                unneeded.add(tx, component, {version.blob for version in gone} - needed)

            if gone:
                await self.database.write(work, makes_room=True)
                self.manifest.changed(component)
                await self.manifest.copy(component)
                self.counters.add("backups.removed", len(gone), key=component)
            await self._contents(component)
        return len(gone)

    async def _contents(self, component: str) -> None:
        for address in await self.database.read(lambda connection: unneeded.of(connection, component)):
            if address not in await self.database.read(lambda connection: table.blobs_of(connection, component)):
                await self.manifest.contents.delete(address)
            await self.database.write(lambda tx, one=address: unneeded.done(tx, one), makes_room=True)  # type: ignore[misc]
