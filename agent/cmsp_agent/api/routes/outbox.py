"""Calls about the outbox: what waits, its dead letters, its check and repair; and the confirmation of the clock."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi import Path as PathParameter
from fastapi.responses import Response

from cmsp_agent.api import paging
from cmsp_agent.api.callers import READING, services_of
from cmsp_agent.api.schemas.appliance import ClockConfirmed
from cmsp_agent.api.schemas.outbox import Appended, DeadLetterText, Dropped, OutboxCheck, OutboxState
from cmsp_agent.api.unsafe import Admin, Engineer
from cmsp_agent.model.times import optional_time, rfc3339
from cmsp_agent.services.link.outbox_inspection import DeadLetter

router = APIRouter(prefix="/v1", tags=["outbox"])
LetterId = Annotated[int, PathParameter(ge=1, lt=1 << 62)]
After = Annotated[int, Query(ge=0, lt=1 << 62)]


@router.get("/outbox", response_model=OutboxState, dependencies=READING)
async def state(request: Request, after: paging.After = 0, limit: paging.Limit = 200) -> dict[str, Any]:
    """What waits to be forwarded, and the dead letters, the newest first."""
    found = await services_of(request).outbox.report(after + limit + 1)
    return {
        "epoch": found.epoch,
        "depth": found.depth,
        "oldest_at": optional_time(found.oldest_at),
        "last": found.last,
        "durable": found.durable,
        "sent": found.sent,
        "dead_letters": found.dead_letters,
        **paging.page(found.letters, after, limit, letter_view),
    }


@router.get("/outbox/check", response_model=OutboxCheck, dependencies=READING)
async def check(request: Request, after: After = 0) -> dict[str, Any]:
    """Read a page of the outbox, each record against its checksum."""
    found = await services_of(request).outbox.check(after)
    return {**asdict(found), "repaired": 0}


@router.post("/outbox/repair", response_model=OutboxCheck)
async def repair(call: Engineer, after: After = 0) -> Response:
    """Check a page of the outbox; what is damaged becomes a dead letter, and a gap stands in its place."""

    async def work() -> dict[str, Any]:
        found = await call.services.outbox.repair(after)
        return {**asdict(found), "repaired": len(found.damaged)}

    return await call.change(work)


@router.get("/outbox/dead-letters/{letter}", response_model=DeadLetterText, dependencies=READING)
async def show(request: Request, letter: LetterId) -> dict[str, Any]:
    """A dead letter with what is left of its record."""
    found = await services_of(request).outbox.letter(letter)
    return {**letter_view(found), "text": found.text}


@router.post("/outbox/dead-letters/{letter}/retry", response_model=Appended)
async def retry(letter: LetterId, call: Engineer) -> Response:
    """Send the record once more, under the next sequence."""

    async def work() -> dict[str, Any]:
        return {"sequence": await call.services.outbox.retry(letter)}

    return await call.change(work)


@router.delete("/outbox/dead-letters/{letter}", response_model=Dropped)
async def drop(letter: LetterId, call: Engineer) -> Response:
    """Drop a dead letter for good."""

    async def work() -> dict[str, Any]:
        await call.services.outbox.drop(letter)
        return {"id": letter}

    return await call.change(work)


@router.post("/clock/confirm", response_model=ClockConfirmed)
async def confirm_clock(call: Admin) -> Response:
    """Say that the appliance's clock is right: what is too old by it may be deleted again."""

    async def work() -> dict[str, Any]:
        await call.services.events.confirm_clock()
        return {"now": rfc3339(call.services.clock.now())}

    return await call.change(work)


def letter_view(letter: DeadLetter) -> dict[str, Any]:
    """A dead letter without its record."""
    return {
        "id": letter.id,
        "epoch": letter.epoch,
        "sequence": letter.sequence,
        "type": letter.type,
        "refused_at": rfc3339(letter.refused_at),
        "reason": letter.reason,
    }
