"""Calls about the inventory: its tables, and the history of what changed."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from cmsp_agent.api.callers import READING, services_of
from cmsp_agent.api.paging import MOST, After, Limit, page
from cmsp_agent.api.problems import CallInvalid
from cmsp_agent.api.schemas.inventory import InventoryHistory, InventoryTable
from cmsp_agent.model.inventory import TableName
from cmsp_agent.model.times import parse_rfc3339, rfc3339
from cmsp_agent.services.inventory.tables import TABLES, rows

router = APIRouter(prefix="/v1/inventory", tags=["inventory"])

Component = Annotated[str, Query(max_length=200, description="Only of this component")]


@router.get("", response_model=InventoryTable, dependencies=READING)
async def inventory(
    request: Request,
    table: Annotated[TableName, Query(description="Which table")] = TableName.COMPONENTS,
    component: Component = "",
    after: After = 0,
    limit: Limit = MOST,
) -> dict[str, Any]:
    """One table of the inventory of all components, or of one."""
    found = await services_of(request).inventory.everything()
    chosen = {name: each for name, each in found.items() if component in ("", name)}
    return {"columns": ["component", *TABLES[table][0]], **page(rows(table, chosen), after, limit, dict)}


@router.get("/history", response_model=InventoryHistory, dependencies=READING)
async def history(
    request: Request,
    component: Component = "",
    what: Annotated[str, Query(max_length=50, description="Only changes of this kind: serial, software, part…")] = "",
    since: Annotated[str, Query(max_length=40, description="RFC 3339; default: from the beginning")] = "",
    after: After = 0,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1_000,
) -> dict[str, Any]:
    """What changed, the newest first; of components that are gone, too."""
    try:
        start = parse_rfc3339(since.replace(" ", "+")) if since else 0
    except ValueError as error:
        raise CallInvalid("since: not an RFC 3339 time") from error
    changes = await services_of(request).inventory.history(component, what, start, after + limit + 1)
    return page(changes, after, limit, lambda change: {**asdict(change), "at": rfc3339(change.at)})
