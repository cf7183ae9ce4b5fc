"""`cmsp-agent audit verify`: whether the audit log is whole."""

from typing import Annotated

import typer

from cmsp_agent.cli.daemon import CallFailed
from cmsp_agent.cli.session import AsJson, session
from cmsp_agent.model.counted import counted

Against = Annotated[
    str, typer.Option("--against", metavar="ROW:MAC", help="The `entry` of a cmsp.audit.v1 record at the head-end.")
]


def audit_verify(context: typer.Context, against: Against = "", as_json: AsJson = False) -> None:
    """Check that no entry of the audit log was removed, changed or moved. Ends with 1 where one was."""
    here = session(context)
    found = here.daemon.get("/v1/audit/verify", **({"against": against} if against else {}))
    if as_json:
        here.output.json(found)
    elif found["holds"]:
        known = found.get("acknowledged")
        upto = f"entry {known} is as the head-end has it" if known else "the head-end has acknowledged none yet"
        here.output.line(f"{counted(found['entries'], 'entry', 'entries')}, the chain holds; {upto}")
    if not found["holds"]:
        raise CallFailed(f"the audit log does not hold at entry {found['row']}: {found['what']}", 1)
