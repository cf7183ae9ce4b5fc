"""The call about thresholds: which are in force, and who set each."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from cmsp_agent.api.callers import READING, services_of
from cmsp_agent.api.paging import MOST, After, Limit, page
from cmsp_agent.api.schemas.components import ThresholdList
from cmsp_agent.model.component import Threshold
from cmsp_agent.model.entitlement import ServicePart, require
from cmsp_agent.model.natural import natural_order

router = APIRouter(prefix="/v1/thresholds", tags=["components"])


@router.get("", response_model=ThresholdList, dependencies=READING)
async def thresholds(
    request: Request,
    component: Annotated[str, Query(max_length=200, description="Only those of this component")] = "",
    after: After = 0,
    limit: Limit = MOST,
) -> dict[str, Any]:
    """The thresholds in force: the configuration's, the device type's, the agent's own."""
    services = services_of(request)
    if (asked := services.status.components().get(component)) is not None:
        require(asked, ServicePart.KPIS)
    found = natural_order(services.polling.thresholds())
    chosen = [(name, limits) for name, limits in found if component in ("", name)]
    rows = [(name, each) for name, limits in chosen for each in sorted(limits, key=lambda one: one.kpi)]
    return page(rows, after, limit, lambda row: _view(*row))


def _view(component: str, threshold: Threshold) -> dict[str, Any]:
    return {
        "component": component,
        "kpi": threshold.kpi,
        "when": "below" if threshold.falling else "above",
        "raise": threshold.raise_at,
        "clear": threshold.clear_at,
        "unit": threshold.unit,
        "for_seconds": threshold.for_,
        "severity": threshold.severity,
        "origin": threshold.origin,
    }
