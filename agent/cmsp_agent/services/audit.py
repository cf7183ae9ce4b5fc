"""Verifies the chain of the audit log."""

import sqlite3
from dataclasses import dataclass, field

from cmsp_agent.storage.sqlite.database import Database
from cmsp_agent.storage.tables import audit
from cmsp_agent.storage.tables.audit import place_of

__all__ = ["AuditLog", "AuditVerdict", "place_of"]


@dataclass(frozen=True, slots=True)
class AuditVerdict:
    """What walking the chain has shown."""

    entries: int
    acknowledged: int | None
    """The last entry that the head-end acknowledged, or that was named."""
    row: int | None
    """The entry at which the chain breaks; None: it holds."""
    what: str = ""


@dataclass(frozen=True, slots=True)
class AuditLog:
    """Reads `state.db`."""

    database: Database
    key: bytes = field(repr=False)

    async def verify(self, named: tuple[int, bytes] | None) -> AuditVerdict:
        """Walk the chain to the last entry that the head-end acknowledged, or to the one that is named."""

        def work(connection: sqlite3.Connection) -> AuditVerdict:
            known = named or audit.acknowledged(connection)
            broken = audit.verify(connection, self.key, known)
            return AuditVerdict(
                audit.tail(connection)[0],
                known[0] if known else None,
                broken.row if broken else None,
                broken.what if broken else "",
            )

        return await self.database.read(work)
