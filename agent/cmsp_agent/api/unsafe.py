"""Calls that change something: done once for each idempotency key, and in the audit log before they are answered."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Header, Request
from fastapi.responses import Response

from cmsp_agent.api.callers import caller_of, services_of
from cmsp_agent.api.problems import CallInvalid, classify
from cmsp_agent.api.roles import Caller, Role
from cmsp_agent.api.services import ApiServices
from cmsp_agent.model.errors import AgentError, Refused
from cmsp_agent.model.job import Job
from cmsp_agent.pipeline.privacy import without_people
from cmsp_agent.services.unsafe_calls import LONGEST_DETAIL, KeptAnswer, UnsafeCall

LONGEST_KEY = 200
NOBODY = "nobody"

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Unsafe:
    """One unsafe call and who makes it."""

    services: ApiServices
    caller: Caller
    call: UnsafeCall

    async def accept(self, job: Callable[[], Job], show: Callable[[Job], Document]) -> Response:
        """Accept a job: the job, its audit entry and the answer are one transaction."""
        return await self._once(lambda: self._accept(job, show))

    async def change(
        self,
        work: Callable[[], Awaitable[Document]],
        status: int = 200,
        detail: Callable[[Document], str] = lambda _answer: "",
    ) -> Response:
        """Do the work, then write the audit entry, with what the answer says of it, and the answer."""
        return await self._once(lambda: self._change(work, status, detail))

    async def _once(self, act: Callable[[], Awaitable[KeptAnswer]]) -> Response:
        calls = self.services.calls
        with calls.once(self.call):
            try:
                known = await calls.answered(self.call)
                return _response(known, replayed=True) if known else _response(await act())
            except AgentError as error:
                await calls.log(self.call, str(classify(error)[0]), str(error))
                raise

    async def _accept(self, draft: Callable[[], Job], show: Callable[[Job], Document]) -> KeptAnswer:
        job, jobs = draft(), self.services.jobs
        answer = KeptAnswer(202, _encode(show(job)))
        await self.services.calls.close(self.call, answer, f"job {job.id}", lambda tx: jobs.accept(tx, job))
        jobs.start(job)
        return answer

    async def _change(
        self, work: Callable[[], Awaitable[Document]], status: int, detail: Callable[[Document], str]
    ) -> KeptAnswer:
        document = await work()
        answer = KeptAnswer(status, _encode(document))
        await self.services.calls.close(self.call, answer, without_people(detail(document)))
        return answer

    async def audit(self, outcome: str, detail: str) -> None:
        """Write an entry of its own: a call that was refused or failed."""
        await self.services.calls.log(self.call, outcome, detail)

    async def audit_refusal(self, reason: str) -> None:
        """Write the first of a caller's refused calls, and with a later one how many there were between."""
        between = self.services.refusals.due(self.caller.name, self.services.clock.monotonic())
        self.services.counters.add("api.refused")
        if between is not None:
            were = "was" if between == 1 else "were"
            more = f"; {between} more {were} refused since the last entry" if between else ""
            await self.audit("403", f"{reason}{more}")


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
        if idempotency_key is None and request.method == "GET":
            idempotency_key = services_of(request).calls.own_key()  # a job that a GET asks for may be made twice
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
    made = UnsafeCall(
        caller.name,
        str(caller.role),
        caller.source,
        action,
        named[:LONGEST_DETAIL],
        f"{caller.name}\n{key}",
        content,
    )
    return Unsafe(services_of(request), caller, made)


def _encode(document: Document) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()


def _response(answer: KeptAnswer, *, replayed: bool = False) -> Response:
    """The answer; its headers follow from what it says, so that a replay has the same ones."""
    document = json.loads(answer.body)
    headers = {"Idempotent-Replayed": "true"} if replayed else {}
    if answer.status == 202:
        headers["Location"] = f"/v1/jobs/{document['id']}"
    if "version" in document:
        headers["ETag"] = f'"{document["version"]}"'
    return Response(answer.body, answer.status, headers, media_type="application/json")


Operator = Annotated[Unsafe, Depends(unsafe(Role.OPERATOR))]
Engineer = Annotated[Unsafe, Depends(unsafe(Role.ENGINEER))]
Admin = Annotated[Unsafe, Depends(unsafe(Role.ADMIN))]
"""What a route that changes something asks for: the least role that may call it."""
