"""The call about the order: what it grants, what ends when, and what each component gets."""

from typing import Any

from fastapi import APIRouter, Request

from cmsp_agent.api.callers import READING, services_of
from cmsp_agent.api.paging import MOST, After, Limit, page
from cmsp_agent.api.schemas.order import OrderView
from cmsp_agent.api.views.order import order_view

router = APIRouter(prefix="/v1/order", tags=["order"])


@router.get("", response_model=OrderView, dependencies=READING)
async def order(request: Request, after: After = 0, limit: Limit = MOST) -> dict[str, Any]:
    """The order in force, with everything that has a last day, and the services of each component, by pages."""
    view = order_view(services_of(request).order)
    components = page(view["components"], after, limit, dict)
    return {**view, "components": components["items"], "next": components["next"]}
