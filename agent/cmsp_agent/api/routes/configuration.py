"""Calls that change the configuration: check, put it in force until it is confirmed, history; and what came of it."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query, Request
from fastapi.responses import PlainTextResponse, Response

from cmsp_agent.api.callers import READING, at_least, services_of
from cmsp_agent.api.paging import MOST, After, Limit, page
from cmsp_agent.api.problems import CallInvalid, PreconditionFailed, PreconditionRequired
from cmsp_agent.api.roles import Role
from cmsp_agent.api.schemas.configuration import (
    YAML_BODY,
    ConfigurationApplied,
    ConfigurationCheck,
    OutcomeList,
    RevisionList,
)
from cmsp_agent.api.unsafe import Admin, Unsafe
from cmsp_agent.model.errors import ConfigurationError, Problem
from cmsp_agent.model.times import rfc3339
from cmsp_agent.services.revisions.service import Author

router = APIRouter(prefix="/v1", tags=["configuration"])
ADMINISTERING = [Depends(at_least(Role.ADMIN))]
Number = Annotated[int, Path(ge=1, le=2**31)]
AsWritten = PlainTextResponse
"""The file as it was written: YAML with a tag of ours, `!secret`, at which readers of `application/yaml` stop."""


@router.get("/config/file", response_class=AsWritten, dependencies=[Depends(at_least(Role.ENGINEER))])
async def file(request: Request) -> AsWritten:
    """The file as it is, with its comments; its ETag is what a change wants as If-Match."""
    revisions = services_of(request).configuration.revisions
    return AsWritten(revisions.text, headers={"ETag": f'"{revisions.tag}"'})


@router.post("/config/check", response_model=ConfigurationCheck, openapi_extra=YAML_BODY)
async def check(request: Request, call: Admin) -> Response:
    """Check a configuration as a start would; nothing changes."""
    text = await _text(request)

    async def work() -> dict[str, Any]:
        try:
            notes = await call.services.configuration.revisions.check(text)
        except ConfigurationError as error:
            return {"valid": False, "problems": [_problem(each) for each in error.problems], "notes": []}
        return {"valid": True, "problems": [], "notes": notes}

    return await call.change(work)


@router.put("/config", response_model=ConfigurationApplied, openapi_extra=YAML_BODY)
async def apply(
    request: Request,
    call: Admin,
    confirm_within: Annotated[float, Query(ge=0, le=86400, description="Seconds; 0: it stays without that")] = 300,
    if_match: Annotated[str | None, Header(description="The ETag of the file as the caller knows it; `*`: any")] = None,
) -> Response:
    """Check a configuration and put it in force. It is taken back by itself unless it is confirmed in time.

    The comments of the present file stay where the new text has none of them.
    """
    text = await _text(request)

    async def work() -> dict[str, Any]:
        if if_match is None:
            raise PreconditionRequired("the header If-Match is required: others may change the file too")
        revisions = call.services.configuration.revisions
        if if_match.strip('"') not in ("*", revisions.tag):
            raise PreconditionFailed("the configuration was changed meanwhile: read it again")
        return dict(await revisions.apply(text, _author(call), confirm_within))

    return await call.change(work)


@router.post("/config/confirm", response_model=ConfigurationApplied)
async def confirm(call: Admin) -> Response:
    """Let the configuration that waits stay. One that came through the tunnel is confirmed through the tunnel."""

    async def work() -> dict[str, Any]:
        return dict(await call.services.configuration.revisions.confirm(_author(call)))

    return await call.change(work)


@router.get("/config/revisions", response_model=RevisionList, dependencies=READING)
async def revisions(request: Request, after: After = 0, limit: Limit = MOST) -> dict[str, Any]:
    """The versions of the configuration, refused ones and those taken back too; the newest first."""
    return page(services_of(request).configuration.revisions.history(), after, limit, _dated)


@router.get("/config/revisions/{number}", response_class=AsWritten, dependencies=ADMINISTERING)
async def revision(request: Request, number: Number) -> AsWritten:
    """The text of a version."""
    return AsWritten(services_of(request).configuration.revisions.revision(number))


@router.get("/config/revisions/{number}/diff", response_class=PlainTextResponse, dependencies=ADMINISTERING)
async def difference(
    request: Request,
    number: Number,
    against: Annotated[int | None, Query(ge=1, le=2**31, description="Default: the version before")] = None,
) -> PlainTextResponse:
    """What a version changed, as a unified diff."""
    return PlainTextResponse(services_of(request).configuration.revisions.difference(number, against))


@router.get("/outcomes", response_model=OutcomeList, dependencies=READING)
async def outcomes(request: Request, after: After = 0, limit: Limit = MOST) -> dict[str, Any]:
    """What came of configurations and certificates: when, what, at which step, and why. Kept over restarts."""
    return page(services_of(request).configuration.revisions.outcomes(), after, limit, _dated)


def _dated(found: Any) -> dict[str, Any]:
    return {**asdict(found), "at": rfc3339(found.at)}


async def _text(request: Request) -> str:
    try:
        return (await request.body()).decode()
    except UnicodeDecodeError as error:
        raise CallInvalid("the body is not UTF-8") from error


def _author(call: Unsafe) -> Author:
    return Author(call.caller.name, remote=call.caller.source != "local")


def _problem(problem: Problem) -> dict[str, Any]:
    return {"line": problem.line, "path": problem.path, "text": problem.text}
