"""Watches the partner's backup storage: unless it is mounted, writable and ours, an alarm, and no backup is written."""

import asyncio
import logging
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NoReturn

from cmsp_agent.aio.blocking import BlockingPool, PoolFull
from cmsp_agent.aio.clock import Clock
from cmsp_agent.aio.threads import SYSTEM_THREADS, Threads
from cmsp_agent.model.backup import Backup
from cmsp_agent.model.errors import AgentError, StorageError
from cmsp_agent.services.backups.manifest import Contents, Copies
from cmsp_agent.services.backups.storage_pace import StoragePace
from cmsp_agent.services.events.conditions import Conditions
from cmsp_agent.storage.sealed.backup_set import BackupSet
from cmsp_agent.storage.sqlite import meta
from cmsp_agent.storage.sqlite.database import Database
from cmsp_agent.storage.tables import backups

log = logging.getLogger(__name__)

UNUSABLE = "backups.storage"
KNOWN = "backups.directory"
"""Where this appliance has kept backups, in `state.db`."""
EVERY = 60.0
RECENT = 5.0
"""Seconds for which a problem is believed: the storage may be back; one that hangs is not asked at each call."""
WITHIN = 10.0
"""Seconds in which the storage must answer: a mount may hang."""
ASKED_WITHIN = 3.0
"""Seconds in which it must answer one who asks how the agent is."""
BLOCK = 512
"""Bytes of what `stat` counts in (POSIX)."""
READ_WITHIN = 60.0
"""Seconds for all manifests together, and for the contents that none names."""


class BackupStorage:
    """Looks at the storage and says what is wrong; `require` is asked before anything is written there."""

    def __init__(
        self,
        found: BackupSet,
        versions: Callable[[], Sequence[Backup]],
        database: Database,
        clock: Clock,
        threads: Threads = SYSTEM_THREADS,
    ) -> None:
        self._set = found
        self._versions = versions
        self._database = database
        self._clock = clock
        self._pool = BlockingPool("backup storage", threads=1, waiting=100, source=threads)
        self._conditions: Conditions | None = None
        self._looking = asyncio.Lock()
        self._looked = -RECENT
        self.pace = StoragePace(found.directory, clock)
        self.problem = ""
        """Why nothing can be stored now, and what helps; empty where all is well."""

    @property
    def directory(self) -> Path:
        """Where the backups are."""
        return self._set.directory

    async def look(self) -> None:
        """Look once."""
        directory = str(self.directory)
        known = await self._database.read(lambda connection: meta.get(connection, KNOWN)) == directory
        try:
            await self._pool.run(partial(self._set.require, known=known), within=WITHIN)
            if not known:
                await self._take_up(directory)
            self.problem = ""
        except (TimeoutError, PoolFull):
            self.problem = f"{directory} does not answer within {WITHIN:g} s: check the mount and the server behind it"
        except AgentError as error:
            self.problem = str(error)
        self._looked = self._clock.monotonic()
        self._tell()

    async def room(self) -> tuple[int, int]:
        """Bytes that the contents take, and bytes that are free.

        Raises:
            StorageError: the storage does not answer, or is not there.
        """
        try:
            return await self._pool.run(partial(_room, self.directory), within=READ_WITHIN)
        except (TimeoutError, PoolFull) as error:
            raise StorageError(f"{self.directory} does not answer within {READ_WITHIN:g} s") from error
        except OSError as error:
            raise StorageError(f"{self.directory}: {error.strerror}") from error

    async def wrap(self) -> None:
        """At a start: the wrapped copy follows the recovery key of the file. Nothing where the storage is not ours."""
        if self.problem:
            return
        try:
            await self._pool.run(self._set.wrap_again, within=WITHIN)
        except (TimeoutError, PoolFull, AgentError) as error:
            log.warning("the wrapped master key could not be renewed", extra={"reason": str(error)})

    async def _take_up(self, directory: str) -> None:
        """Know the versions that lie there already: this appliance's database is younger than its backups."""
        found = await self._pool.run(self._versions, within=READ_WITHIN)

        def work(tx: sqlite3.Connection) -> None:
            for version in found:
                if backups.find(tx, version.id) is None:
                    backups.save(tx, version)
            meta.put(tx, KNOWN, directory)

        await self._database.write(work)

    def watch_with(self, conditions: Conditions, slow: Conditions) -> None:
        """Raise and clear the alarms from now on, of a storage that can't be used and of one that is slow."""
        self._conditions = conditions
        self.pace.watch_with(slow)
        self._tell()

    async def require(self) -> None:
        """Refuse to write where the storage can't be used: a mount may have gone, or come, since it was looked at last.

        Raises:
            StorageError: with what is wrong and what helps.
        """
        if self.problem or not await self._marked():
            await self._look_again(anyway=not self.problem)
        if self.problem:
            raise StorageError(self.problem)

    async def now(self) -> str:
        """What is wrong now, for one who asks: looked at again but where that was a moment ago. Empty: nothing."""
        try:
            async with asyncio.timeout(ASKED_WITHIN):
                await self._look_again(anyway=not self.problem and not await self._marked())
        except TimeoutError:
            return self.problem or f"{self.directory} does not answer within {ASKED_WITHIN:g} s: check the mount"
        return self.problem

    async def _look_again(self, *, anyway: bool = False) -> None:
        async with self._looking:
            if anyway or self._clock.monotonic() - self._looked >= RECENT:
                await self.look()

    async def _marked(self) -> bool:
        """Whether the mark of this appliance is there; not where that can't be said in time."""
        try:
            return await self._pool.run(self._set.marked, within=WITHIN)
        except (TimeoutError, PoolFull, AgentError):
            return False

    async def run(self) -> NoReturn:
        """Look again, until cancelled."""
        while True:
            await self._clock.sleep(EVERY)
            await self.look()

    async def close(self) -> None:
        """Wait shortly for what runs."""
        await self._pool.close(within=0.5)

    def _tell(self) -> None:
        if self._conditions is None:
            return
        name = str(self.directory)
        now = {("", name): self.problem} if self.problem else {}
        self._conditions.settle(now, f"{name} can be used")


