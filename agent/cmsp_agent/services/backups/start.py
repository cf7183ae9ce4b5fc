"""The part that saves configurations: SSH, the encrypted store, backups by calendar, after a change and on demand."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from cmsp_agent.aio.blocking import BlockingPool
from cmsp_agent.config.configuration import ApplianceSettings, BackupsKept, Configuration
from cmsp_agent.config.schedules import Schedule, parse_schedule
from cmsp_agent.model.component import Component
from cmsp_agent.model.entitlement import ServicePart, gets
from cmsp_agent.model.signal import PollSignal, Signal
from cmsp_agent.model.times import rfc3339
from cmsp_agent.pipeline.alarm_state import AlarmState
from cmsp_agent.pipeline.alarm_types import backups
from cmsp_agent.pipeline.silences import NONE, SilenceRegister, Silences
from cmsp_agent.services.audit import AuditLog
from cmsp_agent.services.backups.build import (
    DIALOGUES,
    command_lines,
    make_backups,
    make_restores,
    web_interfaces,
)
from cmsp_agent.services.backups.copies import ManifestCopies, ManifestFiles
from cmsp_agent.services.backups.history import ConfigurationChange, history
from cmsp_agent.services.backups.job import backup_job
from cmsp_agent.services.backups.manifest import MOST_VERSIONS, Manifest
from cmsp_agent.services.backups.nightly import VERSION_DAMAGED, Nightly
from cmsp_agent.services.backups.rehearsal import REHEARSAL, Rehearsals, last_rehearsal
from cmsp_agent.services.backups.removal import Removal
from cmsp_agent.services.backups.restore import INTERRUPTED, Restores
from cmsp_agent.services.backups.restore_job import follow_again, restore_jobs
from cmsp_agent.services.backups.retries import Retries
from cmsp_agent.services.backups.sealed_notes import all_versions
from cmsp_agent.services.backups.service import Backups
from cmsp_agent.services.backups.setup import DeviceSetup
from cmsp_agent.services.backups.storage_estimate import StorageNeed, storage_need
from cmsp_agent.services.backups.storage_pace import SLOW
from cmsp_agent.services.backups.storage_watch import UNUSABLE, BackupStorage, GuardedContents, GuardedCopies
from cmsp_agent.services.backups.triggers import Triggers, follow_changes, gets_backups
from cmsp_agent.services.calendar import Calendar, CalendarEntry
from cmsp_agent.services.devices.known_devices import Devices
from cmsp_agent.services.events.conditions import Conditions
from cmsp_agent.services.events.start import EventsPart
from cmsp_agent.services.jobs import JobKind
from cmsp_agent.services.part import Change, ComponentsOf, Part
from cmsp_agent.services.runtime import Runtime
from cmsp_agent.storage.sealed.backup_set import BackupSet
from cmsp_agent.storage.sealed.blobs import Blobs, BlobStore
from cmsp_agent.storage.sealed.master_key import MasterKey, check_recovery_key
from cmsp_agent.storage.sqlite.database import Database
from cmsp_agent.storage.tables import backups as table
from cmsp_agent.transports.routes import own_address

NIGHTLY = "backup store"
EVERY_NIGHT = Schedule(minute=30, hour=4)
REHEARSAL_ENTRY = "backup rehearsal"
AFTER_IT = Schedule(minute=30, hour=5)


@dataclass(slots=True)
class BackupsPart(Part):
    """The backups, by calendar, after a change and on demand."""

    alarm_types = backups.ALARM_TYPES
    backups: Backups
    retries: Retries
    calendar: Calendar
    components: ComponentsOf
    storage: BackupStorage
    devices: Devices
    setup: DeviceSetup
    database: Database
    alarm_state: Callable[[], AlarmState]
    kept: BackupsKept
    nightly: Callable[[], Awaitable[None]]
    restores: Restores
    restore_jobs: Mapping[str, JobKind]
    rehearse: Callable[[], Awaitable[None]]
    register: SilenceRegister
    maintenance: Silences = NONE
    triggers: Triggers | None = None
    """Set once it follows them."""

    def in_maintenance(self) -> Iterable[str]:
        """The components that people work on now."""
        return self.maintenance.maintained(self.restores.clock.now())

    def seen(self, signals: Iterable[Signal]) -> None:
        """What polls brought: among it when configurations changed."""
        for signal in signals:
            if self.triggers is not None and isinstance(signal, PollSignal) and signal.configuration is not None:
                self.triggers.configured(signal.component, signal.configuration)

    def prepare(self, configuration: Configuration) -> Change:
        """The schedules."""
        components = self.components(configuration)
        entries = dict(entries_of(self.retries, configuration, components.values()))
        maintenance = Silences(configuration.sites, components, self.register)
        entries[NIGHTLY] = CalendarEntry(NIGHTLY, EVERY_NIGHT, "UTC", self.nightly)
        entries[REHEARSAL_ENTRY] = CalendarEntry(REHEARSAL_ENTRY, AFTER_IT, "UTC", self.rehearse)

        async def change() -> None:
            self.calendar.use(entries)
            self.setup.listeners = configuration.listen
            self.kept = configuration.retention.backups
            self.maintenance = maintenance
            if self.triggers is not None:
                await self.triggers.unsaved.reconsider()

        return change

    async def status(self) -> Mapping[str, Any]:
        """Where configurations are kept, what is wrong there, and which components have no good backup."""
        problem = await self.storage.now()
        kept = {"path": str(self.storage.directory), "usable": not problem}
        since = self.triggers.unsaved.since if self.triggers is not None else {}
        not_written = {name: rfc3339(moment) for name, moment in sorted(since.items())}
        saved = {**await self._without(), "rehearsed": await self.database.read(last_rehearsal)}
        said = {**saved, "not_saved_on_device": not_written} if not_written else saved
        return {"storage": {**kept, "problem": problem} if problem else kept, "backups": said}

    async def _without(self) -> dict[str, Any]:
        """The components that should be backed up and have no good backup."""
        components = self.devices.components.items()
        names = sorted(name for name, each in components if _scheduled(each) and gets_backups(self.backups, name))
        without = await self.database.read(partial(table.without, names=names))
        failed = {key.component for key in self.alarm_state().active if key.type == "backup.failed"}
        return {"scheduled": len(names), "without": without, "failed": [name for name in names if name in failed]}

    async def history(self, component: str, limit: int, after: int = 0) -> list[ConfigurationChange]:
        """Who changed a component's configuration, when, and how much. Raises NotFound."""
        return await history(self.database, self.backups, component, limit, after)

    async def storage_need(self, wished: Mapping[str, int]) -> StorageNeed:
        """The storage that a retention needs at most: that of the file, but for what is wished.

        Raises:
            StorageError: the storage does not answer.
        """
        used, free = await self.storage.room()
        names = [name for name, each in self.devices.components.items() if _scheduled(each)]
        versions = {name: list(await self.backups.versions(name, MOST_VERSIONS)) for name in names}
        return storage_need(versions, replace(self.kept, **wished), used, free)

    @property
    def jobs(self) -> Mapping[str, JobKind]:
        """A backup now, what a restore would change, and a restore."""
        return {"backup": backup_job(self.backups), **self.restore_jobs}


