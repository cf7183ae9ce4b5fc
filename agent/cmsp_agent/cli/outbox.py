"""`cmsp-agent outbox …`: what waits for the head-end, what it refused, the check of each record; `clock confirm`."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from cmsp_agent.cli.daemon import CallFailed
from cmsp_agent.cli.output import TableColumn, items, moment_utc
from cmsp_agent.cli.session import AsJson, CommandContext, session
from cmsp_agent.model.counted import counted

Letter = Annotated[int, typer.Argument(metavar="ID", min=1, help="A dead letter's id, as `outbox list` shows it.")]


def outbox_list(context: typer.Context, as_json: AsJson = False) -> None:
    """Show what waits to be forwarded, and the records that were refused or damaged."""
    here = session(context)
    document = here.daemon.get("/v1/outbox")
    if as_json:
        here.output.json(document)
        return
    depth, oldest = document["depth"], document.get("oldest_at")
    since = f", the oldest since {moment_utc(oldest)}" if oldest else ""
    here.output.line(f"waiting: {counted(depth, 'record')}{since}; dead letters: {document['dead_letters']}")
    rows = items(document)
    if rows:
        columns = [
            TableColumn("ID", whole=True),
            TableColumn("SEQUENCE"),
            TableColumn("TYPE"),
            TableColumn("REFUSED"),
            TableColumn("REASON"),
        ]
        cells = [tuple(row.get(key) for key in ("id", "sequence", "type", "refused_at", "reason")) for row in rows]
        here.output.table(columns, cells, "")


def outbox_show(context: typer.Context, letter: Letter, as_json: AsJson = False) -> None:
    """Show a dead letter with what is left of its record."""
    here = session(context)
    document = here.daemon.get(f"/v1/outbox/dead-letters/{letter}")
    if as_json:
        here.output.json(document)
        return
    for key in ("sequence", "epoch", "type", "refused_at", "reason", "text"):
        here.output.line(f"{key.replace('_', ' ')}: {document.get(key)}")


def outbox_retry(context: typer.Context, letter: Letter, as_json: AsJson = False) -> None:
    """Send a dead letter once more, under the next sequence."""
    here = session(context)
    document = here.daemon.post(f"/v1/outbox/dead-letters/{letter}/retry")
    if as_json:
        here.output.json(document)
    else:
        here.output.line(f"dead letter {letter} waits again, as sequence {document['sequence']}")


def outbox_drop(context: typer.Context, letter: Letter, as_json: AsJson = False) -> None:
    """Drop a dead letter for good; the head-end keeps the gap that stands for it."""
    here = session(context)
    dropped = here.daemon.delete(f"/v1/outbox/dead-letters/{letter}")
    if as_json:
        here.output.json(dropped)
    else:
        here.output.line(f"dead letter {letter} is dropped")


def outbox_check(context: typer.Context, as_json: AsJson = False) -> None:
    """Read every record that waits, each against its checksum. Ends with 1 where one is damaged."""
    here = session(context)
    _report(here, list(_pages(here, repair=False)), as_json, "repair them: cmsp-agent outbox repair")


def outbox_repair(context: typer.Context, as_json: AsJson = False) -> None:
    """Make each damaged record a dead letter; the head-end gets a gap for it."""
    here = session(context)
    pages = list(_pages(here, repair=True))
    if as_json:
        here.output.json({"rows": sum(page["rows"] for page in pages), "repaired": _damaged(pages)})
        return
    here.output.line(
        f"{counted(sum(page['rows'] for page in pages), 'record')} checked, {len(_damaged(pages))} repaired"
    )


def clock_confirm(context: typer.Context, as_json: AsJson = False) -> None:
    """Say that the appliance's clock is right: what is too old by it may be deleted again."""
    here = session(context)
    confirmed = here.daemon.post("/v1/clock/confirm")
    if as_json:
        here.output.json(confirmed)
    else:
        here.output.line(f"the clock is confirmed: {confirmed['now']}")


def _pages(here: CommandContext, *, repair: bool) -> Iterator[dict[str, Any]]:
    after = 0
    while True:
        if repair:
            page = here.daemon.post(f"/v1/outbox/repair?after={after}")
        else:
            page = here.daemon.get("/v1/outbox/check", after=after)
        yield page
        after = page["next"]
        if not after:
            return


def _damaged(pages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [damaged for page in pages for damaged in page["damaged"]]


def _report(here: CommandContext, pages: list[dict[str, Any]], as_json: bool, remedy: str) -> None:
    rows, damaged = sum(page["rows"] for page in pages), _damaged(pages)
    if as_json:
        here.output.json({"rows": rows, "damaged": damaged})
    else:
        columns = [TableColumn("FIRST", right=True), TableColumn("LAST", right=True), TableColumn("DAMAGE")]
        cells = [(row["first"], row["last"], row["reason"]) for row in damaged]
        here.output.table(
            columns,
            cells,
            f"{counted(rows, 'record')} checked, none is damaged",
        )
    if damaged:
        runs = "1 run of records is" if len(damaged) == 1 else f"{len(damaged)} runs of records are"
        raise CallFailed(f"{runs} damaged; {remedy}", 1)
