"""The HTTP application: routes, problems and limits put together. `server` serves it."""

from typing import Any

from fastapi import FastAPI

from cmsp_agent.api import problems
from cmsp_agent.api.limits import ApiLimits, BodyLimits, HeaderLimits, SaidOnce
from cmsp_agent.api.routes import alarms as routes_alarms
from cmsp_agent.api.routes import appliance as routes_appliance
from cmsp_agent.api.routes import audit as routes_audit
from cmsp_agent.api.routes import backups as routes_backups
from cmsp_agent.api.routes import components as routes_components
from cmsp_agent.api.routes import configuration as routes_configuration
from cmsp_agent.api.routes import diagnostics as routes_diagnostics
from cmsp_agent.api.routes import discovery as routes_discovery
from cmsp_agent.api.routes import emergency as routes_emergency
from cmsp_agent.api.routes import events as routes_events
from cmsp_agent.api.routes import host_keys as routes_host_keys
from cmsp_agent.api.routes import incidents as routes_incidents
from cmsp_agent.api.routes import inventory as routes_inventory
from cmsp_agent.api.routes import jobs as routes_jobs
from cmsp_agent.api.routes import order as routes_order
from cmsp_agent.api.routes import outbox as routes_outbox
from cmsp_agent.api.routes import silences as routes_silences
from cmsp_agent.api.routes import thresholds as routes_thresholds
from cmsp_agent.api.routes import types as routes_types
from cmsp_agent.api.schemas.base import ProblemDetails
from cmsp_agent.api.services import ApiServices
from cmsp_agent.api.shares import ShareLimits, Shares

TITLE = "cmsp-agent"
VERSION = "1"
ROUTERS = (
    routes_alarms.router,
    routes_emergency.router,
    routes_thresholds.router,
    routes_silences.router,
    routes_appliance.router,
    routes_audit.router,
    routes_backups.router,
    routes_backups.searching,
    routes_components.router,
    routes_configuration.router,
    routes_diagnostics.router,
    routes_discovery.router,
    routes_events.router,
    routes_host_keys.router,
    routes_incidents.router,
    routes_inventory.router,
    routes_jobs.router,
    routes_order.router,
    routes_outbox.router,
    routes_types.router,
)


class DescribedApi(FastAPI):
    """Says in its OpenAPI document that an error is `application/problem+json`, which FastAPI takes for JSON."""

    def openapi(self) -> dict[str, Any]:
        """The document, made once."""
        known = self.openapi_schema is not None
        document = super().openapi()
        if not known:
            for operation in (each for path in document["paths"].values() for each in path.values()):
                schema = {"$ref": "#/components/schemas/ProblemDetails"}
                operation["responses"]["default"]["content"] = {problems.MEDIA_TYPE: {"schema": schema}}
        return document


def create_app(services: ApiServices | None, limits: ApiLimits, shares: Shares | None = None) -> FastAPI:
    """The application over these services; without them it can only be described."""
    app = DescribedApi(
        title=TITLE,
        version=VERSION,
        description="What the head-end, and the command line on the appliance, ask of the agent.",
        openapi_url="/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses={"default": {"model": ProblemDetails, "description": "RFC 9457 problem details"}},
    )
    app.state.services = services
    for router in ROUTERS:
        app.include_router(router)
    problems.install(app)
    app.add_middleware(BodyLimits, most=limits.body_bytes, within=limits.body_seconds)
    app.add_middleware(SaidOnce)
    app.add_middleware(HeaderLimits, most=limits.header_bytes)
    if shares is not None:
        app.add_middleware(ShareLimits, shares=shares)
    return app


def openapi() -> dict[str, Any]:
    """The OpenAPI document, the same at every call: a tested contract."""
    return create_app(None, ApiLimits()).openapi()
