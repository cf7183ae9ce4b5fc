"""Calls about the appliance itself: status, metrics, the configuration in force."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse

from cmsp_agent.api.callers import READING, parts_of
from cmsp_agent.api.metrics import EXPOSITION, exposition
from cmsp_agent.api.schemas.appliance import Status

router = APIRouter(prefix="/v1", tags=["appliance"])


@router.get("/status", response_model=Status, dependencies=READING)
async def status(request: Request) -> dict[str, Any]:
    """The agent at a glance: components by state, open incidents, backlog, drops."""
    return await parts_of(request).status.status()


@router.get("/metrics", response_class=PlainTextResponse, dependencies=READING)
async def metrics(request: Request) -> PlainTextResponse:
    """Every counter and gauge, as Prometheus reads them."""
    parts = parts_of(request)
    states = parts.status.states()
    return PlainTextResponse(exposition(parts.counters, states), media_type=EXPOSITION)


@router.get("/config", dependencies=READING)
async def configuration(request: Request) -> dict[str, Any]:
    """The configuration in force; secrets by name only."""
    return dict(parts_of(request).configuration())
