"""Shows that a component's newest backup could be put back: it decrypts, parses, would apply. Asks no device."""

import json
import re
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from cmsp_agent.aio.clock import Clock
from cmsp_agent.model.backup import Backup
from cmsp_agent.model.errors import NotFound, Refused, StorageError
from cmsp_agent.plugin.api import CliPlatform
from cmsp_agent.services.backups.clean_text import ConfigText
from cmsp_agent.services.backups.dry_run import enter
from cmsp_agent.services.backups.service import Backups
from cmsp_agent.services.backups.ssh_reading import to_bytes
from cmsp_agent.services.events.conditions import Conditions
from cmsp_agent.storage.sqlite import meta
from cmsp_agent.storage.sqlite.database import Database

REHEARSAL = "backup.rehearsal"
OBJECT = "configuration"
LAST = "backups.rehearsed"
"""What the last rehearsal by the calendar found, in `state.db`."""


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What a rehearsal found. Nothing secret: a line is named by its number."""

    component: str
    backup: str = ""
    """The version; empty: there is none."""
    errors: tuple[str, ...] = ()
    """Why it could not be put back; empty: it could."""
    notes: tuple[str, ...] = ()
    """What a person should know before it is."""


async def rehearse(backups: Backups, component: str) -> Rehearsed:
    """Rehearse the restore of a component's newest backup.

    Raises:
        NotFound: no such component.
        Refused: it gets no backup; the text names the source.
    """
    _, platform = backups.require(component)
    try:
        newest = await backups.find(component, "latest")
    except NotFound as error:
        return Rehearsed(component, errors=(str(error),))
    text = backups.texts.of(component)
    try:
        content = await backups.content(component, newest.id, redacted=False)
        errors, notes = await backups.texts.compute(lambda: examine(platform, text, newest, content))
    except StorageError as error:
        return Rehearsed(component, newest.id, (str(error),))
    return Rehearsed(component, newest.id, errors, (*notes, *await _since(backups, newest)))


async def _since(backups: Backups, newest: Backup) -> Sequence[str]:
    """What the device was seen to run since."""
    try:
        suspect = await backups.find(newest.component, "suspect")
    except NotFound:
        return ()
    if suspect.verified_at <= newest.verified_at:
        return ()
    return (f"the device was last seen to run another one, which is suspect: {suspect.id}",)


def examine(
    platform: CliPlatform, text: ConfigText, version: Backup, content: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Why a version could not be put back, and what is to be known where it could. Pure."""
    errors = text.flaws(content)
    if size_differs(version, content):
        errors.append(f"it is {len(to_bytes(content))} bytes where {version.size} were stored")
    if (refusal := text.refusal(content)) != "":
        errors.append(f"it holds the device's refusal: {refusal}")
    if errors:
        return tuple(errors), ()
    if platform.fetch is not None:  # a file for its own reader, not lines for a command line
        return (), tuple(_way(platform, content))
    dry = enter(platform, text.restorable(content))
    joined = [f"{section!r} stands more than once: the device joins them" for section in dry.joined]
    return dry.flaws, (*joined, *_way(platform, content), *_lacks(platform, content))


def size_differs(version: Backup, content: str) -> bool:
    """Whether the text is not the one that the manifest tells of."""
    return len(to_bytes(content)) != version.size


def _way(platform: CliPlatform, content: str) -> Iterator[str]:
    way = platform.replacement
    if way is None and platform.upload is not None:
        yield "it is uploaded as a file, where the component permits it: the device has no way back of its own"
        return
    if way is None:
        yield "the agent can't put it back on this device type; a person enters it"
        return
    if not way.ask and re.search(way.ready, content, re.MULTILINE) is None:
        yield f"the device could not go back by itself: {way.remedy}"
    late = sum(any(re.search(each, line) for each in way.needs_reload) for line in content.splitlines())
    if late:
        yield f"{late} of its lines take effect at the device's next start only, where they differ"


def _lacks(platform: CliPlatform, content: str) -> Iterable[str]:
    return (
        f"on a replaced device it lacks {lack.what}"
        for lack in platform.lacks
        if re.search(lack.where, content, re.MULTILINE)
    )


@dataclass(frozen=True, slots=True)
class Rehearsals:
    """Rehearses all components by the calendar; an alarm for each backup that could not be put back."""

    backups: Backups
    components: Callable[[], Iterable[str]]
    conditions: Conditions
    database: Database
    clock: Clock

    async def run(self) -> None:
        """Rehearse them all, and remember what was found.

        Raises:
            StorageError: the database can't be read or written.
        """
        found = [each async for each in rehearse_all(self.backups, sorted(self.components())) if each.backup]
        failed = [each for each in found if each.errors]
        self.conditions.settle(
            {(each.component, OBJECT): f"backup {each.backup}: {'; '.join(each.errors)}" for each in failed},
            "the newest backup could be put back",
        )
        names = [each.component for each in failed]
        said = json.dumps({"at": self.clock.now(), "proved": len(found) - len(failed), "failed": names})
        await self.database.write(lambda tx: meta.put(tx, LAST, said))


async def rehearse_all(backups: Backups, components: Iterable[str]) -> AsyncIterator[Rehearsed]:
    """Rehearse those of the components that get backups."""
    for component in components:
        try:
            yield await rehearse(backups, component)
        except (NotFound, Refused):
            continue


def last_rehearsal(connection: sqlite3.Connection) -> dict[str, object]:
    """When the calendar rehearsed last (ms), how many backups could be put back, and of which components none could."""
    said = meta.get(connection, LAST)
    return {} if said is None else dict(json.loads(said))
