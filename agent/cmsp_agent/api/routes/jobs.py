"""Calls about jobs: how far they are, and cancelling them."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from cmsp_agent.api.callers import READING, services_of
from cmsp_agent.api.paging import After, page
from cmsp_agent.api.schemas.jobs import JobList, JobView
from cmsp_agent.api.unsafe import Operator
from cmsp_agent.api.views.jobs import job_view

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])


@router.get("", response_model=JobList, dependencies=READING)
async def jobs(
    request: Request,
    after: After = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> dict[str, Any]:
    """The newest jobs first, and the kinds that there are."""
    jobs = services_of(request).jobs
    return {**page(await jobs.latest(after + limit + 1), after, limit, job_view), "kinds": sorted(jobs.kinds)}


@router.get("/{job}", response_model=JobView, dependencies=READING)
async def job(request: Request, job: str) -> dict[str, Any]:
    """A job as it stands."""
    return job_view(await services_of(request).jobs.find(job))


@router.delete("/{job}", response_model=JobView)
async def cancel(job: str, call: Operator) -> Response:
    """End a job that waits or runs; the answer is the job, ended."""

    async def work() -> dict[str, Any]:
        return job_view(await call.services.jobs.cancel(job))

    return await call.change(work)