def _room(directory: Path) -> tuple[int, int]:
    """Bytes by whole blocks: a small configuration takes one as well."""
    used = sum(path.stat().st_blocks * BLOCK for path in directory.glob("??/*.cmsp"))
    return used, shutil.disk_usage(directory).free


class GuardedContents:
    """Contents that are written only where the storage can be used."""

    def __init__(self, contents: Contents, storage: BackupStorage) -> None:
        self._contents = contents
        self._require = storage.require
        self._pace = storage.pace

    async def put(self, component: str, content: bytes, note: bytes = b"") -> str:
        """As the contents do; a StorageError says what is wrong with the storage."""
        await self._require()
        with self._pace.measured():
            return await self._contents.put(component, content, note)

    async def get(self, address: str) -> bytes:
        """The content; a StorageError says what is wrong with the storage, where that is why."""
        try:
            return await self._contents.get(address)
        except StorageError:
            await self._require()
            raise

    async def delete(self, address: str) -> bool:
        """As the contents do; a StorageError says what is wrong with the storage."""
        await self._require()
        return await self._contents.delete(address)

    async def fingerprint(self, component: str, content: bytes) -> str:
        """A keyed hash of the content; its key is in the storage."""
        await self._require()
        return await self._contents.fingerprint(component, content)


class GuardedCopies:
    """Copies of manifests that are written only where the storage can be used."""

    def __init__(self, copies: Copies, storage: BackupStorage) -> None:
        self._copies = copies
        self._require = storage.require
        self._pace = storage.pace

    async def write(self, component: str, versions: Sequence[Backup]) -> None:
        """As the copies do; a StorageError says what is wrong with the storage."""
        await self._require()
        with self._pace.measured():
            await self._copies.write(component, versions)
