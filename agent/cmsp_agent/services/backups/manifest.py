"""Versions, runs and contents in the store: what is written together, and in which order."""

import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from cmsp_agent.model.backup import Backup, BackupRun
from cmsp_agent.model.errors import NoneYet, NotFound
from cmsp_agent.storage import outbox
from cmsp_agent.storage.outbox.records import backup_record
from cmsp_agent.storage.sqlite.database import Database
from cmsp_agent.storage.tables import backups as table

MOST_VERSIONS = 1_000
NAMED: Mapping[str, tuple[Callable[[Backup], bool], str]] = {
    "latest": (lambda backup: not backup.suspect, "no backup yet"),
    "known-good": (lambda backup: backup.known_good and not backup.suspect, "no backup is known to be good yet"),
    "suspect": (lambda backup: bool(backup.suspect), "no backup is suspect"),
}
"""Versions that are known by a word, and what is said where there is none."""


VersionsChanged = Callable[[str], None]
"""Takes the name of a component whose versions were changed."""


class Contents(Protocol):
    """Compressed, encrypted, content-addressed files."""

    async def put(self, component: str, content: bytes, note: bytes = b"") -> str:
        """Make the content and its note durable and return the address; what is there is not written again."""
        ...

    async def get(self, address: str) -> bytes:
        """The content.

        Raises:
            StorageError: it is missing or damaged.
        """
        ...

    async def delete(self, address: str) -> bool:
        """Take a content away; False where it was not there.

        Raises:
            StorageError: it can't be deleted.
        """
        ...

    async def fingerprint(self, component: str, content: bytes) -> str:
        """A keyed hash: equal for equal contents of a component, and revealing nothing without the key."""
        ...


class Copies(Protocol):
    """The manifest once more, beside the contents."""

    async def write(self, component: str, versions: Sequence[Backup]) -> None:
        """Replace the component's copy.

        Raises:
            StorageError: it can't be written.
        """
        ...


@dataclass(frozen=True, slots=True)
class Manifest:
    """The versions of every component, beside their contents."""

    database: Database
    contents: Contents
    copies: Copies | None = None
    """None: recovering needs the database too."""
    followers: list[VersionsChanged] = field(default_factory=list)

    def follow(self, changed: VersionsChanged) -> None:
        """Call this with the component each time that one of its versions was saved, marked or removed."""
        self.followers.append(changed)

    def changed(self, component: str) -> None:
        """The versions of a component were changed, and that is durable."""
        for changed in self.followers:
            changed(component)

    async def latest(self, component: str) -> Backup | None:
        """The newest version that is believed."""
        return await self.database.read(lambda connection: table.latest(connection, component))

    async def latest_of(self, components: Collection[str]) -> dict[str, Backup]:
        """The newest version that is believed of each component that has one."""

        def read(connection: sqlite3.Connection) -> dict[str, Backup]:
            found = ((name, table.latest(connection, name)) for name in components)
            return {name: version for name, version in found if version is not None}

        return await self.database.read(read)

    async def suspect(self, component: str, fingerprint: str) -> Backup | None:
        """The version of this fingerprint that is kept apart."""
        versions = await self.versions(component, MOST_VERSIONS)
        return next((each for each in versions if each.suspect and each.fingerprint == fingerprint), None)

    async def versions(self, component: str, limit: int = 100) -> Sequence[Backup]:
        """The versions of a component, the newest first."""
        return await self.database.read(lambda connection: table.of_component(connection, component, limit))

    async def find(self, component: str, version: str) -> Backup:
        """One version; `latest`, `known-good` and `suspect` name one too.

        Raises:
            NotFound: the component has no such version.
        """
        if version in NAMED:
            of = NAMED[version][0]
            found = next((each for each in await self.versions(component, MOST_VERSIONS) if of(each)), None)
        else:
            found = await self.database.read(lambda connection: table.find(connection, version))
        if found is None or found.component != component:
            if version in NAMED:
                raise NoneYet(f"{component}: {NAMED[version][1]}")
            raise NotFound(f"{component}: no backup {version}; see: cmsp-agent backup list {component}")
        return found

    async def before(self, backup: Backup) -> Backup:
        """The version before this one; itself where it is the first."""
        versions = [one for one in await self.versions(backup.component, MOST_VERSIONS) if one.id <= backup.id]
        return versions[1] if len(versions) > 1 else backup

    async def record(self, run: BackupRun, backup: Backup | None, now: int) -> None:
        """Write a run's outcome: the version (where there is one) and what the head-end learns, in one transaction.

        The content must be in the store already: an address in the manifest is never one of a missing file.
        """
        await self.database.write(lambda tx: _record(tx, run, backup, now))
        if backup is not None:
            self.changed(backup.component)

    async def copy(self, component: str) -> None:
        """Bring the copy beside the contents up to date.

        Raises:
            StorageError: it can't be written; the manifest itself holds.
        """
        if self.copies is not None:
            await self.copies.write(component, await self.versions(component, MOST_VERSIONS))

    async def mark_known_good(self, backup: Backup, *, good: bool) -> Backup:
        """Say that the device works on this version, or that it doesn't."""
        return await self._replaced(replace(backup, known_good=good, suspect="" if good else backup.suspect))

    async def accept(self, backup: Backup) -> Backup:
        """Say that a version which was kept apart is right."""
        return await self._replaced(replace(backup, suspect=""))

    async def _replaced(self, marked: Backup) -> Backup:
        await self.database.write(lambda tx: table.save(tx, marked))
        self.changed(marked.component)
        return marked


def _record(tx: sqlite3.Connection, run: BackupRun, backup: Backup | None, now: int) -> None:
    if backup is not None:
        table.save(tx, backup)
    outbox.append(tx, backup_record(run, backup), now)
