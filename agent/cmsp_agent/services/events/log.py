"""Reads the record: a page of events, one event, a page of incidents, one incident."""

import functools
import sqlite3
from collections.abc import Callable, Sequence

from cmsp_agent.model.errors import NotFound
from cmsp_agent.model.event import Event
from cmsp_agent.model.incident import Incident
from cmsp_agent.storage.encoding import decoded, encode
from cmsp_agent.storage.sqlite.database import Database
from cmsp_agent.storage.tables import events, incidents
from cmsp_agent.storage.tables.events import Filter, Page

__all__ = ["EventLog", "Filter", "Page"]

LARGEST_STEP = 100
"""Events that one look at what follows may find."""


class EventLog:
    """Reads `state.db`; writes nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, only: Filter, after: int | None, limit: int) -> Page:
        """A page of events, the oldest first: what follows a cursor, or the latest."""
        if after is None:
            return await self._database.read(lambda connection: events.latest(connection, only, limit))
        return await self._database.read(lambda connection: events.page(connection, after, only, limit))

    async def end(self) -> int:
        """The cursor of the last event that was ever stored, also where it is deleted by now."""
        return await self._database.read(events.end)

    async def as_stored(
        self, after: int, since: int, limit: int, shown: Callable[[Event], Event] | None
    ) -> tuple[Sequence[bytes], int]:
        """Events after a cursor and received since a time, as JSON with times in ms, and the cursor of what follows.

        Args:
            after: the cursor.
            since: ms since the epoch.
            limit: how many are looked at.
            shown: what the reader sees of an event; None: all of it.
        """
        found, following = await self._database.read(lambda connection: events.bodies(connection, after, since, limit))
        if shown is not None:
            found = [encode(shown(event)) for event in decoded(((body,) for body in found), Event)]
        return found, following

    async def event(self, event_id: str) -> Event:
        """One event, by its id.

        Raises:
            NotFound: there is none.
        """
        found = await self._database.read(lambda connection: events.find(connection, event_id))
        if found is None:
            raise NotFound(f"no event {event_id}; see: cmsp-agent events --json")
        return found

    async def following(self, only: Filter, after: int) -> tuple[tuple[Event, ...], int]:
        """What follows a cursor, and where to go on: past what the filter leaves out too."""
        return await self._database.read(functools.partial(_following, only=only, after=after))

    async def incidents(self, before: int, limit: int) -> tuple[Sequence[Incident], int]:
        """A page of incidents, the newest first, and the cursor of the next page (0: there is none)."""
        return await self._database.read(lambda connection: incidents.page(connection, before, limit))

    async def incident(self, name: str) -> Incident:
        """One incident, by its id or its number.

        Raises:
            NotFound: there is none.
        """
        found = await self._database.read(lambda connection: incidents.find(connection, name))
        if found is None:
            raise NotFound(f"no incident {name}; see: cmsp-agent incident list --all")
        return found


def _following(connection: sqlite3.Connection, only: Filter, after: int) -> tuple[tuple[Event, ...], int]:
    page = events.page(connection, after, only, LARGEST_STEP)
    if len(page.events) == LARGEST_STEP:
        return page.events, page.next
    return page.events, events.latest(connection, events.ALL, 0).next