@asynccontextmanager
async def open_manifest(
    runtime: Runtime, appliance: ApplianceSettings, key: MasterKey
) -> AsyncIterator[tuple[Manifest, BackupStorage]]:
    """The encrypted store on the partner's disk; one that can't be used, or is another appliance's, is an alarm."""
    directory = appliance.backups
    manifests = ManifestFiles(directory, key)
    found = BackupSet(directory, key, appliance.recovery_key, manifests.all_open)
    contents = BlobStore(directory, key)
    versions = partial(all_versions, manifests, contents)
    storage = BackupStorage(found, versions, runtime.state, runtime.clock, runtime.machine.threads)
    await storage.look()
    await storage.wrap()
    threads = runtime.machine.threads
    blobs, copies = Blobs(directory, key, threads), ManifestCopies(directory, key, threads)
    try:
        guarded = GuardedContents(blobs, storage), GuardedCopies(copies, storage)
        yield Manifest(runtime.state, *guarded), storage
    finally:
        await copies.close()
        await blobs.close()
        await storage.close()


@asynccontextmanager
async def start_backups(
    runtime: Runtime,
    configuration: Configuration,
    key: MasterKey,
    devices: Devices,
    components: ComponentsOf,
    reporting: EventsPart,
    audit: AuditLog,
) -> AsyncIterator[BackupsPart]:
    """Save by calendar, and some quiet minutes after a device reported a change."""
    events, notices = reporting.service, reporting.notices
    async with open_manifest(runtime, configuration.appliance, key) as (manifest, storage):
        active = events.alarm_state.active
        storage.watch_with(Conditions(UNUSABLE, notices, active), Conditions(SLOW, notices, active))
        runtime.supervisor.keep_running("backup storage", storage.run)
        dialogues = BlockingPool("ssh", threads=DIALOGUES, waiting=500, source=runtime.machine.threads)
        computing = BlockingPool("backups", threads=1, waiting=500, source=runtime.machine.threads)
        runtime.counters.gauge("ssh.pool.busy", lambda: dialogues.busy)
        runtime.counters.gauge("backups.pool.busy", lambda: computing.busy)
        client, web = command_lines(runtime, dialogues), web_interfaces(runtime, dialogues)
        backups = make_backups(runtime, manifest, devices, events, client, web, computing)
        retries = Retries(backups, runtime.clock)
        restores = make_restores(runtime, backups, client, web, events, audit, devices)
        part: BackupsPart
        part = BackupsPart(
            backups,
            retries,
            Calendar(runtime.state, runtime.clock, runtime.supervisor),
            components,
            storage,
            devices,
            DeviceSetup(devices, backups, configuration.listen, own_address),
            runtime.state,
            lambda: events.alarm_state,
            configuration.retention.backups,
            _nightly(runtime, manifest, backups, devices, reporting, lambda: part.kept).run,
            restores,
            restore_jobs(restores, runtime.supervisor),
            _rehearsals(runtime, backups, devices, reporting).run,
            reporting.register,
        )
        await part.prepare(configuration)()
        runtime.supervisor.keep_running("calendar", part.calendar.run)
        held = {key.component for key in events.alarm_state.active if key.type == INTERRUPTED}
        await follow_again(restores, runtime.supervisor, runtime.state, held)
        part.triggers = follow_changes(runtime, reporting, backups, retries, client, part.in_maintenance)
        try:
            yield part
        finally:
            await dialogues.close(within=1.0)
            await computing.close(within=1.0)


