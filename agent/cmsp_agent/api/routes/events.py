"""Calls about the event log: a page after a cursor, the stream of what comes, one event, what was received of it."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import PlainTextResponse, Response, StreamingResponse

from cmsp_agent.api.callers import READING, at_least, caller_of, is_somebody, services_of, shown_to
from cmsp_agent.api.problems import CallInvalid
from cmsp_agent.api.roles import Caller, Role
from cmsp_agent.api.schemas.events import EventPage, EventView
from cmsp_agent.api.services import ApiServices
from cmsp_agent.api.unsafe import shown_secrets
from cmsp_agent.api.views.events import event_view
from cmsp_agent.model.event import Event
from cmsp_agent.model.severity import Severity
from cmsp_agent.services.events.log import Filter

PAGE, LARGEST_PAGE = 100, 1000
LARGEST_STORED_PAGE = 5_000
KEEP_ALIVE = 15.0
"""Seconds after which a silent stream sends a comment, so that a dead peer is noticed."""

router = APIRouter(prefix="/v1/events", tags=["events"])
ObserverCaller = Annotated[Caller, Depends(at_least(Role.OBSERVER))]
Cursor = Annotated[int | None, Query(ge=0, lt=1 << 62, description="Cursor: what follows it; absent: the latest")]


def wanted(
    component: str = "",
    type: str = "",  # noqa: A002
    severity: Annotated[Severity | None, Query(description="This severity and worse")] = None,
    active: bool = False,
) -> Filter:
    """What the caller asks for; an absent parameter asks for all."""
    return Filter(component, type, severity, active)


Wanted = Annotated[Filter, Depends(wanted)]


@router.get("", response_model=EventPage, dependencies=READING)
async def events(
    request: Request,
    only: Wanted,
    after: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = PAGE,
) -> dict[str, Any]:
    """A page of the log, the oldest first. Ask again with `after` = `next` for what follows."""
    services = services_of(request)
    await _reached(services, after)
    page = await services.events.log.page(only, after, limit)
    shown = shown_to(caller_of(request), services)
    return {"items": [event_view(shown(event)) for event in page.events], "next": page.next}


@router.get("/stream", response_class=StreamingResponse, dependencies=READING)
async def stream(
    request: Request,
    only: Wanted,
    after: Cursor = None,
    last_event_id: Annotated[str | None, Header()] = None,
) -> StreamingResponse:
    """Server-sent events: each event as `cmsp.event.v1`; an id alone is the cursor for Last-Event-ID."""
    services = services_of(request)
    if last_event_id is not None:
        if not last_event_id.isdecimal() or len(last_event_id) > 18:
            raise CallInvalid("Last-Event-ID: not a cursor of this log")
        after = int(last_event_id)
    await _reached(services, after)
    if after is None:
        after = (await services.events.log.page(only, None, 1)).next
    return StreamingResponse(
        _follow(services, only, after, shown_to(caller_of(request), services), lambda: is_somebody(request)),
        media_type="text/event-stream",
    )


@router.get("/stored", response_class=Response, dependencies=READING)
async def stored(
    request: Request,
    after: Annotated[int, Query(ge=0, lt=1 << 62)] = 0,
    since: Annotated[int, Query(ge=0, lt=1 << 62, description="Only what was received since (ms)")] = 0,
    limit: Annotated[int, Query(ge=1, le=LARGEST_STORED_PAGE)] = LARGEST_STORED_PAGE,
) -> Response:
    """Many events as they are stored, a line each, after a line with the cursor of what follows. For replays.

    A page without an event is not the last one unless `next` is `after` again.
    """
    services = services_of(request)
    await _reached(services, after)
    caller = caller_of(request)
    shown = None if caller.local else shown_to(caller, services)
    found, following = await services.events.log.as_stored(after, since, limit, shown)
    return Response(b"\n".join((b'{"next": %d}' % following, *found)), media_type="application/x-ndjson")


@router.get("/{event}", response_model=EventView, dependencies=READING)
async def one(request: Request, event: str) -> dict[str, Any]:
    """One event, by its id."""
    services = services_of(request)
    found = await services.events.log.event(event)
    return event_view(shown_to(caller_of(request), services)(found))


@router.get("/{event}/raw", response_class=PlainTextResponse)
async def raw(request: Request, event: str, caller: ObserverCaller) -> PlainTextResponse:
    """The message of an event as it was received, with what is hidden elsewhere. For an engineer, and audited.

    Kept where a secret was hidden in it, or where what leaves the site masks a part of it.
    """
    services = services_of(request)
    caller.require(Role.ENGINEER)
    await services.events.log.event(event)
    await shown_secrets(request, caller)
    return PlainTextResponse(await services.events.raw_messages(event))


async def _reached(services: ApiServices, after: int | None) -> None:
    """A cursor of another log is refused: who waited at it would miss what comes until the log gets there.

    Raises:
        CallInvalid: the log has not reached the cursor.
    """
    if after:
        end = await services.events.log.end()
        if after > end:
            raise CallInvalid(
                f"the cursor {after} is not of this log, which ends at {end}: it was restored or begun anew;"
                " ask without a cursor, or from 0"
            )


async def _follow(
    services: ApiServices, only: Filter, after: int, shown: Callable[[Event], Event], may: Callable[[], bool]
) -> AsyncIterator[str]:
    wakeup = services.wakeup
    yield ": connected\n\n"
    while not wakeup.closed and may():
        rung = wakeup.next_wakeup()
        found, after = await services.events.log.following(only, after)
        for event in found:
            yield f"event: cmsp.event.v1\ndata: {json.dumps(event_view(shown(event)))}\n\n"
        if found:
            yield f"id: {after}\n\n"
        elif not await _rings(rung, KEEP_ALIVE):
            yield ": still here\n\n"


async def _rings(rung: asyncio.Event, within: float) -> bool:
    try:
        async with asyncio.timeout(within):
            return await rung.wait()
    except TimeoutError:
        return False
