"""Calls about stored configurations: list, take one now, compare, show."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import PlainTextResponse, Response

from cmsp_agent.api.callers import READING, at_least, configuration_shown_to, each_line_shown, services_of
from cmsp_agent.api.paging import MOST, After, Limit, page, page_of
from cmsp_agent.api.problems import CallInvalid
from cmsp_agent.api.roles import Caller, Role
from cmsp_agent.api.routes.components import known
from cmsp_agent.api.schemas.backups import (
    BackupList,
    BackupView,
    ConfigurationChangeList,
    FoundLineList,
    RehearsedList,
    RestoreWish,
    StorageNeedView,
    VerifiedList,
)
from cmsp_agent.api.schemas.jobs import JobView
from cmsp_agent.api.services import ApiServices
from cmsp_agent.api.unsafe import Engineer, Operator, Unsafe, shown_secrets
from cmsp_agent.api.views.backups import backup_view, change_view, need_view
from cmsp_agent.api.views.jobs import job_view
from cmsp_agent.model.errors import DeviceError, NotFound
from cmsp_agent.model.job import Job
from cmsp_agent.model.natural import natural
from cmsp_agent.services.backups.inspection import grep, verify
from cmsp_agent.services.backups.rehearsal import rehearse, rehearse_all
from cmsp_agent.services.backups.restore_job import PLAN, RESTORE
from cmsp_agent.services.backups.service import RUNNING
from cmsp_agent.services.backups.ssh_reading import to_bytes

router = APIRouter(prefix="/v1/components/{name}/backups", tags=["backups"])
searching = APIRouter(prefix="/v1/backups", tags=["backups"])
ObserverCaller = Annotated[Caller, Depends(at_least(Role.OBSERVER))]
Count = Annotated[int | None, Query(ge=0, le=10_000)]
Version = Annotated[
    str,
    Query(description="Another version: an id, `latest`, `known-good`, `suspect`, `running`; absent: the one before"),
]


@router.get("", response_model=BackupList, dependencies=READING)
async def backups(
    request: Request,
    name: str,
    after: After = 0,
    limit: Limit = 100,
) -> dict[str, Any]:
    """The versions of a component's configuration, the newest first."""
    return page(await services_of(request).backups.store.versions(name, after + limit + 1), after, limit, backup_view)


@router.post("", status_code=202, response_model=JobView)
async def take(name: str, call: Operator) -> Response:
    """Back a component up now, as a job. What it does not get by order or tier is refused at once."""
    return await call.accept(lambda: _draft(call, name), job_view)


def _draft(call: Unsafe, name: str) -> Job:
    call.services.backups.store.require(name)
    return call.services.jobs.draft("backup", name, call.caller.name)


@router.get("/verification", response_model=VerifiedList, dependencies=READING)
async def verification(request: Request, name: str, after: After = 0, limit: Limit = MOST) -> dict[str, Any]:
    """Read the versions of the component from the store again, the newest first; a damaged or missing one is named."""
    known(services_of(request), name)
    return page_of(await verify(services_of(request).backups.store, name, after, limit + 1), after, limit, asdict)


@router.post("/{version}/accept", response_model=BackupView)
async def accept(name: str, version: str, call: Operator) -> Response:
    """Say that a suspect version is right: it is the last one from now on."""

    async def work() -> dict[str, Any]:
        known(call.services, name)
        return dict(backup_view(await call.services.backups.store.accept(name, version)))

    return await call.change(work)


@router.post("/{version}/known-good", response_model=BackupView)
async def known_good(name: str, version: str, call: Operator) -> Response:
    """Say that the device works on this version."""

    async def work() -> dict[str, Any]:
        known(call.services, name)
        return dict(backup_view(await call.services.backups.store.mark_known_good(name, version)))

    return await call.change(work)


@router.get("/changes", response_model=ConfigurationChangeList, dependencies=READING)
async def changes(
    request: Request, name: str, after: After = 0, limit: Annotated[int, Query(ge=1, le=200)] = 20
) -> dict[str, Any]:
    """Who changed the configuration and when, as far as the device said so, and how much; the newest first."""
    known(services_of(request), name)
    return page_of(await services_of(request).backups.history(name, limit + 1, after), after, limit, change_view)


@router.put("/imported", response_model=BackupView)
async def take_in(request: Request, name: str, call: Engineer) -> Response:
    """Store a configuration from another place as a version; the body is its text. It must be a whole one."""

    async def work() -> dict[str, Any]:
        text = (await request.body()).decode("utf-8", "surrogateescape")
        try:
            outcome = await call.services.backups.store.take_in(name, text)
        except DeviceError as error:
            # what no device may say, the caller said
            raise CallInvalid(str(error).replace("the device said", "the text says")) from error
        assert outcome.backup is not None
        return dict(backup_view(outcome.backup))

    return await call.change(work)


