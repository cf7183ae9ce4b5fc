"""The call about the order: what was bought, what ends when, and what each component gets."""

from typing import Any

from fastapi import APIRouter, Request

from cmsp_agent.api.callers import READING, services_of
from cmsp_agent.api.schemas.order import OrderView
from cmsp_agent.api.views.order import order_view

router = APIRouter(prefix="/v1/order", tags=["order"])


@router.get("", response_model=OrderView, dependencies=READING)
async def order(request: Request) -> dict[str, Any]:
    """The order in force, with everything that has a last day, and the services of each component."""
    return order_view(services_of(request).order)
