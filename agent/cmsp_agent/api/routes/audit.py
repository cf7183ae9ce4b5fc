"""The call about the audit log: whether its chain holds."""

import sqlite3
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from cmsp_agent.api.callers import READING, parts_of
from cmsp_agent.api.problems import CallInvalid
from cmsp_agent.api.schemas.appliance import AuditCheck
from cmsp_agent.storage.tables import audit

router = APIRouter(prefix="/v1/audit", tags=["audit"])
Against = Annotated[str, Query(max_length=100, description="ROW:MAC of an entry that the head-end has.")]


@router.get("/verify", response_model=AuditCheck, dependencies=READING)
async def verify(request: Request, against: Against = "") -> dict[str, Any]:
    """Walk the chain of the audit log, to the last entry that the head-end acknowledged or to the one that is named."""
    parts, named = parts_of(request), audit.place_of(against)
    if against and named is None:
        raise CallInvalid(f"against is ROW:MAC, the entry of a cmsp.audit.v1 record (got '{against}')")

    def work(connection: sqlite3.Connection) -> dict[str, Any]:
        known = named or audit.acknowledged(connection)
        broken = audit.verify(connection, parts.audit_key, known)
        return {
            "holds": broken is None,
            "entries": audit.tail(connection)[0],
            "acknowledged": known[0] if known else None,
            "row": broken.row if broken else None,
            "what": broken.what if broken else "",
        }

    return await parts.database.read(work)
