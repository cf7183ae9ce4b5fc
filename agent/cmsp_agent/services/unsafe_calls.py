"""Calls of unsafe methods (RFC 9110): done once for each idempotency key, in the audit log before they are answered."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from cmsp_agent.aio.clock import Clock
from cmsp_agent.model.errors import Conflict
from cmsp_agent.services.audit import AuditEntry, AuditLog
from cmsp_agent.storage.sqlite.database import Database
from cmsp_agent.storage.tables import jobs as table
from cmsp_agent.storage.tables.jobs import KeptAnswer

__all__ = ["KeptAnswer", "UnsafeCall", "UnsafeCalls"]

LONGEST_DETAIL = 500


@dataclass(frozen=True, slots=True)
class UnsafeCall:
    """Who calls what, and how a repetition of it is known."""

    caller: str
    role: str
    source: str
    """Address, or `local`."""
    action: str
    object: str
    key: str
    """The idempotency key, distinct from those of other callers."""
    request: bytes
    """What makes it the same request: method, path, query and body."""


class UnsafeCalls:
    """Remembers in `state.db` what was answered, and writes the audit log."""

    def __init__(self, database: Database, audit: AuditLog, clock: Clock) -> None:
        self._database = database
        self._audit = audit
        self._clock = clock
        self._in_progress: set[str] = set()

    def own_key(self) -> str:
        """A key for a call that brings none: no other call has it."""
        return self._audit.new_id(self._clock.now())

    @contextmanager
    def once(self, call: UnsafeCall) -> Iterator[None]:
        """Hold the call's key.

        Raises:
            Conflict: a call with this key is in progress.
        """
        if call.key in self._in_progress:
            raise Conflict("a call with this idempotency key is in progress")
        self._in_progress.add(call.key)
        try:
            yield
        finally:
            self._in_progress.discard(call.key)

    async def answered(self, call: UnsafeCall) -> KeptAnswer | None:
        """The answer that this call got already.

        Raises:
            Conflict: the key was used for another request.
        """
        return await self._database.read(lambda reader: table.answered(reader, call.key, call.caller, call.request))

    async def close(
        self,
        call: UnsafeCall,
        answer: KeptAnswer,
        detail: str = "",
        accept: Callable[[sqlite3.Connection], None] | None = None,
    ) -> None:
        """Keep the answer and write the audit entry, in one transaction with what the call is accepted for."""

        def commit(tx: sqlite3.Connection) -> None:
            now = self._clock.now()
            if accept:
                accept(tx)
            table.remember(tx, call.key, call.caller, call.request, answer, now)
            self._audit.append(tx, _entry(call, now, str(answer.status), detail))

        await self._database.write(commit)

    async def log(self, call: UnsafeCall, outcome: str, detail: str) -> None:
        """Write an audit entry alone: a call that was refused or failed."""
        entry = _entry(call, self._clock.now(), outcome, detail)
        await self._database.write(lambda tx: self._audit.append(tx, entry))


def _entry(call: UnsafeCall, now: int, outcome: str, detail: str) -> AuditEntry:
    who = f"{call.caller} ({call.role})"
    return AuditEntry(now, who, call.source, call.action, call.object, outcome, detail[:LONGEST_DETAIL])
