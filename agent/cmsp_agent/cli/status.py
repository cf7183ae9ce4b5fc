"""`cmsp-agent status`: how the agent is, in one look."""

from typing import Any

import typer

from cmsp_agent.cli.output import Output, TableColumn, items, moment, shown, span
from cmsp_agent.cli.session import AsJson, session


def status(context: typer.Context, as_json: AsJson = False) -> None:
    """Show how the agent is. Components, incidents, outbox, link, plugins, and what was dropped."""
    here = session(context)
    document = here.daemon.get("/v1/status")
    if as_json:
        here.output.json(document)
    else:
        print_status(here.output, document)


def print_status(output: Output, document: dict[str, Any]) -> None:
    """Every fact that the agent gives, in its order, parts of parts on one line; then what is urgent."""
    facts: dict[str, object] = {}
    for key, value in document.items():
        name = _label(key)
        if key in {"components", "incidents"} and isinstance(value, dict):
            facts[name] = _counts(value)
        elif isinstance(value, dict):
            facts[name] = ", ".join(f"{_label(inner)} {_value(inner, one)}" for inner, one in value.items()) or "none"
        elif key != "urgent":
            facts[name] = ", ".join(_part(row) for row in items(value)) or (
                "none" if value == [] else _value(key, value)
            )
    output.facts(facts)
    if urgent := items(document.get("urgent")):
        output.line("")
        columns = [
            TableColumn("URGENT"),
            TableColumn("PRIO"),
            TableColumn("STATE"),
            TableColumn("OPENED (UTC)"),
            TableColumn("TITLE"),
        ]
        shown_fields = ("number", "priority", "state")
        rows = [
            (*(row.get(key) for key in shown_fields), moment(row.get("opened_at")), row.get("title")) for row in urgent
        ]
        output.table(columns, rows, "")


def _counts(counts: dict[str, Any]) -> str:
    """`12 total, 11 up, 1 down`: the first count, and the others that are not zero."""
    nonzero = [(name, count) for place, (name, count) in enumerate(counts.items()) if count or not place]
    return ", ".join(f"{count} {name}" for name, count in nonzero) or "none"


def _part(row: dict[str, Any]) -> str:
    """A part with its state, and why where there is a reason: `cisco_ios loaded`; or a sender: `10.9.9.9 3 traps`."""
    if "address" in row:
        return f"{shown(row['address'])} {shown(row.get('count'))} {shown(row.get('kind'))}"
    reason = f" ({shown(row['reason'])})" if row.get("reason") else ""
    return f"{shown(row.get('name'))} {shown(row.get('state'))}{reason}"


def _label(name: str) -> str:
    return name.removesuffix("_seconds").removesuffix("_at").replace("_", " ")


def _value(key: str, value: object) -> str:
    if key.endswith("_seconds"):
        return span(value)
    return moment(value) if key.endswith("_at") or key == "time" else shown(value)
