"""Calls about components: what they are, how they are, what was measured, poll now, test."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from cmsp_agent.api.callers import READING, caller_of, incident_shown_to, services_of, shown_to
from cmsp_agent.api.paging import MOST, After, Limit, page
from cmsp_agent.api.problems import CallInvalid
from cmsp_agent.api.schemas.components import ComponentList, Kpis, SetupView
from cmsp_agent.api.schemas.jobs import JobView
from cmsp_agent.api.services import ApiServices
from cmsp_agent.api.unsafe import Operator
from cmsp_agent.api.views.components import component_details, component_view, series_view, setup_view
from cmsp_agent.api.views.emergency import emergency_call_view
from cmsp_agent.api.views.jobs import job_view
from cmsp_agent.config.nearest import no_such
from cmsp_agent.model.component import Component
from cmsp_agent.model.entitlement import ServicePart, require
from cmsp_agent.model.errors import NotFound
from cmsp_agent.model.natural import natural_order
from cmsp_agent.model.times import parse_rfc3339
from cmsp_agent.services.kpis.history import Question

DAY = 86_400_000
LONGEST_SPAN = 400 * DAY
MOST_SHOWN = 100
"""Alarms, and incidents, in the document of a component; the lists have all of them, in pages."""

router = APIRouter(prefix="/v1/components", tags=["components"])


def known(services: ApiServices, name: str) -> Component:
    """The component of that name.

    Raises:
        NotFound: the configuration has none.
    """
    component = services.status.components().get(name)
    if component is None:
        raise NotFound(no_such("component", name, services.status.components()))
    return component


@router.get("", response_model=ComponentList, dependencies=READING)
async def components(request: Request, after: After = 0, limit: Limit = MOST) -> dict[str, Any]:
    """All components and their availability, by name."""
    status = services_of(request).status
    states = status.availability()
    found = natural_order(status.components())
    return page(found, after, limit, lambda each: component_view(each[1], states[each[0]]))


@router.get("/{name}", dependencies=READING)
async def component(request: Request, name: str) -> dict[str, Any]:
    """One component: its settings, worst alarms, oldest open incidents, inventory and latest backup."""
    services, caller = services_of(request), caller_of(request)
    found = known(services, name)
    latest = await services.backups.store.latest(name)
    inventory = await services.records.inventory(name)
    calls = await services.emergency.calls(name, local=caller.local)
    alarms, incidents = services.status.alarms(name), services.status.incidents(name)
    document = component_details(
        found,
        services.status.availability_of(name),
        [*map(shown_to(caller, services), alarms[:MOST_SHOWN])],
        [*map(incident_shown_to(caller, services), incidents[:MOST_SHOWN])],
        latest,
        inventory,
        services.status.unreadable.of(name),
        services.inventory.seen(name),
    )
    return document | {
        "alarms_in_all": len(alarms),
        "incidents_in_all": len(incidents),
        "emergency_calls": [emergency_call_view(call) for call in calls],
        "unsupported": list(services.polling.unsupported(name)),
    }


@router.get("/{name}/kpis", response_model=Kpis, dependencies=READING)
async def kpis(
    request: Request,
    name: str,
    start: Annotated[str | None, Query(alias="from", description="RFC 3339; default: a day before `to`")] = None,
    end: Annotated[str | None, Query(alias="to", description="RFC 3339; default: now")] = None,
    resolution: Annotated[
        Literal["raw", "5m", "1h"] | None, Query(description="Default: the finest that goes back so far")
    ] = None,
    series: Annotated[
        list[str] | None,
        Query(max_length=100, description="Only these: `cpu.load`, `if.in.octets[GigabitEthernet0/0]`"),
    ] = None,
) -> dict[str, Any]:
    """What was measured between two times: as samples, or rolled up to five minutes or hours."""
    services = services_of(request)
    require(known(services, name), ServicePart.KPIS)
    until = services.clock.now() if end is None else _time("to", end)
    since = until - DAY if start is None else _time("from", start)
    if since < 0 or not 0 <= until - since <= LONGEST_SPAN:
        raise CallInvalid("from must be before to, by 400 days at most, and not before 1970")
    found = await services.kpis(Question(name, since, until, resolution or "", series or ()))
    lines = [series_view(kpi, line) for kpi, line in found.lines.items()]
    unsupported = list(services.polling.unsupported(name))
    return {"component": name, "resolution": found.resolution, "items": lines, "unsupported": unsupported}


def _time(name: str, text: str) -> int:
    try:
        return parse_rfc3339(text.replace(" ", "+"))  # a plus sign in a query means a space
    except ValueError as error:
        raise CallInvalid(f"{name}: not an RFC 3339 time") from error


@router.get("/{name}/setup", response_model=SetupView, dependencies=READING)
async def setup(request: Request, name: str) -> dict[str, Any]:
    """The device's own commands for what its tier needs, and which its last saved configuration has; no secret."""
    services = services_of(request)
    return setup_view(await services.backups.setup(known(services, name)))


@router.post("/{name}/poll", status_code=202, response_model=JobView)
async def poll(name: str, call: Operator) -> Response:
    """Poll a component now, as a job."""
    return await call.accept(
        lambda: call.services.jobs.draft("poll", known(call.services, name).name, call.caller.name), job_view
    )


@router.post("/{name}/test", status_code=202, response_model=JobView)
async def test(name: str, call: Operator) -> Response:
    """Try how a component answers SNMP, as a job: as it is configured, from elsewhere, by the second engine."""
    return await call.accept(
        lambda: call.services.jobs.draft("test", known(call.services, name).name, call.caller.name), job_view
    )
