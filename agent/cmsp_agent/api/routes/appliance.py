"""Calls about the appliance itself: status, metrics, the configuration in force."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse

from cmsp_agent.api.callers import READING, services_of
from cmsp_agent.api.metrics import EXPOSITION, exposition
from cmsp_agent.api.schemas.appliance import Status

router = APIRouter(prefix="/v1", tags=["appliance"])


@router.get("/status", response_model=Status, dependencies=READING)
async def status(request: Request) -> dict[str, Any]:
    """The agent at a glance: components by state, open incidents, backlog, drops."""
    return await services_of(request).status.status()


@router.get("/metrics", response_class=PlainTextResponse, dependencies=READING)
async def metrics(request: Request) -> PlainTextResponse:
    """Every counter and gauge, as Prometheus reads them."""
    services = services_of(request)
    states = services.status.states()
    return PlainTextResponse(exposition(services.counters, states), media_type=EXPOSITION)


@router.get("/config", dependencies=READING)
async def configuration(request: Request) -> dict[str, Any]:
    """The configuration in force; secrets by name only."""
    return dict(services_of(request).configuration())
