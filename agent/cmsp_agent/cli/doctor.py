"""`cmsp-agent doctor`: what is wrong and what to do; `cmsp-agent support-bundle`: what to send to whoever helps."""

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from cmsp_agent.cli.daemon import AgentUnreachable, CallFailed, all_pages
from cmsp_agent.cli.jobs import finish
from cmsp_agent.cli.output import items, size
from cmsp_agent.cli.session import AsJson, CommandContext, Config, session
from cmsp_agent.cli.times import moment_of
from cmsp_agent.config.site_path import DEFAULT_FILE


def doctor(
    context: typer.Context,
    config: Config = DEFAULT_FILE,
    as_json: AsJson = False,
) -> None:
    """Say what is wrong with the agent and its machine, and what to do. Ends with 0 where nothing is, else with 1."""
    here = session(context)
    found = _of_the_agent(here) + _of_this_machine(here, config)
    if as_json:
        here.output.json_rows(found)
    for number, row in enumerate(() if as_json else found, 1):
        here.output.line(f"{number}. {row['what']}\n   do: {row['remedy']}")
    if not found and not as_json:
        here.output.line("nothing is wrong")
    if found:
        raise typer.Exit(1)


def _of_the_agent(here: CommandContext) -> list[dict[str, str]]:
    try:
        rows = items(all_pages(here.daemon, "/v1/findings"))
    except AgentUnreachable as error:
        what, _, rest = str(error).partition("\n")
        return [{"what": what, "remedy": rest or "see its log: journalctl -u cmsp-agent"}]
    return [{"what": str(row.get("what")), "remedy": str(row.get("remedy"))} for row in rows]


def _of_this_machine(here: CommandContext, file: Path) -> list[dict[str, str]]:
    if not here.daemon.local:
        return []
    from cmsp_agent.cli import examination

    return examination.findings(here.file(file))


def support_bundle(
    context: typer.Context,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Where to write it.")] = Path(
        "cmsp-support.tar.gz"
    ),
    as_json: AsJson = False,
) -> None:
    """Make a support bundle and write it to a file. No secret and no personal data is in it."""
    here = session(context)
    _refuse_unwritable(output)
    _fetch(here, here.daemon.get("/v1/support-bundle"), output, as_json=as_json)


def evidence(
    context: typer.Context,
    since: Annotated[str, typer.Option("--since", metavar="TIME", help="From when on: 24h, 14d, or RFC 3339.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Where to write it.")] = Path(
        "cmsp-evidence.tar.gz"
    ),
    as_json: AsJson = False,
) -> None:
    """Pack what a report on a security incident needs (events, audit log, releases); no secret is in it."""
    here = session(context)
    _refuse_unwritable(output)
    _fetch(here, here.daemon.get("/v1/evidence", since=moment_of("--since", since)), output, as_json=as_json)


def _refuse_unwritable(file: Path) -> None:
    """Refuse a file that can't be written before anything is asked for."""
    if not file.parent.is_dir():
        raise CallFailed(f"{file}: there is no folder {file.parent}", 2)
    if file.is_dir() or not os.access(file if file.exists() else file.parent, os.W_OK):
        raise CallFailed(f"{file}: can't be written there by this user", 2)


def _fetch(here: CommandContext, job: dict[str, Any], output: Path, *, as_json: bool) -> None:
    done = finish(here, job, as_json=as_json, wait=True, tell=lambda _: "")
    content = here.daemon.content(f"/v1/support-bundle/{done['id']}")
    output.touch(mode=0o600)
    output.write_bytes(content)
    if not as_json:
        here.output.line(f"{output}: {size(len(content))}")
