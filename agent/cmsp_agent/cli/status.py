"""`cmsp-agent status`: how the agent is, in one look."""

import re
from typing import Any

import typer

from cmsp_agent.cli.components import reason_of
from cmsp_agent.cli.output import EMPTY, Output, TableColumn, items, minute, moment, shown, size, span
from cmsp_agent.cli.session import AsJson, session


def status(context: typer.Context, as_json: AsJson = False) -> None:
    """Show the state of the agent, the verdict first. Ends with 0 where it is healthy, with 1 where it is degraded."""
    here = session(context)
    document = here.daemon.get("/v1/status")
    if as_json:
        here.output.json(document)
    else:
        print_status(here.output, document)
    if isinstance(document, dict) and document.get("reasons"):
        raise typer.Exit(1)


def print_status(output: Output, document: dict[str, Any]) -> None:
    """The verdict and its reasons; every fact that the agent gives, in its order; what is not up and what is urgent."""
    if verdict := document.get("verdict"):
        output.line(str(verdict))
        for reason in document.get("reasons") or ():
            output.line(f"  - {reason}")
        output.line("")
    facts: dict[str, object] = {}
    for key, value in document.items():
        name = _label(key)
        if key in {"verdict", "reasons", "not_up"}:
            continue
        if key in {"components", "incidents"} and isinstance(value, dict):
            facts[name] = _counts(value)
        elif isinstance(value, dict):
            said = [f"{_label(inner)} {_value(inner, one)}" for inner, one in value.items() if one not in EMPTY]
            facts[name] = ", ".join(said) or "none"
        elif key == "plugins":
            facts[name] = _plugins(items(value))
        elif key != "urgent":
            facts[name] = ", ".join(_part(row) for row in items(value)) or (
                "none" if value == [] else _value(key, value)
            )
    output.facts(facts)
    if not_up := items(document.get("not_up")):
        output.line("")
        why = ((row.get("name"), row.get("state"), minute(row.get("since")), reason_of(row)) for row in not_up)
        columns = [
            TableColumn(name, whole=name == "SINCE (UTC)") for name in ("NOT UP", "STATE", "SINCE (UTC)", "REASON")
        ]
        output.table(columns, why, "")
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


def _plugins(rows: list[dict[str, Any]]) -> str:
    """`17 loaded`, and each that is not, with the reason."""
    loaded = [row for row in rows if row.get("state") == "loaded"]
    return ", ".join([f"{len(loaded)} loaded", *(_part(row) for row in rows if row not in loaded)])


def _part(row: dict[str, Any]) -> str:
    """A part with its state, and why where there is a reason: `cisco_ios loaded`; or a sender: `10.9.9.9 3 traps`."""
    if "address" in row:
        return f"{shown(row['address'])} {shown(row.get('count'))} {shown(row.get('kind'))}"
    reason = f" ({shown(row['reason'])})" if row.get("reason") else ""
    return f"{shown(row.get('name'))} {shown(row.get('state'))}{reason}"


_UNITS = {"percent": "%", "ms": "ms"}


def _label(name: str) -> str:
    return re.sub("_(seconds|bytes|at|percent|ms)$", "", name).replace("_", " ")


def _value(key: str, value: object) -> str:
    if key.endswith("_seconds"):
        return span(value)
    if key.endswith("_bytes") and isinstance(value, int):
        return size(value)
    if (unit := _UNITS.get(key.rpartition("_")[2])) and value is not None:
        return f"{shown(value)} {unit}"
    return f"{moment(value)} UTC" if value and (key.endswith("_at") or key == "time") else _nested(value)


def _nested(value: object) -> str:
    """A part of a part: `path /var/lib/cmsp-agent, free 3.2 GiB, free 41 %`."""
    if isinstance(value, dict):
        return (
            "("
            + ", ".join(f"{_label(key)} {_value(key, inner)}" for key, inner in value.items() if inner not in EMPTY)
            + ")"
        )
    return shown(value)