@searching.get("/plan", response_model=StorageNeedView, dependencies=READING)
async def plan(
    request: Request,
    last: Count = None,
    daily: Count = None,
    weekly: Count = None,
    monthly: Count = None,
    yearly: Count = None,
    after: After = 0,
    limit: Limit = MOST,
) -> dict[str, Any]:
    """The storage that a retention needs at most, before it is used; what is not given is as in the file."""
    given = {"last": last, "daily": daily, "weekly": weekly, "monthly": monthly, "yearly": yearly}
    need = await services_of(request).backups.storage_need(
        {key: value for key, value in given.items() if value is not None}
    )
    components = page(need.components, after, limit, asdict)
    return {**need_view(need), "components": components["items"], "next": components["next"]}


@router.post("/{version}/restore", status_code=202, response_model=JobView)
async def restore(name: str, version: str, wish: RestoreWish, call: Engineer) -> Response:
    """Put a version back on its device, as a job: first the plan, then, with its fingerprint, the restore itself."""
    chosen = await _chosen(call.services, name, version)

    def draft() -> Job:
        call.services.backups.restores.require(name)
        if not wish.dry_run and not wish.plan:
            raise CallInvalid("plan: is missing; ask with dry_run first, and approve the plan in the job's result")
        permitted = {"merge": wish.merge, "other_device": wish.other_device}
        arguments = {"version": chosen, "plan": wish.plan, **permitted}
        return call.services.jobs.draft(PLAN if wish.dry_run else RESTORE, name, call.caller.name, arguments)

    return await call.accept(draft, job_view)


async def _chosen(services: ApiServices, name: str, version: str) -> str:
    """The id of what `latest` means now: the restore itself saves a later one. That there is none, its job says."""
    try:
        return (await services.backups.store.find(name, version)).id
    except NotFound:
        return version


@router.get("/{version}/console", response_class=PlainTextResponse)
async def console(request: Request, name: str, version: str, caller: ObserverCaller) -> PlainTextResponse:
    """A text to paste at the console of a swapped device; its first lines say what it lacks. It holds secrets.

    For an engineer, and audited.
    """
    services = services_of(request)
    known(services, name)
    caller.require(Role.ENGINEER)
    await shown_secrets(request, caller)
    return PlainTextResponse(to_bytes(await services.backups.restores.for_swapped(name, version)))


@searching.get("/grep", response_model=FoundLineList)
async def search(
    request: Request,
    caller: ObserverCaller,
    text: Annotated[str, Query(min_length=2, max_length=200)],
    after: After = 0,
    limit: Limit = MOST,
) -> dict[str, Any]:
    """Lines of the newest versions of all components that hold a text; what is hidden or masked is not searched."""
    services = services_of(request)
    names = sorted(services.status.components(), key=natural)

    def shown(component: str, line: str) -> str:
        return configuration_shown_to(caller, services, component)(line)

    return page([each async for each in grep(services.backups.store, names, text, shown)], after, limit, asdict)


@searching.get("/rehearsal", response_model=RehearsedList, dependencies=READING)
async def rehearsal(request: Request, component: str = "", after: After = 0, limit: Limit = MOST) -> dict[str, Any]:
    """Whether the newest version of a component, or of each, decrypts, parses and would apply. Asks no device.

    A page is of so many components; those that get no backups are left out of it.
    """
    services = services_of(request)
    if component:
        return page([await rehearse(services.backups.store, component)], after, limit, asdict)
    names = sorted(services.status.components(), key=natural)
    chosen = page(names, after, limit, str)
    return {**chosen, "items": [asdict(each) async for each in rehearse_all(services.backups.store, chosen["items"])]}


@router.get("/{version}/diff", response_class=PlainTextResponse, dependencies=READING)
async def difference(
    request: Request, name: str, version: str, caller: ObserverCaller, against: Version = "previous"
) -> PlainTextResponse:
    """What changed from `against` to this version, as a unified diff; secrets hidden, personal data as in `content`.

    `running` is what the device says now: an operator may ask it.
    """
    known(services_of(request), name)
    if RUNNING in (version, against):
        caller.require(Role.OPERATOR)
    services = services_of(request)
    text = await services.backups.store.difference(name, version, against or "previous")
    shown = await each_line_shown(text, configuration_shown_to(caller, services, name))
    return PlainTextResponse(to_bytes(shown))


@router.get("/{version}/content", response_class=PlainTextResponse)
async def content(
    request: Request,
    name: str,
    version: str,
    caller: ObserverCaller,
    redacted: Annotated[bool | None, Query(description="false: with secrets, for an engineer")] = None,
) -> PlainTextResponse:
    """The configuration itself; its secrets hidden unless an engineer asks. Looking at secrets is audited.

    Who is elsewhere and no engineer sees it with numbers and names masked, unless the order permits them.
    """
    services = services_of(request)
    known(services, name)
    hide = not caller.role.includes(Role.ENGINEER) if redacted is None else redacted
    if not hide:
        caller.require(Role.ENGINEER)
        await shown_secrets(request, caller)
    text = await services.backups.store.content(name, version, redacted=hide)
    shown = await each_line_shown(text, configuration_shown_to(caller, services, name))
    return PlainTextResponse(to_bytes(shown))