def _nightly(
    runtime: Runtime,
    manifest: Manifest,
    backups: Backups,
    devices: Devices,
    reporting: EventsPart,
    counts: Callable[[], BackupsKept],
) -> Nightly:
    """What is done with the store each night."""
    removal = Removal(manifest, runtime.state, backups.turn, runtime.counters)
    damaged = Conditions(VERSION_DAMAGED, reporting.notices, reporting.service.alarm_state.active)
    return Nightly(manifest, removal, damaged, devices.names, counts, runtime.clock, reporting.known_time.believed)


def _rehearsals(runtime: Runtime, backups: Backups, devices: Devices, reporting: EventsPart) -> Rehearsals:
    """What the calendar rehearses."""
    conditions = Conditions(REHEARSAL, reporting.notices, reporting.service.alarm_state.active)
    return Rehearsals(backups, devices.names, conditions, runtime.state, runtime.clock)


def entries_of(
    retries: Retries, configuration: Configuration, components: Iterable[Component]
) -> Mapping[str, CalendarEntry]:
    """A calendar entry for each component that may be saved and has a login; whether its type can be is seen then."""
    made = {}
    for component in components:
        if _scheduled(component):
            zone = configuration.sites[component.site].timezone.key
            entry = _entry(retries, component, zone)
            made[entry.name] = entry
    return made


def _scheduled(component: Component) -> bool:
    return gets(component, ServicePart.BACKUP) and component.credentials.login is not None


def _entry(retries: Retries, component: Component, timezone: str) -> CalendarEntry:
    async def work() -> None:
        await retries.scheduled(component.name, component.backup)

    return CalendarEntry(f"backup {component.name}", parse_schedule(component.backup.schedule), timezone, work)


def check_recovery(configuration: Configuration) -> None:
    """Read the recovery key that the file names.

    Raises:
        ConfigurationError: it can't be used.
    """
    if configuration.appliance.recovery_key is not None:
        check_recovery_key(configuration.appliance.recovery_key)
