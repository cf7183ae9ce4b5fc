"""`cmsp-agent status`: how the agent is, in one look."""

from typing import Any

import typer

from cmsp_agent.cli.output import Column, Output, items, moment, shown, span
from cmsp_agent.cli.session import AsJson, session


def status(context: typer.Context, as_json: AsJson = False) -> None:
    """Show how the agent is: link, outbox, components, incidents, what was dropped."""
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
        name = key.removesuffix("_seconds").removesuffix("_at").replace("_", " ")
        if isinstance(value, dict):
            facts[name] = ", ".join(_counted(inner, one) for inner, one in value.items()) or "none"
        elif key != "urgent":
            facts[name] = _value(key, value)
    output.facts(facts)
    if urgent := items(document.get("urgent")):
        output.line("")
        columns = [Column("URGENT"), Column("PRIO"), Column("STATE"), Column("OPENED (UTC)"), Column("TITLE")]
        shown_fields = ("number", "priority", "state")
        rows = [
            (*(row.get(key) for key in shown_fields), moment(row.get("opened_at")), row.get("title")) for row in urgent
        ]
        output.table(columns, rows, "")


def _counted(name: str, value: object) -> str:
    """`12 up`, `oldest 3s`: a count before its name, anything else after."""
    label = name.removesuffix("_seconds").removesuffix("_at").replace("_", " ")
    if isinstance(value, int) and not isinstance(value, bool) and not name.endswith("_seconds"):
        return f"{value} {label}"
    return f"{label} {_value(name, value)}"


def _value(key: str, value: object) -> str:
    if key.endswith("_seconds"):
        return span(value)
    return moment(value) if key.endswith("_at") or key == "time" else shown(value)
