"""The parts that save configurations: SSH, the encrypted store, backups by calendar, after a change and on demand."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from operator import attrgetter

from cmsp_agent.aio.blocking import BlockingPool
from cmsp_agent.app.observing import Known, Observing
from cmsp_agent.config.configuration import ApplianceSettings, Configuration
from cmsp_agent.config.schedules import parse_schedule
from cmsp_agent.model.component import Component
from cmsp_agent.model.errors import NotFound, Refused
from cmsp_agent.pipeline.alarm_state import Changes
from cmsp_agent.plugin.api import CliPlatform
from cmsp_agent.services.backups import BackupAfterChange, Backups, Directory, Manifest, ManifestCopies, SshReader
from cmsp_agent.services.calendar import Calendar, CalendarEntry
from cmsp_agent.services.runtime import Runtime, make_directory
from cmsp_agent.storage.sealed.blobs import Blobs
from cmsp_agent.storage.sealed.master_key import MasterKey, keep_wrapped
from cmsp_agent.transports.ssh import CliClient
from cmsp_agent.transports.ssh.stored_keys import StoredHostKeys

DIALOGUES = 20
"""SSH dialogues at the same time; each holds a thread."""
CHANGED = "config.changed"
"""The alarm type that device types give to what says that the configuration was changed."""


@dataclass(frozen=True, slots=True)
class Saving:
    """The parts, running."""

    backups: Backups
    calendar: Calendar

    def use(self, configuration: Configuration, known: Known) -> None:
        """Go by another configuration's schedules."""
        self.calendar.use(entries(self.backups, configuration, known))


@asynccontextmanager
async def open_manifest(runtime: Runtime, appliance: ApplianceSettings, key: MasterKey) -> AsyncIterator[Manifest]:
    """The encrypted store on the partner's disk, and beside it the master key wrapped for the partner's recovery key.

    Raises:
        ConfigurationError: the recovery key can't be used.
        StorageError: the directory can't be used.
    """
    make_directory(appliance.backups)
    if appliance.recovery_key is not None:
        keep_wrapped(key, appliance.recovery_key, appliance.backups)
    blobs, copies = Blobs(appliance.backups, key), ManifestCopies(appliance.backups, key)
    try:
        yield Manifest(runtime.state, blobs, copies)
    finally:
        await copies.close()
        await blobs.close()


@asynccontextmanager
async def start_saving(
    runtime: Runtime, configuration: Configuration, known: Known, observing: Observing, manifest: Manifest
) -> AsyncIterator[Saving]:
    """Save by calendar, and some quiet minutes after a device told of a change."""
    dialogues = BlockingPool("ssh", threads=DIALOGUES, waiting=500)
    computing = BlockingPool("backups", threads=1, waiting=500)
    client = CliClient(dialogues, StoredHostKeys(runtime.state, runtime.clock), runtime.clock, runtime.counters)

    def component(name: str) -> Component | None:
        return known.devices.components.get(name)

    def platform(name: str) -> CliPlatform | None:
        return known.devices.device_type(name).cli

    directory = Directory(component, platform)
    backups = Backups(
        directory,
        SshReader(client, attrgetter("source")),
        manifest,
        observing.events.tell,
        computing,
        runtime.clock,
        runtime.counters,
        at_once=DIALOGUES,
    )
    calendar = Calendar(runtime.state, runtime.clock, runtime.supervisor)
    calendar.use(entries(backups, configuration, known))

    async def save(name: str) -> None:
        await backups.run(name, "change")

    after_change = BackupAfterChange(save, runtime.supervisor, runtime.clock)
    observing.events.subscribe(ConfigurationChanges(after_change, backups))
    runtime.supervisor.keep_running("calendar", calendar.run)
    runtime.supervisor.keep_running("backups after changes", after_change.run)
    try:
        yield Saving(backups, calendar)
    finally:
        await dialogues.close(within=1.0)
        await computing.close(within=1.0)


def entries(backups: Backups, configuration: Configuration, known: Known) -> Mapping[str, CalendarEntry]:
    """A calendar entry for each component that may be saved and has a login; whether its type can be is seen then."""
    made = {}
    for component in known.devices.components.values():
        if component.backup.enabled and component.credentials.ssh is not None:
            zone = configuration.sites[component.site].timezone.key
            entry = _entry(backups, component, zone)
            made[entry.name] = entry
    return made


def _entry(backups: Backups, component: Component, timezone: str) -> CalendarEntry:
    async def work() -> None:
        await backups.run(component.name, "schedule")

    return CalendarEntry(f"backup {component.name}", parse_schedule(component.backup.schedule), timezone, work)


class ConfigurationChanges:
    """Hears of committed changes: a changed configuration is saved once the device is quiet, where it may be saved."""

    def __init__(self, after_change: BackupAfterChange, backups: Backups) -> None:
        self._after_change = after_change
        self._backups = backups

    def __call__(self, changes: Changes) -> None:
        for event in (*changes.new.values(), *changes.changed.values()):
            if event.type == CHANGED and self._saved(event.component):
                self._after_change.notice(event.component)

    def _saved(self, component: str) -> bool:
        try:
            self._backups.require(component)
        except (Refused, NotFound):
            return False
        return True
