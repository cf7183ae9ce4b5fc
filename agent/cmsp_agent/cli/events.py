"""`cmsp-agent events`: the event log, and events as they happen; `cmsp-agent event show`: one of them."""

import json
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Annotated, Any
from urllib.parse import quote

import typer
from rich.text import Text

from cmsp_agent.cli.complete import alarm_types
from cmsp_agent.cli.daemon import AgentUnreachable
from cmsp_agent.cli.filters import as_severe_as, known_or_refused, refuse_unknown_component
from cmsp_agent.cli.output import Output, TableColumn, clean, items, moment, moment_utc, styled
from cmsp_agent.cli.session import AsJson, session

EventDocument = dict[str, Any]


def events(
    context: typer.Context,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Go on with events as they come; ends by Ctrl-C.")
    ] = False,
    component: Annotated[str, typer.Option("--component", metavar="COMPONENT", help="Only this component's.")] = "",
    kind: Annotated[str, typer.Option("--type", metavar="TYPE", help="Only this type, as in isdn.layer2.down.")] = "",
    severity: Annotated[
        str,
        typer.Option("--severity", metavar="SEVERITY", help="Only this and worse: critical, major, minor, warning."),
    ] = "",
    after: Annotated[
        int | None,
        typer.Option("--after", min=0, metavar="CURSOR", help="Only what came after this cursor; default: the latest."),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, metavar="NUMBER", help="How many at most.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Show the event log. With --follow, also what happens from now on."""
    here = session(context)
    as_severe_as(severity)
    chosen = {"component": component, "type": kind, "severity": severity}
    document = here.daemon.get("/v1/events", **chosen, after=after, limit=limit)
    if not items(document):
        refuse_unknown_component(here.daemon, component)
        if kind:
            known_or_refused("type", kind, alarm_types())
    if follow:
        # From the page's cursor on, so that nothing falls between the two.
        coming = stream(here.daemon.lines("/v1/events/stream", **chosen, after=document.get("next")))
        _follow(here.output, chain(items(document), coming), as_json=as_json)
        return
    if as_json:
        here.output.json(document)
        return
    columns = [
        TableColumn("OCCURRED (UTC)"),
        TableColumn("SEVERITY"),
        TableColumn("STATE"),
        TableColumn("COMPONENT"),
        TableColumn("EVENT"),
    ]
    here.output.table(columns, (_row(row) for row in items(document)), "no events")


def event_show(
    context: typer.Context,
    event: Annotated[str, typer.Argument(metavar="EVENT", help="The id of a recorded event.")],
    raw: Annotated[
        bool, typer.Option("--raw", help="Its message as received, with what is hidden: for engineers, and audited.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show one event; with --raw, the message as it was received, where parts of it are hidden or masked."""
    here = session(context)
    path = f"/v1/events/{quote(event, safe='')}"
    if raw:
        received = here.daemon.text(f"{path}/raw")
        if as_json:
            here.output.json({"event": event, "raw": received})
        else:
            here.output.line(clean(received.rstrip("\n"), keep_lines=True))
        return
    found = here.daemon.get(path)
    if as_json:
        here.output.json(found)
        return
    times = {name.removesuffix("_at"): moment_utc(found.get(name)) for name in ("occurred_at", "received_at")}
    facts = {name: found.get(name) for name in ("component", "site", "type", "object", "severity", "state", "count")}
    sources = ", ".join(found.get("sources") or ())
    here.output.facts(
        {"event": found.get("id"), "text": found.get("text"), **facts, **times, "sources": sources}
        | dict(found.get("attributes") or {})
    )


def _row(event: EventDocument) -> tuple[object, ...]:
    text = str(event.get("text") or event.get("type")).removeprefix(f"{event.get('component')}: ")
    count = event.get("count") or 1
    if (event.get("attributes") or {}).get("announced") == "no":
        text = f"unannounced: {text}"
    return (
        moment(event.get("occurred_at")),
        event.get("severity"),
        event.get("state"),
        event.get("component") or "(appliance)",
        f"{text} (x{count})" if count > 1 else text,
    )


def _follow(output: Output, events: Iterable[EventDocument], *, as_json: bool) -> None:
    """Print events, one a line, until interrupted."""
    try:
        for event in events:
            if as_json:
                output.json_line(event)
            else:
                occurred, severity, state, component, text = _row(event)
                rest = clean(f" {state} {component}: {text}")
                output.console.print(Text.assemble(f"{occurred} ", styled(severity), rest), soft_wrap=True)
    except KeyboardInterrupt:
        return
    raise AgentUnreachable("the agent ended the stream: it stops or restarts")


def stream(lines: Iterable[str]) -> Iterator[EventDocument]:
    """The events of a server-sent stream (WHATWG HTML, "Server-sent events"); comments are passed over."""
    data: list[str] = []
    for line in lines:
        if line.startswith("data:"):
            data.append(line[5:].removeprefix(" "))
        elif not line and data:
            try:
                event = json.loads("\n".join(data))
            except ValueError:
                event = None
            if isinstance(event, dict):
                yield event
            data = []
