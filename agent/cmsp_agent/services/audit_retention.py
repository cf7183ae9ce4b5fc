"""Keeps the audit log to its age and its budget. What is cut is itself an entry, and goes to the head-end."""

import logging
import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import NoReturn

from cmsp_agent.aio.clock import Clock
from cmsp_agent.model.errors import StorageError
from cmsp_agent.services.audit import AuditEntry, AuditLog
from cmsp_agent.storage.tables import audit

log = logging.getLogger(__name__)

EVERY = 3600.0
KEPT = 400 * 86_400_000
"""How long an entry is kept, ms."""
MOST = 100_000
"""Entries: the budget of the log."""
ROOM = 0.9
"""Of the budget that is left after a cut, so that not each hour cuts."""
BY = "cmsp-agent"


@dataclass(frozen=True, slots=True)
class AuditRetention:
    """Run `run` under the supervisor."""

    log: AuditLog
    clock: Clock
    believed: Callable[[], Awaitable[bool]]
    """Whether the clock is; nothing is cut by its age where it is not."""
    most: int = MOST

    async def run(self) -> NoReturn:
        """Look each hour, until cancelled."""
        while True:
            try:
                await self.keep()
            except StorageError as error:
                log.warning("old entries of the audit log could not be deleted", extra={"reason": str(error)})
            await self.clock.sleep(EVERY)

    async def keep(self) -> int:
        """Cut what is too old, or beyond the budget; how many entries went.

        Raises:
            StorageError: the database can't be read or written.
        """
        old = self.clock.now() - KEPT if await self.believed() else 0
        return await self.log.database.write(lambda tx: self._cut(tx, old), makes_room=True)

    def _cut(self, tx: sqlite3.Connection, old: int) -> int:
        first, last = audit.ends(tx)
        count = last - first + 1
        beyond = last - int(self.most * ROOM) if count > self.most else 0
        upto = max(beyond, audit.last_before(tx, old))
        if upto < first or not count:
            return 0
        place = audit.place(tx, upto)
        why = "beyond the budget" if beyond >= upto else "too old"
        entry = AuditEntry(
            self.clock.now(), BY, "local", audit.CUT, f"entries {first} to {upto}", "done", f"{place} {why}"
        )
        self.log.append(tx, entry)
        audit.cut(tx, upto)
        return upto - first + 1
