"""What becomes of a configuration that was read: unchanged, a new version, or kept apart as suspect. Asks no device."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from cmsp_agent.model.backup import Backup, BackupResult, BackupRun
from cmsp_agent.model.errors import StorageError
from cmsp_agent.model.ids import NewId, uuid7
from cmsp_agent.services.backups.clean_text import ConfigText
from cmsp_agent.services.backups.device_identity import not_known
from cmsp_agent.services.backups.manifest import Manifest
from cmsp_agent.services.backups.plausibility import suspicion
from cmsp_agent.services.backups.sealed_notes import noted
from cmsp_agent.services.backups.ssh_reading import Reading, to_bytes, to_text

T = TypeVar("T")

IMPORTED = "import"
"""Reason of a version that no device was asked for."""
ACCEPTED = ("change", "restore")
"""Reasons that permit a configuration to differ from the last one: the device or the agent reported the change."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The version that holds now, how it came about, and what was wrong with the store."""

    result: BackupResult
    backup: Backup
    lost: str = ""
    """Why the stored copy of the last version had to be written again."""


@dataclass(frozen=True, slots=True)
class Keeper:
    """Stores contents and judges them; the caller writes the manifest's row."""

    manifest: Manifest
    compute: Callable[[Callable[[], str]], Awaitable[str]]
    """Works on a text off the event loop."""
    healthy_since: Callable[[str, int], Awaitable[bool]]
    """Whether a component has had no incident since a moment (ms)."""
    new_id: NewId = uuid7
    serial: Callable[[str], str] = not_known
    """The serial number of the device that a component is now."""

    async def keep(self, run: BackupRun, reading: Reading, text: ConfigText, now: int, good_after: float) -> Kept:
        """Store what is new about the reading.

        Args:
            run: what it is a run of.
            reading: what the device said.
            text: how its configurations are read.
            now: ms since the epoch.
            good_after: seconds after which a version that the device still runs, healthy, is known good.

        Raises:
            StorageError: it can't be written, or is not the same when read back.
        """
        last = await self.manifest.latest(run.component)
        stable = await self.compute(lambda: text.stable(reading.text))
        fingerprint = await self.manifest.contents.fingerprint(run.component, to_bytes(stable))
        old, lost = await self._stored(last)
        if last is not None:
            last = replace(last, serial=self._serial_of(run) or last.serial)
        if last is not None and last.fingerprint == fingerprint:
            return await self._unchanged(last, reading, lost, now, good_after)
        before = None if old is None else await self.compute(lambda: text.stable(old))
        if last is not None and before == stable:  # the data key, or what is volatile, is another now
            return await self._unchanged(replace(last, fingerprint=fingerprint), reading, lost, now, good_after)
        why = ""
        if before is not None and run.reason not in ACCEPTED:
            why = await self.compute(lambda: suspicion(before, stable, text.commands))
        return await self._new(run, reading, fingerprint, why, lost, now)

    async def _stored(self, last: Backup | None) -> tuple[str | None, str]:
        """The last version's text, or why it can't be read."""
        if last is None:
            return None, ""
        try:
            return to_text(await self.manifest.contents.get(last.blob)), ""
        except StorageError as error:
            return None, str(error)

    async def _unchanged(self, last: Backup, reading: Reading, lost: str, now: int, good_after: float) -> Kept:
        blob = await self._put(last, reading) if lost else last.blob
        good = last.known_good or (
            now - last.taken_at >= good_after * 1000 and await self.healthy_since(last.component, last.taken_at)
        )
        result = BackupResult.REWRITTEN if lost else BackupResult.UNCHANGED
        return Kept(result, replace(last, verified_at=now, known_good=good, blob=blob), lost)

    async def _new(self, run: BackupRun, reading: Reading, fingerprint: str, why: str, lost: str, now: int) -> Kept:
        known = await self.manifest.suspect(run.component, fingerprint) if why else None
        if known is not None:
            return Kept(BackupResult.SUSPECT, replace(known, verified_at=now), lost)
        draft = Backup(
            self.new_id(now),
            run.component,
            now,
            now,
            "",
            len(reading.content),
            fingerprint,
            run.reason,
            lines=reading.text.count("\n"),
            suspect=why,
            serial=self._serial_of(run),
        )
        backup = replace(draft, blob=await self._put(draft, reading))
        return Kept(BackupResult.SUSPECT if why else BackupResult.STORED, backup, lost)

    def _serial_of(self, run: BackupRun) -> str:
        return "" if run.reason == IMPORTED else self.serial(run.component)

    async def _put(self, backup: Backup, reading: Reading) -> str:
        """Write the content, with what its version is, and read it back."""
        address = await self.manifest.contents.put(backup.component, reading.content, noted(backup))
        if await self.manifest.contents.get(address) != reading.content:
            raise StorageError(f"the content {address} is not what was written")
        return address
