"""Calls about the outbox: what waits, its dead letters, its check and repair; and the confirmation of the clock."""

import sqlite3
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi import Path as PathParameter
from fastapi.responses import Response

from cmsp_agent.api.callers import READING, parts_of
from cmsp_agent.api.roles import Role
from cmsp_agent.api.schemas.appliance import ClockConfirmed
from cmsp_agent.api.schemas.outbox import Appended, DeadLetterText, Dropped, OutboxCheck, OutboxState
from cmsp_agent.api.unsafe import Unsafe, unsafe
from cmsp_agent.model.times import rfc3339
from cmsp_agent.services.events.known_time import KNOWN
from cmsp_agent.storage import outbox
from cmsp_agent.storage.outbox import dead_letters, gaps
from cmsp_agent.storage.outbox.numbering import current
from cmsp_agent.storage.outbox.records import optional_time
from cmsp_agent.storage.outbox.soundness import RowsDamaged
from cmsp_agent.storage.sqlite import meta

router = APIRouter(prefix="/v1", tags=["outbox"])
Engineer = Annotated[Unsafe, Depends(unsafe(Role.ENGINEER))]
Admin = Annotated[Unsafe, Depends(unsafe(Role.ADMIN))]
LetterId = Annotated[int, PathParameter(ge=1, lt=1 << 62)]
After = Annotated[int, Query(ge=0, lt=1 << 62)]


@router.get("/outbox", response_model=OutboxState, dependencies=READING)
async def state(request: Request, limit: Annotated[int, Query(ge=1, le=1000)] = 200) -> dict[str, Any]:
    """What waits to be forwarded, and the dead letters."""

    def read(connection: sqlite3.Connection) -> dict[str, Any]:
        backlog = outbox.backlog(connection)
        return {
            "epoch": current(connection).epoch,
            "depth": backlog.depth,
            "oldest_at": optional_time(backlog.oldest_at),
            "last": backlog.last,
            "durable": backlog.durable,
            "sent": outbox.sent(connection),
            "dead_letters": gaps.dead_letters(connection),
            "items": [letter_view(letter) for letter in dead_letters.page(connection, limit)],
        }

    return await parts_of(request).database.read(read)


@router.get("/outbox/check", response_model=OutboxCheck, dependencies=READING)
async def check(request: Request, after: After = 0) -> dict[str, Any]:
    """Read a page of the outbox, each record against its checksum."""
    found = await parts_of(request).database.read(lambda connection: dead_letters.check(connection, after))
    return {**asdict(found), "repaired": 0}


@router.post("/outbox/repair", response_model=OutboxCheck)
async def repair(call: Engineer, after: After = 0) -> Response:
    """Check a page of the outbox; what is damaged becomes a dead letter, and a gap stands in its place."""

    def mend(tx: sqlite3.Connection) -> dict[str, Any]:
        found = dead_letters.check(tx, after)
        for damaged in found.damaged:
            gaps.replace_damaged(tx, RowsDamaged(**asdict(damaged)), call.parts.clock.now())
        return {**asdict(found), "repaired": len(found.damaged)}

    async def work() -> dict[str, Any]:
        return await call.parts.database.write(mend)

    return await call.change(work)


@router.get("/outbox/dead-letters/{letter}", response_model=DeadLetterText, dependencies=READING)
async def show(request: Request, letter: LetterId) -> dict[str, Any]:
    """A dead letter with what is left of its record."""
    found = await parts_of(request).database.read(lambda connection: dead_letters.find(connection, letter))
    return {**letter_view(found), "text": found.text}


@router.post("/outbox/dead-letters/{letter}/retry", response_model=Appended)
async def retry(letter: LetterId, call: Engineer) -> Response:
    """Send the record once more, under the next sequence."""

    async def work() -> dict[str, Any]:
        now = call.parts.clock.now()
        return {"sequence": await call.parts.database.write(lambda tx: dead_letters.retry(tx, letter, now))}

    return await call.change(work)


@router.delete("/outbox/dead-letters/{letter}", response_model=Dropped)
async def drop(letter: LetterId, call: Engineer) -> Response:
    """Drop a dead letter for good."""

    async def work() -> dict[str, Any]:
        await call.parts.database.write(lambda tx: dead_letters.drop(tx, letter))
        return {"id": letter}

    return await call.change(work)


@router.post("/clock/confirm", response_model=ClockConfirmed)
async def confirm_clock(call: Admin) -> Response:
    """Say that the appliance's clock is right: what is too old by it may be deleted again."""

    async def work() -> dict[str, Any]:
        now = call.parts.clock.now()
        await call.parts.database.write(lambda tx: meta.put(tx, KNOWN, now))
        return {"now": rfc3339(now)}

    return await call.change(work)


def letter_view(letter: dead_letters.DeadLetter) -> dict[str, Any]:
    """A dead letter without its record."""
    return {
        "id": letter.id,
        "epoch": letter.epoch,
        "sequence": letter.sequence,
        "type": letter.type,
        "refused_at": rfc3339(letter.refused_at),
        "reason": letter.reason,
    }
