"""Calls about incidents: read them; what people and the head-end change of them."""

from collections.abc import Callable, Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import JSONResponse, Response

from cmsp_agent.api.callers import READING, caller_of, incident_shown_to, services_of
from cmsp_agent.api.paging import MOST, After, Limit, page
from cmsp_agent.api.problems import PreconditionFailed, PreconditionRequired
from cmsp_agent.api.schemas.incidents import (
    AlarmIdList,
    IncidentChange,
    IncidentPage,
    IncidentReport,
    IncidentView,
    NoteList,
)
from cmsp_agent.api.unsafe import Operator
from cmsp_agent.api.views.incidents import incident_view
from cmsp_agent.model.incident import Incident
from cmsp_agent.model.incident_facts import ReportedFault
from cmsp_agent.model.incident_state import Trigger
from cmsp_agent.model.priority import Priority, Urgency
from cmsp_agent.model.times import rfc3339

_TRIGGERS = {
    "acknowledged": Trigger.ACKNOWLEDGE,
    "in-progress": Trigger.START,
    "resolved": Trigger.RESOLVE,
    "closed": Trigger.CLOSE,
}

router = APIRouter(prefix="/v1/incidents", tags=["incidents"])


@router.get("", response_model=IncidentPage, dependencies=READING)
async def incidents(
    request: Request,
    only_open: Annotated[bool, Query(alias="open", description="Only those whose fault is still there")] = False,
    before: Annotated[int, Query(ge=0, lt=1 << 62, description="Cursor: `next` of the page before")] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> dict[str, Any]:
    """A page of incidents, the newest first."""
    services = services_of(request)
    shown = incident_shown_to(caller_of(request), services)
    if only_open:
        oldest_first = services.status.open_incidents()[: before or None]
        latest, following = oldest_first[-limit:][::-1], max(len(oldest_first) - limit, 0)
        return {"items": [incident_view(shown(incident)) for incident in latest], "next": following or None}
    found, following = await services.events.log.incidents(before, limit)
    return {"items": [incident_view(shown(incident)) for incident in found], "next": following or None}


@router.post("", response_model=IncidentView, status_code=201)
async def report(wish: IncidentReport, call: Operator) -> Response:
    """Open an incident that a person reports; a person resolves or closes it."""
    said = ReportedFault(
        wish.title,
        tuple(dict.fromkeys(wish.components)),
        Urgency(wish.urgency),
        wish.reported_by or call.caller.name,
    )

    shown = incident_shown_to(call.caller, call.services)

    async def work() -> dict[str, Any]:
        return incident_view(shown(await call.services.events.report_incident(said)))

    return await call.change(work, status=201, detail=lambda made: str(made["number"]))


@router.get("/{incident}", response_model=IncidentView, dependencies=READING)
async def incident(request: Request, incident: str) -> JSONResponse:
    """One incident, by its id or its number; the ETag is for a change."""
    services = services_of(request)
    found = await services.events.log.incident(incident)
    shown = incident_shown_to(caller_of(request), services)(found)
    return JSONResponse(incident_view(shown), headers={"ETag": f'"{found.version}"'})


@router.get("/{incident}/notes", response_model=NoteList, dependencies=READING)
async def notes(request: Request, incident: str, after: After = 0, limit: Limit = MOST) -> dict[str, Any]:
    """All notes of an incident that are kept."""
    services = services_of(request)
    found = await services.events.log.incident(incident)
    return page(incident_shown_to(caller_of(request), services)(found).notes, after, limit, str)


@router.get("/{incident}/alarms", response_model=AlarmIdList, dependencies=READING)
async def alarms(request: Request, incident: str, after: After = 0, limit: Limit = MOST) -> dict[str, Any]:
    """The ids of all alarms of an incident; each is an event with this id."""
    found = await services_of(request).events.log.incident(incident)
    return page(found.alarms, after, limit, str)


@router.patch("/{incident}", response_model=IncidentView)
async def change(
    incident: str,
    wish: IncidentChange,
    call: Operator,
    if_match: Annotated[str | None, Header(description="The ETag of the incident as the caller knows it")] = None,
) -> Response:
    """Acknowledge, assign, annotate, close, ask for another priority, or note the ticket's reference elsewhere."""

    async def work() -> dict[str, Any]:
        if if_match is None:
            raise PreconditionRequired("the header If-Match is required: others may change this incident too")
        found = await call.services.events.log.incident(incident)
        edit = editing(wish, if_match, call.caller.name, call.services.clock.now())
        changed = await call.services.events.change_incident(found.id, edit)
        return incident_view(incident_shown_to(call.caller, call.services)(changed))

    return await call.change(work)


def editing(wish: IncidentChange, if_match: str, by: str, at: int) -> Callable[[Incident], Incident]:
    """The change as a pure transition; it raises where the incident changed meanwhile, or can't take it."""

    def edit(incident: Incident) -> Incident:
        if if_match not in ("*", f'"{incident.version}"'):
            raise PreconditionFailed(f"{incident.number} was changed since: it is at version {incident.version}")
        for step in _steps(wish, by, at):
            incident = step(incident)
        return incident

    return edit


def _steps(wish: IncidentChange, by: str, at: int) -> Iterator[Callable[[Incident], Incident]]:
    """What the wish asks for, one after the other; the model says what it may be."""
    if wish.state is not None:
        trigger = _TRIGGERS[wish.state]
        yield lambda incident: incident.after(trigger, at, by)
    if wish.assignee is not None:
        assignee = wish.assignee or None
        yield lambda incident: incident.assigned(assignee)
    if wish.note is not None:
        note = f"{rfc3339(at)} {by}: {wish.note}"
        yield lambda incident: incident.noted(note)
    if wish.raised_priority is not None:
        asked = Priority(wish.raised_priority)
        yield lambda incident: incident.with_priority(asked, wish.asked_by or by, at)
    if wish.declared_low is not None:
        low = wish.declared_low
        yield lambda incident: incident.declared(wish.asked_by or by, at, low=low)
    if wish.external is not None:
        references = wish.external.model_dump(exclude_unset=True)
        yield lambda incident: incident.referenced(references)
