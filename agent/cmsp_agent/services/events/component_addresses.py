"""Keeps the addresses of components by the file, beside what is known of them: so what a start renames is known."""

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cmsp_agent.config.configuration import Configuration
from cmsp_agent.model.component import Component
from cmsp_agent.model.renaming import Addressed, renamed
from cmsp_agent.storage.sqlite.database import Database
from cmsp_agent.storage.tables import addressed as table

Places = Mapping[str, Addressed]
"""Component → where it is."""
Write = Callable[[sqlite3.Connection], None]


def places_of(written: Configuration, components: Mapping[str, Component]) -> dict[str, Addressed]:
    """Where the components are, as the file has it and as its names were resolved."""
    asked = written.components.items()
    return {name: Addressed(one.addresses, components[name].addresses) for name, one in asked if name in components}


@dataclass(frozen=True, slots=True)
class Moves:
    """What another file changes."""

    places: Places
    renamed: Mapping[str, str]
    """Name before → name now."""
    write: Write | None
    """Writes the places, where they are others; to be called with what the renaming changes."""


class KeptPlaces:
    """The places that one part of what is known goes by."""

    def __init__(self, of: str) -> None:
        self._of = of
        self._known: Places = {}

    async def load(self, database: Database) -> None:
        """Take up what the last run kept.

        Raises:
            StorageError: the database can't be read.
        """
        self._known = await database.read(lambda connection: table.known(connection, self._of))

    def moves(self, places: Places | None) -> Moves:
        """What these places change; None: they are as they were."""
        if places is None or places == self._known:
            return Moves(self._known, {}, None)
        return Moves(places, renamed(self._known, places), lambda tx: table.save(tx, self._of, places))

    def take(self, moves: Moves) -> None:
        """It is written."""
        self._known = moves.places
