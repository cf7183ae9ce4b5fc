"""The call about emergency numbers: the ways of each site, and which of them work."""

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request

from cmsp_agent.api.callers import READING, services_of
from cmsp_agent.api.schemas.emergency import EmergencyList

router = APIRouter(prefix="/v1/emergency", tags=["emergency"])


@router.get("", response_model=EmergencyList, dependencies=READING)
async def emergency(request: Request) -> dict[str, Any]:
    """Each number of each site with its ways, by the dial-peers of the last saved configurations."""
    found = await services_of(request).emergency()
    return {
        "items": [
            {
                "site": each.site,
                "number": each.number,
                "working": each.working,
                "redundant": each.working > 1,
                "ways": [asdict(way) for way in each.ways],
            }
            for each in found
        ]
    }
