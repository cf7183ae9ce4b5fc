"""What became of a component's configuration over time: who changed what and when, as far as the device said so."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cmsp_agent.model.backup import Backup
from cmsp_agent.model.errors import Refused, StorageError
from cmsp_agent.model.event import Event
from cmsp_agent.plugin.api import CONFIG_CHANGED
from cmsp_agent.services.backups.device_identity import between_devices
from cmsp_agent.services.backups.differences import ChangedLines, changed_lines
from cmsp_agent.services.backups.service import Backups
from cmsp_agent.storage.sqlite.database import Database
from cmsp_agent.storage.tables import events

MOST_EVENTS = 1_000


@dataclass(frozen=True, slots=True)
class ReportBetween:
    """A message in which the device said that it was changed: by whom and from where, in its own words."""

    at: int
    text: str


@dataclass(frozen=True, slots=True)
class ConfigurationChange:
    """A version beside the one before it."""

    version: Backup
    before: Backup | None
    lines: ChangedLines | None
    """None: it is the first, or one of the two can't be read."""
    reports: tuple[ReportBetween, ...]
    """What the device said between the two."""


async def history(
    database: Database, backups: Backups, component: str, limit: int, after: int = 0
) -> list[ConfigurationChange]:
    """So many changes of a component, those after the newest `after`; the newest first. Raises NotFound."""
    sound = [each for each in await backups.versions(component, 1_000) if not each.suspect]
    versions = sound[after : after + limit + 1]
    only = events.Filter(component=component, type=CONFIG_CHANGED.type)
    page = await database.read(lambda connection: events.latest(connection, only, MOST_EVENTS))
    found = []
    for version, before in _pairs(versions):
        lines = await _lines(backups, version, before) if before else None
        since = before.verified_at if before else 0
        reports = _between(page.events, since, version.taken_at)
        if before and (two := between_devices(before.serial, version.serial)):
            reports = (ReportBetween(version.taken_at, two), *reports)
        found.append(ConfigurationChange(version, before, lines, reports))
    return found[:limit]


async def _lines(backups: Backups, version: Backup, before: Backup) -> ChangedLines | None:
    try:
        return changed_lines(await backups.difference(version.component, version.id, before.id))
    except (Refused, StorageError):
        return None


def _pairs(versions: Sequence[Backup]) -> Iterable[tuple[Backup, Backup | None]]:
    return zip(versions, [*versions[1:], None][: len(versions)], strict=True)


def _between(found: Iterable[Event], since: int, until: int) -> tuple[ReportBetween, ...]:
    return tuple(ReportBetween(event.occurred_at, event.text) for event in found if since < event.received_at <= until)
