"""Each night: decrypts a share of what is stored, and removes what is kept no more. Takes no backup."""

import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from zlib import crc32

from cmsp_agent.aio.clock import Clock
from cmsp_agent.config.configuration import BackupsKept
from cmsp_agent.model.backup import Backup
from cmsp_agent.model.errors import StorageError
from cmsp_agent.services.backups.manifest import MOST_VERSIONS, Manifest
from cmsp_agent.services.backups.removal import Removal
from cmsp_agent.services.events.conditions import Conditions

log = logging.getLogger(__name__)

VERSION_DAMAGED = "backup.version_damaged"
NIGHTS = 7
"""In so many nights each version is decrypted once."""
DAY = 86_400_000


@dataclass(frozen=True, slots=True)
class Nightly:
    """What is done with the store each night, by the calendar."""

    manifest: Manifest
    removal: Removal
    conditions: Conditions
    components: Callable[[], Iterable[str]]
    counts: Callable[[], BackupsKept]
    clock: Clock
    believed: Callable[[], Awaitable[bool]]
    """Whether the clock is; nothing is removed where it is not."""

    async def run(self) -> None:
        """Verify this night's share, then remove what the retention does not keep.

        Raises:
            StorageError: the database can't be read, or the storage can't be written.
        """
        await self.verify(self.clock.now() // DAY)
        if await self.believed():
            removed = await self.removal.run(self.counts())
            if removed:
                log.info("versions of configurations were removed", extra={"count": removed})

    async def verify(self, night: int) -> None:
        """Read and decrypt the versions of a night, and those that were damaged when they were last read."""
        suspected = self.conditions.held
        for component in sorted(self.components()):
            for version in await self.manifest.versions(component, MOST_VERSIONS):
                if crc32(version.id.encode()) % NIGHTS == night % NIGHTS or (component, version.id) in suspected:
                    await self._verify(version)
        await self._forget_removed()

    async def _verify(self, version: Backup) -> None:
        try:
            await self.manifest.contents.get(version.blob)
        except StorageError as error:
            self.conditions.hold(version.id, str(error), version.component)
        else:
            self.conditions.end(version.id, "it can be read again", version.component)

    async def _forget_removed(self) -> None:
        for component, name in list(self.conditions.held):
            if all(version.id != name for version in await self.manifest.versions(component, MOST_VERSIONS)):
                self.conditions.end(name, "the version is kept no more", component)
