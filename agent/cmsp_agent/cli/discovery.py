"""`cmsp-agent discover`: looks for devices that the file does not name, live, and writes YAML to paste or to merge."""

from pathlib import Path
from typing import Annotated, Any

import typer

from cmsp_agent.cli.jobs import finish
from cmsp_agent.cli.output import TableColumn, items
from cmsp_agent.cli.session import AsJson, CommandContext, NoWait, session
from cmsp_agent.model.counted import counted
from cmsp_agent.model.errors import AgentError


def discover(
    context: typer.Context,
    subnet: Annotated[
        list[str] | None,
        typer.Option("--subnet", metavar="SUBNET", help="Search this subnet only; it lies within those of the file."),
    ] = None,
    write: Annotated[
        Path | None, typer.Option("--write", metavar="FILE", help="Merge the proposals into this file; comments stay.")
    ] = None,
    no_wait: NoWait = False,
    as_json: AsJson = False,
) -> None:
    """Look for devices in the subnets of the file and around its seeds. Proposes, and adds nothing by itself."""
    here = session(context)
    job = here.daemon.post("/v1/discoveries", {"subnets": list(subnet or ())})
    over = finish(here, job, as_json=as_json, wait=not no_wait, tell=_summary)
    result = over.get("result")
    if no_wait or not isinstance(result, dict) or over.get("state") != "done":
        return
    if not as_json:
        _show(here, result)
    if write is not None:
        _write(here, write, str(result.get("yaml") or ""))
    elif not as_json and result.get("yaml"):
        here.output.line("")
        here.output.line(str(result["yaml"]).rstrip("\n"))


def _summary(job: dict[str, Any]) -> str:
    result = job.get("result") or {}
    known, moved, new = (len(result.get(key) or ()) for key in ("known", "moved", "proposals"))
    answered = result.get("answered", 0)
    return (
        f"{counted(answered, 'address', 'addresses')} {'answers' if answered == 1 else 'answer'}: "
        f"of the file {known}, of the file at another address {moved}, new {new}"
    )


def _show(here: CommandContext, result: dict[str, Any]) -> None:
    for moved in items(result.get("moved")):
        here.output.line(f"{moved['component']} is also at {moved['address']}, which the file does not have")
    columns = [TableColumn(name) for name in ("NAME", "ADDRESS", "TYPE", "MODEL", "SERIAL", "FOUND BY", "NOTE")]
    rows = [
        (
            row.get("name"),
            ", ".join(row.get("addresses") or ()),
            *(row.get(key) for key in ("type", "model", "serial", "via", "detail")),
        )
        for row in items(result.get("proposals"))
    ]
    here.output.table(columns, rows, "nothing new")
    seen = [
        tuple(row.get(key) for key in ("name", "address", "platform", "by", "interface"))
        for row in items(result.get("seen"))
    ]
    if seen:
        here.output.line("\nseen by others, and not asked:")
        here.output.table([TableColumn(name) for name in ("NAME", "ADDRESS", "PLATFORM", "BY", "ON")], seen, "")


def _write(here: CommandContext, file: Path, proposed: str) -> None:
    from cmsp_agent.config.edit_yaml import added  # the library is not loaded for other commands

    if not proposed:
        here.output.line(f"{file}: nothing to add")
        return
    try:
        text = added(file.read_text(encoding="utf-8"), proposed)
        ends = "\r\n" if b"\r\n" in file.read_bytes() else "\n"
        file.write_text(text, encoding="utf-8", newline=ends)
    except (OSError, ValueError) as error:
        raise AgentError(f"{file}: {error}") from error
    here.output.line(f"{file}: written; check it with cmsp-agent config check {file}, then reload")
