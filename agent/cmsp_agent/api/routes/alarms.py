"""Calls about alarms: list those that hold; acknowledge or suppress one; end one that no message will clear."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from cmsp_agent.api.callers import READING, caller_of, services_of, shown_to, text_shown_to
from cmsp_agent.api.paging import After, Limit, page
from cmsp_agent.api.schemas.events import AlarmClear, AlarmList, AlarmSuppress, EventView
from cmsp_agent.api.unsafe import Operator
from cmsp_agent.api.views.events import event_view

router = APIRouter(prefix="/v1/alarms", tags=["alarms"])


@router.get("", response_model=AlarmList, dependencies=READING)
async def alarms(
    request: Request,
    component: Annotated[str, Query(max_length=200, description="Only those of this component")] = "",
    after: After = 0,
    limit: Limit = 500,
) -> dict[str, Any]:
    """A page of the alarms that hold, the worst first."""
    services = services_of(request)
    found = services.status.alarms(component)
    caller, silenced_by = caller_of(request), services.events.silenced_by
    shown, text_shown = shown_to(caller, services), text_shown_to(caller, services)
    return page(
        found,
        after,
        limit,
        lambda alarm: {**event_view(shown(alarm)), "silenced_by": text_shown(silenced_by(alarm)) or None},
    )


@router.post("/{alarm}/clear", response_model=EventView)
async def clear(alarm: str, wish: AlarmClear, call: Operator) -> Response:
    """End an alarm, with a reason. It is raised again where its source still says so."""

    async def work() -> dict[str, Any]:
        cleared = await call.services.events.alarms.clear(alarm, call.caller.name, wish.reason)
        return event_view(shown_to(call.caller, call.services)(cleared))

    return await call.change(work, detail=lambda _: wish.reason)


@router.post("/{alarm}/acknowledge", response_model=EventView)
async def acknowledge(alarm: str, call: Operator) -> Response:
    """Say that a person has seen the alarm."""

    async def work() -> dict[str, Any]:
        seen = await call.services.events.alarms.acknowledge(alarm, call.caller.name)
        return event_view(shown_to(call.caller, call.services)(seen))

    return await call.change(work)


@router.post("/{alarm}/suppress", response_model=EventView)
async def suppress(alarm: str, wish: AlarmSuppress, call: Operator) -> Response:
    """Open no incident for the alarm for a while, and notify nobody of its own. It is judged again at the end."""

    async def work() -> dict[str, Any]:
        changed = await call.services.events.alarms.suppress(alarm, call.caller.name, wish.reason, wish.for_seconds)
        return event_view(shown_to(call.caller, call.services)(changed))

    return await call.change(work, detail=lambda _: f"for {wish.for_seconds:g} s: {wish.reason}")
