"""Looking through what is stored: is each version whole, where does a text stand. Changes nothing."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass

from cmsp_agent.model.errors import NotFound, Refused, StorageError
from cmsp_agent.model.wording import printable
from cmsp_agent.services.backups.service import Backups

MOST_VERSIONS = 1_000
MOST_LINES = 1_000
"""Lines that a search finds before it stops."""


@dataclass(frozen=True, slots=True)
class Verified:
    """One version that was read from the store and decrypted; why it can't be, where it can't."""

    component: str
    backup: str
    error: str = ""


@dataclass(frozen=True, slots=True)
class FoundLine:
    """A line of a newest version, its secrets hidden."""

    component: str
    backup: str
    line: int
    text: str


async def verify(backups: Backups, component: str, after: int, limit: int) -> list[Verified]:
    """Read so many versions of a component again, those after the newest `after`. Raises NotFound."""
    found = []
    for version in (await backups.versions(component, after + limit))[after:]:
        try:
            await backups.content(component, version.id, redacted=False)
        except StorageError as error:
            found.append(Verified(component, version.id, str(error)))
        else:
            found.append(Verified(component, version.id))
    return found


async def grep(
    backups: Backups, components: Iterable[str], text: str, shown_as: Callable[[str, str], str]
) -> AsyncIterator[FoundLine]:
    """The lines of the newest versions that hold the text, upper or lower case; hidden values are not searched.

    Args:
        backups: the store.
        components: whose.
        text: what is looked for.
        shown_as: (component, line) → the line as the asker may see it: what is masked is not found either.
    """
    wanted, left = text.lower(), MOST_LINES
    for component in components:
        await asyncio.sleep(0)
        try:
            newest = await backups.find(component, "latest")
            shown = await backups.content(component, newest.id, redacted=True)
        except (NotFound, Refused, StorageError):
            continue
        for number, line in enumerate(shown.splitlines(), 1):
            if wanted not in line.lower():
                continue
            masked = shown_as(component, line)
            if wanted in masked.lower():
                yield FoundLine(component, newest.id, number, printable(masked))
                left -= 1
                if not left:
                    return
