"""Calls that change something: done once for each idempotency key, and in the audit log before they are answered."""

import json
import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Header, Request
from fastapi.responses import Response

from cmsp_agent.api.callers import caller_of, parts_of
from cmsp_agent.api.parts import Parts
from cmsp_agent.api.problems import CallInvalid, classify
from cmsp_agent.api.roles import Caller, Role
from cmsp_agent.model.errors import AgentError, Conflict, Refused
from cmsp_agent.model.ids import uuid7
from cmsp_agent.model.job import Job
from cmsp_agent.storage import outbox
from cmsp_agent.storage.outbox.numbering import current
from cmsp_agent.storage.outbox.records import AUDIT, Record
from cmsp_agent.storage.tables import audit
from cmsp_agent.storage.tables import jobs as table

LONGEST_KEY = 200
LONGEST_DETAIL = 500
NOBODY = "nobody"

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Unsafe:
    """One unsafe call: who makes it, on what, and how a repetition of it is known."""

    parts: Parts
    caller: Caller
    action: str
    object: str
    key: str
    """The idempotency key, made distinct from those of other callers."""
    request: bytes
    """What makes it the same request: method, path, query and body."""

    async def accept(self, job: Callable[[], Job], show: Callable[[Job], Document]) -> Response:
        """Accept a job: the job, its audit entry and the answer are one transaction."""
        return await self._once(lambda: self._accept(job, show))

    async def change(self, work: Callable[[], Awaitable[Document]], status: int = 200) -> Response:
        """Do the work, then write the audit entry and the answer."""
        return await self._once(lambda: self._change(work, status))

    async def _once(self, act: Callable[[], Awaitable[table.KeptAnswer]]) -> Response:
        in_progress = self.parts.in_progress
        if self.key in in_progress:
            raise Conflict("a call with this idempotency key is in progress")
        in_progress.add(self.key)
        try:
            known = await self.parts.database.read(self._answered)
            return _response(known, replayed=True) if known else _response(await act())
        except AgentError as error:
            await self.audit(str(classify(error)[0]), str(error))
            raise
        finally:
            in_progress.discard(self.key)

    async def _accept(self, draft: Callable[[], Job], show: Callable[[Job], Document]) -> table.KeptAnswer:
        job = draft()
        answer = table.KeptAnswer(202, _encode(show(job)))

        def commit(tx: sqlite3.Connection) -> None:
            self.parts.jobs.accept(tx, job)
            self._close(tx, answer, f"job {job.id}")

        await self.parts.database.write(commit)
        self.parts.jobs.start(job)
        return answer

    async def _change(self, work: Callable[[], Awaitable[Document]], status: int) -> table.KeptAnswer:
        answer = table.KeptAnswer(status, _encode(await work()))
        await self.parts.database.write(lambda tx: self._close(tx, answer, ""))
        return answer

    def _answered(self, connection: sqlite3.Connection) -> table.KeptAnswer | None:
        return table.answered(connection, self.key, self.caller.name, self.request)

    def _close(self, tx: sqlite3.Connection, answer: table.KeptAnswer, detail: str) -> None:
        now = self.parts.clock.now()
        table.remember(tx, self.key, self.caller.name, self.request, answer, now)
        self._log(tx, now, str(answer.status), detail)

    async def audit(self, outcome: str, detail: str) -> None:
        """Write an entry of its own: a call that was refused or failed."""
        now = self.parts.clock.now()
        await self.parts.database.write(lambda tx: self._log(tx, now, outcome, detail))

    async def audit_refusal(self, reason: str) -> None:
        """Write the first of a caller's refused calls, and with a later one how many there were between."""
        between = self.parts.refusals.due(self.caller.name, self.parts.clock.monotonic())
        self.parts.counters.add("api.refused")
        if between is not None:
            await self.audit(
                "403", f"{reason}; {between} more were refused since the last entry" if between else reason
            )

    def _log(self, tx: sqlite3.Connection, now: int, outcome: str, detail: str) -> None:
        who = f"{self.caller.name} ({self.caller.role})"
        entry = audit.AuditEntry(
            now, who, self.caller.source, self.action, self.object, outcome, detail[:LONGEST_DETAIL]
        )
        audit.append(tx, self.parts.audit.key, entry)
        row, mac = audit.tail(tx)
        data = {"who": who, "source": entry.source, "action": entry.action, "object": entry.object}
        record = Record(
            uuid7(now),
            AUDIT,
            "",
            entry.action,
            now,
            {**data, "outcome": outcome, "detail": entry.detail, "entry": f"{row}:{mac.hex()}"},
        )
        audit.reported_by(tx, outbox.append(tx, record, now) + current(tx).base)


async def shown_secrets(request: Request, caller: Caller) -> None:
    """Audit a reading call that shows secrets, before it does."""
    call = await _call(request, caller, "")
    await call.audit("shown", "")


def unsafe(role: Role) -> Callable[..., Awaitable[Unsafe]]:
    """A dependency: a call by a caller with this role or a higher one. A refusal is audited too."""

    async def dependency(
        request: Request,
        idempotency_key: Annotated[str | None, Header(description="Repeats are answered as the first time.")] = None,
    ) -> Unsafe:
        caller = _caller(request)
        call = await _call(request, caller, idempotency_key or "")
        try:
            caller_of(request).require(role)
        except Refused as error:
            await call.audit_refusal(str(error))
            raise
        if not idempotency_key or len(idempotency_key) > LONGEST_KEY:
            raise CallInvalid(f"the header Idempotency-Key is required, with at most {LONGEST_KEY} characters")
        return call

    return dependency


def _caller(request: Request) -> Caller:
    """The caller for the audit log, also where nobody gave it a role."""
    try:
        return caller_of(request)
    except Refused:
        peer = request.state.peer
        return Caller(", ".join(peer.identities) or NOBODY, Role.OBSERVER, peer.source)


async def _call(request: Request, caller: Caller, key: str) -> Unsafe:
    url = request.url
    content = b"\n".join([request.method.encode(), f"{url.path}?{url.query}".encode(), await request.body()])
    named = "/".join(str(value) for value in request.path_params.values())
    action = f"{request.method} {url.path}"[:LONGEST_DETAIL]
    return Unsafe(parts_of(request), caller, action, named[:LONGEST_DETAIL], f"{caller.name}\n{key}", content)


def _encode(document: Document) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()


def _response(answer: table.KeptAnswer, *, replayed: bool = False) -> Response:
    """The answer; its headers follow from what it says, so that a replay has the same ones."""
    document = json.loads(answer.body)
    headers = {"Idempotent-Replayed": "true"} if replayed else {}
    if answer.status == 202:
        headers["Location"] = f"/v1/jobs/{document['id']}"
    if "version" in document:
        headers["ETag"] = f'"{document["version"]}"'
    return Response(answer.body, answer.status, headers, media_type="application/json")
