"""Calls about what the agent judges by: the device types of its plugins, and the rules in force."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request

from cmsp_agent.api.callers import READING, at_least, services_of
from cmsp_agent.api.paging import MOST, After, Limit, page
from cmsp_agent.api.roles import Role
from cmsp_agent.api.schemas.types import RuleFileList, RuleList, TypeDetails, TypeList
from cmsp_agent.config.nearest import no_such
from cmsp_agent.model.errors import NotFound
from cmsp_agent.plugin.support import document, in_short

router = APIRouter(prefix="/v1", tags=["types"])
MOST_FILES = 20
"""In a page: each may have 2 MiB."""


@router.get("/types", response_model=TypeList, dependencies=READING)
async def types(request: Request, after: After = 0, limit: Limit = MOST) -> dict[str, Any]:
    """The device types that the plugins brought, by name."""
    known = services_of(request).device_types
    found = sorted(known, key=lambda kind: kind.name)
    return page(found, after, limit, lambda kind: in_short(kind, known.plugin_of(kind.name) or ""))


@router.get("/types/{name}", response_model=TypeDetails, dependencies=READING)
async def one(request: Request, name: str) -> dict[str, Any]:
    """What a device type knows, polls, understands and saves."""
    known = services_of(request).device_types
    kind = known.named(name)
    if kind is None:
        raise NotFound(no_such("device type", name, known.types))
    return in_short(kind, known.plugin_of(name) or "") | document(kind)


@router.get("/rules", response_model=RuleList, dependencies=READING)
async def rules(request: Request, after: After = 0, limit: Limit = MOST) -> dict[str, Any]:
    """The rules in force, in the order in which they apply."""
    found = services_of(request).events.rules().in_order()
    return page(
        found,
        after,
        limit,
        lambda row: {
            "kind": row[0],
            "rule": row[1].name,
            "if": row[1].condition.text,
            "does": row[1].action,
            "where": str(row[1].origin),
        },
    )


@router.get("/rules/files", response_model=RuleFileList, dependencies=[Depends(at_least(Role.ENGINEER))])
async def rule_files(
    request: Request, after: After = 0, limit: Annotated[int, Query(ge=1, le=MOST_FILES)] = MOST_FILES
) -> dict[str, Any]:
    """The files of rules that the site file names, as they are: with them rules are tried elsewhere."""
    found = await services_of(request).configuration.rule_files()
    return page(found, after, limit, lambda row: {"file": row[0], "text": row[1]})
