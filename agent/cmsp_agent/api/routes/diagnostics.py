"""Calls that look at a device from afar: a question as a job, and the commands that may be asked for."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from cmsp_agent.api.callers import READING, services_of
from cmsp_agent.api.paging import MOST, After, Limit, page
from cmsp_agent.api.problems import CallInvalid
from cmsp_agent.api.routes.components import known
from cmsp_agent.api.schemas.diagnostics import CommandsListed, DiagnosticWanted
from cmsp_agent.api.schemas.jobs import JobView
from cmsp_agent.api.unsafe import Operator, Unsafe
from cmsp_agent.api.views.jobs import job_view
from cmsp_agent.model.job import Job
from cmsp_agent.services.diagnostics.question import DiagnosticQuestion, QuestionInvalid, checked, listed_command
from cmsp_agent.services.diagnostics.start import KIND

router = APIRouter(prefix="/v1/components/{name}/diagnostics", tags=["diagnostics"])


@router.get("", response_model=CommandsListed, dependencies=READING)
async def commands(request: Request, name: str, after: After = 0, limit: Limit = MOST) -> dict[str, Any]:
    """The read-only commands that may be asked for."""
    services = services_of(request)
    return page(list(services.read_only(known(services, name).name)), after, limit, str)


@router.post("", status_code=202, response_model=JobView)
async def ask(name: str, wish: DiagnosticWanted, call: Operator) -> Response:
    """Ask a device something, as a job. A command that its type does not list is refused at once."""
    return await call.accept(lambda: _draft(call, name, wish), job_view)


def _draft(call: Unsafe, name: str, wish: DiagnosticWanted) -> Job:
    component = known(call.services, name)
    try:
        question = checked(DiagnosticQuestion(**wish.model_dump()))
    except QuestionInvalid as error:
        raise CallInvalid(str(error)) from error
    if question.kind == "command":
        listed_command(question.command, call.services.read_only(component.name))
    return call.services.jobs.draft(KIND, component.name, call.caller.name, question.arguments())
