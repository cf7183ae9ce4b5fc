"""The call that looks for devices which the file does not name."""

from fastapi import APIRouter
from fastapi.responses import Response

from cmsp_agent.api.problems import CallInvalid
from cmsp_agent.api.schemas.discovery import DiscoveryWanted
from cmsp_agent.api.schemas.jobs import JobView
from cmsp_agent.api.unsafe import Operator, Unsafe
from cmsp_agent.api.views.jobs import job_view
from cmsp_agent.model.job import Job
from cmsp_agent.services.discovery.start import KIND

router = APIRouter(prefix="/v1/discoveries", tags=["components"])


@router.post("", status_code=202, response_model=JobView)
async def discover(wish: DiscoveryWanted, call: Operator) -> Response:
    """Look for devices, as a job; its result proposes components, and adds none."""
    return await call.accept(lambda: _draft(call, wish), job_view)


def _draft(call: Unsafe, wish: DiscoveryWanted) -> Job:
    try:
        call.services.discovery(tuple(wish.subnets))
    except ValueError as error:
        raise CallInvalid(f"subnets: {error}") from error
    return call.services.jobs.draft(KIND, "", call.caller.name, {"subnets": list(wish.subnets)})
