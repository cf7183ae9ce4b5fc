"""The audit log: each entry is chained to the one before it and forwarded to the head-end."""

import sqlite3
from dataclasses import dataclass, field
from typing import NamedTuple

from cmsp_agent.model.ids import NewId, uuid7
from cmsp_agent.storage import outbox
from cmsp_agent.storage.outbox.numbering import current
from cmsp_agent.storage.outbox.records import AUDIT, Record
from cmsp_agent.storage.sqlite.database import Database
from cmsp_agent.storage.tables import audit
from cmsp_agent.storage.tables.audit import AuditEntry, place_of

__all__ = ["AuditEntry", "AuditLog", "AuditVerdict", "place_of"]


@dataclass(frozen=True, slots=True)
class AuditVerdict:
    """What walking the chain has shown."""

    entries: int
    acknowledged: int | None
    """The last entry that the head-end acknowledged, or that was named."""
    row: int | None
    """The entry at which the chain breaks; None: it holds."""
    what: str = ""


class AuditFinding(NamedTuple):
    """What is wrong with the log, and what to do about it."""

    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class AuditLog:
    """The log in `state.db`."""

    database: Database
    key: bytes = field(repr=False)
    new_id: NewId = uuid7

    def append(self, tx: sqlite3.Connection, entry: AuditEntry) -> None:
        """Write an entry and its record for the head-end, in the transaction of what they speak of."""
        audit.append(tx, self.key, entry)
        row, mac = audit.tail(tx)
        data = {"who": entry.who, "source": entry.source, "action": entry.action, "object": entry.object}
        data |= {"outcome": entry.outcome, "detail": entry.detail, "entry": f"{row}:{mac.hex()}"}
        record = Record(self.new_id(entry.at), AUDIT, "", entry.action, entry.at, data)
        audit.reported_by(tx, outbox.append(tx, record, entry.at) + current(tx).base)

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

    async def findings(self) -> list[AuditFinding]:
        """Where the chain does not hold; empty where it does. Walks all of it."""
        found = await self.verify(None)
        if found.row is None:
            return []
        what = f"the audit log does not hold at entry {found.row}: {found.what}"
        return [AuditFinding(what, "compare it with the cmsp.audit.v1 records of the head-end, which has them all")]
