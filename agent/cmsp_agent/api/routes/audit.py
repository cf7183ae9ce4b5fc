"""The call about the audit log: whether its chain holds."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from cmsp_agent.api.callers import READING, services_of
from cmsp_agent.api.problems import CallInvalid
from cmsp_agent.api.schemas.appliance import AuditCheck
from cmsp_agent.services.audit import place_of

router = APIRouter(prefix="/v1/audit", tags=["audit"])
Against = Annotated[str, Query(max_length=100, description="ROW:MAC of an entry that the head-end has.")]


@router.get("/verify", response_model=AuditCheck, dependencies=READING)
async def verify(request: Request, against: Against = "") -> dict[str, Any]:
    """Walk the chain of the audit log, to the last entry that the head-end acknowledged or to the one that is named."""
    named = place_of(against)
    if against and named is None:
        raise CallInvalid(f"against is ROW:MAC, the entry of a cmsp.audit.v1 record (got '{against}')")
    found = await services_of(request).audit.verify(named)
    return {
        "holds": found.row is None,
        "entries": found.entries,
        "acknowledged": found.acknowledged,
        "row": found.row,
        "what": found.what,
    }
