"""Every error as RFC 9457 `application/problem+json`, with a stable `type`; never a traceback, never a secret."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from cmsp_agent.model.errors import (
    AgentError,
    AuthenticationRejected,
    ConfigurationError,
    Conflict,
    DeviceError,
    DeviceUnreachable,
    NotFound,
    Refused,
    StorageError,
    StorageFull,
)
from cmsp_agent.model.machine_faults import machine_fault
from cmsp_agent.services.jobs import TooManyJobs

MEDIA_TYPE = "application/problem+json"
PREFIX = "urn:cmsp:problem:"
MOST_ERRORS = 50


class CallInvalid(AgentError):
    """The call itself is wrong: a header or a value is missing or makes no sense."""

    exit_code = 2


class BodyTooLarge(AgentError):
    """The body is larger than the API takes."""


class HeadersTooLarge(AgentError):
    """The request line and the headers are larger than the API takes."""


class BodyTooSlow(AgentError):
    """The body did not come in time."""


class PreconditionRequired(AgentError):
    """`If-Match` is missing: two may edit this."""


class PreconditionFailed(AgentError):
    """Somebody else changed it since the caller looked."""


_BY_ERROR: tuple[tuple[type[AgentError], int, str], ...] = (
    (Refused, 403, "refused"),
    (NotFound, 404, "not-found"),
    (PreconditionFailed, 412, "precondition-failed"),
    (PreconditionRequired, 428, "precondition-required"),
    (BodyTooLarge, 413, "body-too-large"),
    (HeadersTooLarge, 431, "headers-too-large"),
    (BodyTooSlow, 408, "body-too-slow"),
    (CallInvalid, 400, "call-invalid"),
    (Conflict, 409, "conflict"),
    (ConfigurationError, 422, "configuration-invalid"),
    (TooManyJobs, 503, "too-many-jobs"),
    (DeviceUnreachable, 504, "device-unreachable"),
    (AuthenticationRejected, 502, "device-authentication"),
    (DeviceError, 502, "device"),
    (StorageFull, 507, "storage-full"),
    (StorageError, 503, "storage"),
    (AgentError, 500, "failed"),
)


def problem(
    status: int, kind: str, detail: str = "", headers: Mapping[str, str] | None = None, **more: Any
) -> JSONResponse:
    """A problem document as a response."""
    body = {"type": PREFIX + kind, "title": HTTPStatus(status).phrase, "status": status}
    if detail:
        body["detail"] = detail
    return JSONResponse({**body, **more}, status, dict(headers or {}), media_type=MEDIA_TYPE)


def classify(error: AgentError) -> tuple[int, str]:
    """The HTTP status and the problem kind of one of our errors."""
    return next((status, kind) for known, status, kind in _BY_ERROR if isinstance(error, known))


def _agent_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, AgentError)
    status, kind = classify(error)
    headers = {"Retry-After": "10"} if status == HTTPStatus.SERVICE_UNAVAILABLE else None
    return problem(status, kind, str(error), headers, exit_code=error.exit_code)


def _http_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    kind = HTTPStatus(error.status_code).phrase.lower().replace(" ", "-")
    return problem(error.status_code, kind, headers=error.headers)


def _invalid(_: Request, error: Exception) -> JSONResponse:
    """Where and what, without the value itself: it may be a secret."""
    assert isinstance(error, RequestValidationError)
    found = [
        {"path": ".".join(str(step) for step in one["loc"]), "message": str(one["msg"])}
        for one in error.errors()[:MOST_ERRORS]
    ]
    return problem(
        422,
        "invalid",
        f"{len(found)} {'value is' if len(found) == 1 else 'values are'} not valid",
        errors=found,
        exit_code=2,
    )


def _unexpected(_: Request, error: Exception) -> JSONResponse:
    """A disk or a permission is said as such; a mistake of ours is in the log only."""
    if fault := machine_fault(error):
        return problem(503, "machine", fault, exit_code=1)
    return problem(500, "internal", "failed inside the agent; its log says more", exit_code=1)


def install(app: FastAPI) -> None:
    """Let the application answer every error with a problem document."""
    app.add_exception_handler(AgentError, _agent_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Exception, _unexpected)
