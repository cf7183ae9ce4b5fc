"""Calls about the appliance itself: status, findings, metrics, the configuration in force, support bundles."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import PlainTextResponse, Response

from cmsp_agent.aio.clock import loop_lag
from cmsp_agent.api.callers import READING, at_least, services_of
from cmsp_agent.api.metrics import EXPOSITION, exposition
from cmsp_agent.api.paging import MOST, After, Limit, page
from cmsp_agent.api.problems import CallInvalid
from cmsp_agent.api.roles import Role
from cmsp_agent.api.schemas.appliance import Findings, SecretList, Status
from cmsp_agent.api.schemas.jobs import JobView
from cmsp_agent.api.unsafe import Operator
from cmsp_agent.api.views.jobs import job_view
from cmsp_agent.model.times import parse_rfc3339
from cmsp_agent.services.audit import AuditFinding
from cmsp_agent.services.status.verdict import HealthReason
from cmsp_agent.services.tunnel.start import TEST

router = APIRouter(prefix="/v1", tags=["appliance"])
OPERATING = [Depends(at_least(Role.OPERATOR))]


@router.get("/status", response_model=Status, dependencies=READING)
async def status(request: Request) -> dict[str, Any]:
    """The agent at a glance: components by state, open incidents, backlog, drops."""
    return await services_of(request).status.status()


@router.get("/metrics", response_class=PlainTextResponse, dependencies=READING)
async def metrics(request: Request) -> PlainTextResponse:
    """Every counter and gauge, as Prometheus reads them."""
    services = services_of(request)
    backlog = await services.status.backlog()
    figures = {
        "outbox.depth": float(backlog["depth"]),
        "outbox.oldest_s": float(backlog["oldest_seconds"]),
        "loop.lag_s": await loop_lag(),
    }
    return PlainTextResponse(exposition(services.counters, services.status.states(), figures), media_type=EXPOSITION)


@router.get("/findings", response_model=Findings, dependencies=READING)
async def findings(request: Request, after: After = 0, limit: Limit = MOST) -> dict[str, Any]:
    """What is not as it should be, each with what to do about it: what `cmsp-agent doctor` shows."""
    services = services_of(request)
    found: list[HealthReason | AuditFinding] = [*await services.status.findings(), *await services.audit.findings()]
    return page(found, after, limit, lambda each: {"what": each.what, "remedy": each.remedy})


@router.get("/config", dependencies=READING)
async def configuration(request: Request) -> dict[str, Any]:
    """The configuration in force; secrets by name only."""
    return dict(services_of(request).configuration.document())


@router.get("/secrets", response_model=SecretList, dependencies=READING)
async def secrets(request: Request, after: After = 0, limit: Limit = MOST) -> dict[str, Any]:
    """The secrets by name: where each comes from, and which lines of the file name it. Values are never shown."""
    return page(await services_of(request).configuration.secrets(), after, limit, dict)


@router.get("/support-bundle", status_code=202, response_model=JobView)
async def support_bundle(call: Operator) -> Response:
    """Make a support bundle, as a job: status, findings, events, log and audit log, without a secret."""
    return await call.accept(lambda: call.services.jobs.draft("support-bundle", "", call.caller.name), job_view)


@router.get("/evidence", status_code=202, response_model=JobView)
async def evidence(call: Operator, since: Annotated[str, Query(description="RFC 3339: from when on")]) -> Response:
    """Pack what a report on a security incident needs, as a job; it is fetched as a support bundle is."""
    try:
        start = parse_rfc3339(since.replace(" ", "+"))
    except ValueError as error:
        raise CallInvalid("since: not an RFC 3339 time") from error
    jobs = call.services.jobs
    return await call.accept(lambda: jobs.draft("evidence", "", call.caller.name, {"since": start}), job_view)


@router.post("/tunnel/test", status_code=202, response_model=JobView)
async def tunnel_test(call: Operator) -> Response:
    """Try what the tunnel carries, as a job: path MTU, latency, throughput both ways. Loads the link for seconds."""
    return await call.accept(lambda: call.services.jobs.draft(TEST, "", call.caller.name), job_view)


@router.get("/support-bundle/{bundle}", response_class=Response, dependencies=OPERATING)
async def bundle(request: Request, bundle: str) -> Response:
    """A finished bundle by the id of its job: a compressed archive (tar, gzip). The newest three are kept."""
    content = await services_of(request).bundles(bundle)
    return Response(content, media_type="application/gzip")
