"""Calls about the SSH host keys that are pinned for a component: which, and forgetting them when it was replaced."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from cmsp_agent.api.callers import READING, services_of
from cmsp_agent.api.paging import MOST, After, Limit, page
from cmsp_agent.api.routes.components import known
from cmsp_agent.api.schemas.backups import HostKeyList
from cmsp_agent.api.unsafe import Engineer
from cmsp_agent.api.views.host_keys import host_key_view

router = APIRouter(prefix="/v1/components/{name}/host-keys", tags=["components"])


@router.get("", response_model=HostKeyList, dependencies=READING)
async def host_keys(request: Request, name: str, after: After = 0, limit: Limit = MOST) -> dict[str, Any]:
    """The SSH host keys that the component may show."""
    services = services_of(request)
    found = await services.records.host_keys(known(services, name))
    return {"component": name, **page(found, after, limit, host_key_view)}


@router.delete("", response_model=HostKeyList)
async def forget(name: str, call: Engineer) -> Response:
    """Forget them, as the device was replaced: the next login pins what it shows. Answers the forgotten ones."""

    async def work() -> dict[str, Any]:
        found = await call.services.records.forget_host_keys(known(call.services, name))
        return {"component": name, "items": [host_key_view(key) for key in found]}

    return await call.change(work)
