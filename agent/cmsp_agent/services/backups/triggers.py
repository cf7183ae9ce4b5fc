"""What brings a backup beside the calendar, put together, and the watch over what was not saved on a device."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from operator import attrgetter

from cmsp_agent.model.errors import NotFound, Refused
from cmsp_agent.model.signal import ConfigurationTimes
from cmsp_agent.plugin.api import CONFIG_CHANGED
from cmsp_agent.services.backups.retries import Retries
from cmsp_agent.services.backups.service import Backups
from cmsp_agent.services.backups.ssh_reading import SshReader, plain
from cmsp_agent.services.backups.startup import unsaved_lines
from cmsp_agent.services.backups.unsaved import UNSAVED, UnsavedChanges
from cmsp_agent.services.backups.when_polled import AroundMaintenance, PolledChanges
from cmsp_agent.services.backups.when_reported import BackupAfterChange, ConfigurationChanges
from cmsp_agent.services.events.conditions import Conditions
from cmsp_agent.services.events.start import EventsPart
from cmsp_agent.services.runtime import Runtime
from cmsp_agent.storage.sqlite import meta
from cmsp_agent.storage.tables import events
from cmsp_agent.transports.ssh import CliClient

LATELY = 86_400_000
"""Milliseconds before a start within which a reported change is looked for."""
MOST_REPORTS = 5_000
MAINTAINED = "backups.maintained"
"""The components that were in maintenance when the agent last looked, in `state.db`."""


@dataclass(frozen=True, slots=True)
class Triggers:
    """What follows the devices and the people, once it runs."""

    polled: PolledChanges
    unsaved: UnsavedChanges

    def configured(self, component: str, times: ConfigurationTimes) -> None:
        """Note when the component's configuration changed, as a poll found."""
        self.polled.configured(component, times)
        self.unsaved.configured(component, times)


def follow_changes(
    runtime: Runtime,
    reporting: EventsPart,
    backups: Backups,
    retries: Retries,
    client: CliClient,
    in_maintenance: Callable[[], Iterable[str]],
) -> Triggers:
    """Save what devices say that somebody changed, and what is there before and after people work on them."""
    supervisor, reported = runtime.supervisor, reporting.service
    reader = SshReader(client, attrgetter("source"))

    async def save(component: str, reason: str = "change") -> None:
        known, _ = backups.require(component)
        await retries.run(component, reason, known.backup)

    after_change = BackupAfterChange(save, supervisor, runtime.clock)
    reported.subscribe(ConfigurationChanges(after_change, backups))
    conditions = Conditions(UNSAVED, reporting.notices, reported.alarm_state.active)

    async def differing(component: str) -> int | None:
        known, platform = backups.require(component)
        running, startup = await reader.both(known, platform)
        text = backups.texts.of_platform(platform)
        return await backups.texts.compute(lambda: unsaved_lines(platform, text, plain(running)[0], plain(startup)[0]))

    def around(component: str, reason: str) -> None:
        task = f"backup of {component}: {reason}"
        if task not in supervisor.names() and gets_backups(backups, component):
            supervisor.run(task, save(component, reason))

    async def maintained() -> frozenset[str]:
        said = await runtime.state.read(lambda connection: meta.get(connection, MAINTAINED))
        return frozenset() if said is None else frozenset(json.loads(said))

    async def keep(names: frozenset[str]) -> None:
        await runtime.state.write(lambda tx: meta.put(tx, MAINTAINED, json.dumps(sorted(names))))

    unsaved = UnsavedChanges(backups, differing, conditions, runtime.state, runtime.clock)
    retries.saved = unsaved.look
    polled = PolledChanges(backups, after_change.notice)
    maintenance = AroundMaintenance(in_maintenance, around, runtime.clock, maintained, keep)
    supervisor.run("changes before the start", notice_unsaved_changes(runtime, backups, after_change))
    for name, run in (
        ("backups after changes", after_change.run),
        ("changes that polls find", polled.run),
        ("backups around maintenance", maintenance.run),
        ("running and startup configurations", unsaved.run),
    ):
        supervisor.keep_running(name, run)
    return Triggers(polled, unsaved)


async def notice_unsaved_changes(runtime: Runtime, backups: Backups, after_change: BackupAfterChange) -> None:
    """What devices reported before the agent ended, and was not backed up yet, is saved now."""
    since = runtime.clock.now() - LATELY
    only = events.Filter(type=CONFIG_CHANGED.type)
    page = await runtime.state.read(lambda connection: events.latest(connection, only, MOST_REPORTS))
    changed = {each.component: each.received_at for each in reversed(page.events) if each.received_at > since}
    for component, reported in changed.items():
        last = await backups.latest(component)
        if gets_backups(backups, component) and last is not None and last.verified_at < reported:
            after_change.notice(component)


def gets_backups(backups: Backups, component: str) -> bool:
    """Whether the component is backed up at all, and can be."""
    try:
        backups.require(component)
    except (Refused, NotFound):
        return False
    return True
