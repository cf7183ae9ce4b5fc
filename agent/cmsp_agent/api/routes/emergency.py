"""The calls about emergency numbers: the call paths of each site, and who called while the site was cut off."""

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request

from cmsp_agent.api.callers import READING, caller_of, services_of
from cmsp_agent.api.paging import MOST, After, Limit, page
from cmsp_agent.api.schemas.emergency import EmergencyCallList, EmergencyList
from cmsp_agent.api.views.emergency import emergency_call_view
from cmsp_agent.services.emergency.call_paths import NumberCallPaths

router = APIRouter(prefix="/v1/emergency", tags=["emergency"])


@router.get("", response_model=EmergencyList, dependencies=READING)
async def emergency(request: Request, after: After = 0, limit: Limit = MOST) -> dict[str, Any]:
    """Each number of each site with its call paths, by the dial-peers of the last saved configurations."""
    return page(await services_of(request).emergency.call_paths(), after, limit, _call_paths)


def _call_paths(found: NumberCallPaths) -> dict[str, Any]:
    return {
        "site": found.site,
        "number": found.number,
        "state": found.state,
        "working": found.working,
        "redundant": found.working > 1,
        "call_paths": [asdict(path) for path in found.call_paths],
    }


@router.get("/calls", response_model=EmergencyCallList, dependencies=READING)
async def emergency_calls(
    request: Request, component: str = "", after: After = 0, limit: Limit = MOST
) -> dict[str, Any]:
    """The latest calls to emergency numbers that left by gateways in SRST; the emergency responder saw none of them."""
    services = services_of(request)
    found = await services.emergency.calls(component, local=caller_of(request).local)
    return page(found, after, limit, emergency_call_view)
