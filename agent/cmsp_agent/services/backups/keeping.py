"""What becomes of a configuration that was read: unchanged, a new version, or kept apart as suspect. Asks no device."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from cmsp_agent.model.backup import Backup, BackupResult, BackupRun
from cmsp_agent.model.errors import StorageError
from cmsp_agent.model.ids import NewId, uuid7
from cmsp_agent.services.backups.manifest import Manifest
from cmsp_agent.services.backups.reading import Reading, to_text
from cmsp_agent.services.backups.text import ConfigText
from cmsp_agent.services.backups.verdict import suspicion

T = TypeVar("T")

GOOD_AFTER = 86_400_000
"""A version that the device still runs, healthy, so many ms after it was taken is known good."""
ACCEPTED = ("change", "restore")
"""Reasons by which a configuration may look unlike the last one: the device itself, or we, told of the change."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The version that holds now, how it came about, and what was wrong with the store."""

    result: BackupResult
    backup: Backup
    lost: str = ""
    """Why the stored copy of the last version had to be written again."""


@dataclass(frozen=True, slots=True)
class Keeper:
    """Writes contents and says what they are worth; the manifest's row is written by whoever asked."""

    manifest: Manifest
    compute: Callable[[Callable[[], str]], Awaitable[str]]
    """Works on a text off the event loop."""
    healthy_since: Callable[[str, int], bool]
    """Whether a component has had no incident since a moment (ms)."""
    new_id: NewId = uuid7

    async def keep(self, run: BackupRun, reading: Reading, text: ConfigText, now: int) -> Kept:
        """Store what is new about the reading.

        Raises:
            StorageError: it can't be written, or is not the same when read back.
        """
        last = await self.manifest.latest(run.component)
        stable = await self.compute(lambda: text.stable(reading.text))
        fingerprint = self.manifest.contents.fingerprint(stable.encode("utf-8", "surrogateescape"))
        old, lost = await self._stored(last)
        if last is not None and last.fingerprint == fingerprint:
            return await self._unchanged(last, reading, lost, now)
        why = ""
        if old is not None and run.reason not in ACCEPTED:
            before = await self.compute(lambda: text.stable(old))
            why = await self.compute(lambda: suspicion(before, stable))
        return await self._new(run, reading, fingerprint, why, lost, now)

    async def _stored(self, last: Backup | None) -> tuple[str | None, str]:
        """The last version's text, or why it can't be read."""
        if last is None:
            return None, ""
        try:
            return to_text(await self.manifest.contents.get(last.blob)), ""
        except StorageError as error:
            return None, str(error)

    async def _unchanged(self, last: Backup, reading: Reading, lost: str, now: int) -> Kept:
        blob = await self._put(reading) if lost else last.blob
        good = last.known_good or (
            now - last.taken_at >= GOOD_AFTER and self.healthy_since(last.component, last.taken_at)
        )
        return Kept(BackupResult.UNCHANGED, replace(last, verified_at=now, known_good=good, blob=blob), lost)

    async def _new(self, run: BackupRun, reading: Reading, fingerprint: str, why: str, lost: str, now: int) -> Kept:
        known = await self.manifest.suspect(run.component, fingerprint) if why else None
        if known is not None:
            return Kept(BackupResult.SUSPECT, replace(known, verified_at=now), lost)
        backup = Backup(
            self.new_id(now),
            run.component,
            now,
            now,
            await self._put(reading),
            len(reading.content),
            fingerprint,
            run.reason,
            lines=reading.text.count("\n"),
            suspect=why,
        )
        return Kept(BackupResult.SUSPECT if why else BackupResult.STORED, backup, lost)

    async def _put(self, reading: Reading) -> str:
        """Write the content and read it back."""
        address = await self.manifest.contents.put(reading.content)
        if await self.manifest.contents.get(address) != reading.content:
            raise StorageError(f"the content {address} is not what was written")
        return address
