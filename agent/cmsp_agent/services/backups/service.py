"""Backups of configurations: by calendar, after a change, on demand. A failed one is an alarm, never a version.

Leaves the dialogue to the reader, the judgement to `clean_text` and `policy`, the writing to `manifest`, the when to
the calendar and `when_reported`.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import replace

from cmsp_agent.aio.blocking import BlockingPool
from cmsp_agent.aio.clock import Clock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.config.nearest import no_such
from cmsp_agent.model.backup import Backup, BackupResult, BackupRun
from cmsp_agent.model.component import Component
from cmsp_agent.model.errors import AgentError, DeviceAnswerInvalid, NotFound, Refused, StorageError
from cmsp_agent.model.ids import NewId, uuid7
from cmsp_agent.model.signal import AgentSignal
from cmsp_agent.plugin.api import CliPlatform
from cmsp_agent.services.backups.acceptance import IMPORTED, Keeper
from cmsp_agent.services.backups.alarms import Announcing
from cmsp_agent.services.backups.device_identity import between_devices, of_another
from cmsp_agent.services.backups.device_texts import ConfigTexts
from cmsp_agent.services.backups.manifest import Manifest, VersionsChanged
from cmsp_agent.services.backups.outcome import BackupOutcome, Directory, suspected
from cmsp_agent.services.backups.policy import require_backup
from cmsp_agent.services.backups.ssh_reading import (
    ConfigurationReader,
    Progress,
    read_believable,
    read_whole,
    to_text,
    unwatched,
)

log = logging.getLogger(__name__)

RUNNING = "running"
"""Names what the device runs now, where a version is asked for."""


class Backups:
    """Runs backups, a bounded number at a time and one at a time for each component; shows and compares versions."""

    def __init__(
        self,
        directory: Directory,
        read: ConfigurationReader,
        manifest: Manifest,
        tell: Callable[[AgentSignal], Awaitable[None]],
        pool: BlockingPool,
        clock: Clock,
        counters: Counters,
        at_once: int = 20,
        new_id: NewId = uuid7,
    ) -> None:
        self._new_id = new_id
        self._directory = directory
        self._read = read
        self._manifest = manifest
        self._announce = Announcing(tell, counters).announce
        self.texts = ConfigTexts(directory.platform, pool)
        self._clock = clock
        self._counters = counters
        self._places = asyncio.Semaphore(at_once)
        self._turns: dict[str, asyncio.Lock] = {}
        self._keeper = Keeper(manifest, self.texts.compute, directory.healthy_since, new_id, directory.serial)

    async def run(
        self,
        component: str,
        reason: str,
        tell: Progress = unwatched,
        *,
        tried: Sequence[str] = (),
        again: bool = False,
    ) -> BackupOutcome:
        """Save a component's configuration now.

        Args:
            component: its name.
            reason: `schedule`, `change` or `demand`.
            tell: takes the progress.
            tried: why earlier tries of the same backup failed; the alarm says how many there were.
            again: it will be tried again where the device can't be reached: no alarm yet.

        Returns:
            What came of it; a device's failure is an outcome, recorded and reported, not an exception.

        Raises:
            NotFound: no such component.
            Refused: it gets no backup; the text names the source.
            StorageError: the outcome could not be recorded.
        """
        known, platform = self._granted(component)
        async with self.turn(component), self._places:
            started = self._clock.now()
            run = BackupRun(self._new_id(started), component, started, started, reason, BackupResult.FAILED)
            try:
                outcome = await self._attempt(known, platform, run, tell, self._read)
            except AgentError as error:
                outcome = await self._failed(run, error, tried)
        if not (again and outcome.error is not None and outcome.error.retryable):
            await self._announce(outcome)
        return outcome

    def turn(self, component: str) -> asyncio.Lock:
        """Held while a component's versions change: one backup, or one removal, at a time."""
        return self._turns.setdefault(component, asyncio.Lock())

    def require(self, component: str) -> tuple[Component, CliPlatform]:
        """The component and the way to read its configuration, where it gets backups at all.

        Raises:
            NotFound: no such component.
            Refused: it gets none; the text names the source.
        """
        return self._granted(component)

    async def running(self, component: str) -> str:
        """What the device runs now, read and not stored.

        Raises:
            NotFound, Refused: as `require`.
            DeviceError: it can't be read.
        """
        known, platform = self._granted(component)
        async with self.turn(component), self._places:
            return (await read_whole(self._read, known, platform, self.texts.of_platform(platform))).text

    def _granted(self, name: str) -> tuple[Component, CliPlatform]:
        component = self._known(name)
        try:
            return component, require_backup(component, self._directory.platform(name))
        except Refused:
            self._counters.add("backups.refused", key=name)
            raise

    def _known(self, name: str) -> Component:
        component = self._directory.component(name)
        if component is None:
            raise NotFound(no_such("component", name, self._directory.names()))
        return component

    async def _attempt(
        self,
        component: Component,
        platform: CliPlatform,
        run: BackupRun,
        tell: Progress,
        read: ConfigurationReader,
    ) -> BackupOutcome:
        last = await self._manifest.latest(component.name)
        text = self.texts.of_platform(platform)
        reading = await read_believable(read, component, platform, text, last.size if last else None, tell)
        self._counters.add("backups.lines_taken_out", reading.taken_out, key=component.name)
        tell(80, "storing it")
        now = self._clock.now()
        kept = await self._keeper.keep(run, reading, text, now, component.backup.known_good_after)
        done = replace(run, ended_at=now, result=kept.result, backup=kept.backup.id, error=suspected(kept))
        await self._manifest.record(done, kept.backup, now)
        await self._copy(component.name)
        error = DeviceAnswerInvalid(f"{component.name}: {done.error}") if done.error else None
        return BackupOutcome(done, kept.backup, error, kept.lost)

    async def _copy(self, component: str) -> None:
        """A copy that can't be written makes no good backup bad; the next run tries again."""
        try:
            await self._manifest.copy(component)
        except StorageError as error:
            self._counters.add("backups.manifest_copy_failed", key=component)
            log.warning("manifest not copied", extra={"component": component, "error": str(error)})

    async def _failed(self, run: BackupRun, error: AgentError, tried: Sequence[str]) -> BackupOutcome:
        said = f"{error} (tried {len(tried) + 1} times; at first: {tried[0]})" if tried else str(error)
        done = replace(run, ended_at=self._clock.now(), error=said)
        outcome = BackupOutcome(done, error=error)
        try:
            await self._manifest.record(done, None, done.ended_at)
        except StorageError:
            await self._announce(outcome)
            raise
        return outcome

    def follow(self, changed: VersionsChanged) -> None:
        """Call this with the component each time that one of its versions was saved, marked or removed."""
        self._manifest.follow(changed)

    async def latest(self, component: str) -> Backup | None:
        """The latest version of a component, where there is one."""
        return await self._manifest.latest(component)

    async def latest_of(self, components: Collection[str]) -> Mapping[str, Backup]:
        """The latest version of each component that has one."""
        return await self._manifest.latest_of(components)

    async def versions(self, component: str, limit: int = 100) -> Sequence[Backup]:
        """The versions of a component, the newest first.

        Raises:
            NotFound: no such component.
        """
        self._known(component)
        return await self._manifest.versions(component, limit)

    async def find(self, component: str, version: str) -> Backup:
        """One version by its id, or `latest`, or `known-good`. Raises NotFound."""
        return await self._manifest.find(component, version)

    async def content(self, component: str, version: str, *, redacted: bool) -> str:
        """A version as text; with its secrets only for those who may see them.

        Raises:
            NotFound: the component has no such version.
            Refused: nothing says any more how its secrets look (its device type is gone).
            StorageError: its content is missing or damaged.
        """
        backup = await self._manifest.find(component, version)
        reading = to_text(await self._manifest.contents.get(backup.blob))
        if not redacted:
            return reading
        text = self.texts.of(component)
        return await self.texts.compute(lambda: text.redacted(reading))

    async def difference(self, component: str, version: str, against: str) -> str:
        """What changed from `against` to `version`, as a unified diff with secrets hidden; empty where nothing did.

        A line above it says where the two are of two devices. `previous` as `against` is the version before; `running`
        is what the device says now.

        Raises:
            NotFound, Refused, StorageError: as `content`.
        """
        if against == "previous":
            against = (
                "latest"
                if version == RUNNING
                else (await self._manifest.before(await self._manifest.find(component, version))).id
            )
        new = await self._as_named(component, version)
        old = await self._as_named(component, against)
        text = self.texts.of(component)
        found = await self.texts.compute(lambda: text.difference(old, new))
        if not found:
            return ""
        two = between_devices(await self._serial_of(component, against), await self._serial_of(component, version))
        return f"! {two}\n{found}" if two else found

    async def _serial_of(self, component: str, version: str) -> str:
        if version == RUNNING:
            return self._directory.serial(component)
        return (await self._manifest.find(component, version)).serial

    def of_another(self, version: Backup) -> str:
        """That a version is not of the device that its component is now, in words; empty where it is."""
        return of_another(version, self._directory.serial(version.component))

    async def _as_named(self, component: str, version: str) -> str:
        """A version, or what the device runs now."""
        if version != RUNNING:
            return await self.content(component, version, redacted=False)
        return await self.running(component)

    async def take_in(self, component: str, text: str) -> BackupOutcome:
        """Store a text as a version, as if the device had said it: a configuration from another place.

        Raises:
            NotFound, Refused: as `run`.
            DeviceAnswerInvalid: it is no whole configuration of this device type.
            StorageError: it can't be stored.
        """
        known, platform = self._granted(component)

        async def read(component: Component, platform: CliPlatform) -> str:  # noqa: ARG001
            return text

        async with self.turn(component):
            started = self._clock.now()
            run = BackupRun(self._new_id(started), component, started, started, IMPORTED, BackupResult.FAILED)
            return await self._attempt(known, platform, run, unwatched, read)

    async def mark_known_good(self, component: str, version: str, *, good: bool = True) -> Backup:
        """A person says that the device works on this version, or that it doesn't. Raises NotFound."""
        marked = await self._manifest.mark_known_good(await self._manifest.find(component, version), good=good)
        await self._copy(component)
        return marked

    async def accept(self, component: str, version: str) -> Backup:
        """A person says that a suspect version is right: it is the last one from now on. Raises NotFound."""
        accepted = await self._manifest.accept(await self._manifest.find(component, version))
        await self._copy(component)
        return accepted
