"""Calls about jobs: how far they are, and cancelling them."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from cmsp_agent.api.callers import READING, caller_of, configuration_shown_to, services_of, text_shown_to
from cmsp_agent.api.paging import After, page_of
from cmsp_agent.api.roles import Caller
from cmsp_agent.api.schemas.jobs import JobList, JobView
from cmsp_agent.api.services import ApiServices
from cmsp_agent.api.unsafe import Operator
from cmsp_agent.api.views.jobs import job_view
from cmsp_agent.model.job import Job
from cmsp_agent.services.diagnostics.start import KIND as DIAGNOSTIC

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])


@router.get("", response_model=JobList, dependencies=READING)
async def jobs(
    request: Request,
    after: After = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> dict[str, Any]:
    """The newest jobs first, and the kinds that there are."""
    services, caller = services_of(request), caller_of(request)
    following = (await services.jobs.latest(after + limit + 1))[after:]
    found = [await _shown(caller, services, each) for each in following]
    return {**page_of(found, after, limit, job_view), "kinds": sorted(services.jobs.kinds)}


@router.get("/{job}", response_model=JobView, dependencies=READING)
async def job(request: Request, job: str) -> dict[str, Any]:
    """A job as it stands."""
    services = services_of(request)
    return job_view(await _shown(caller_of(request), services, await services.jobs.find(job)))


@router.delete("/{job}", response_model=JobView)
async def cancel(job: str, call: Operator) -> Response:
    """Cancel a job that is queued or running; the answer is the job as it ended."""

    async def work() -> dict[str, Any]:
        return job_view(await _shown(call.caller, call.services, await call.services.jobs.cancel(job)))

    return await call.change(work)


async def _shown(caller: Caller, services: ApiServices, job: Job) -> Job:
    """A job as its caller may see it: what a device printed holds personal data, a plan lines of a configuration."""
    shown_to = text_shown_to if job.kind == DIAGNOSTIC else configuration_shown_to
    await asyncio.sleep(0)  # what one job printed takes some milliseconds
    return job.shown(shown_to(caller, services, job.component))
