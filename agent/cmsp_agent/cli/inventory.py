"""`cmsp-agent inventory …`: what there is, what changed, and both as CSV."""

import csv
import io
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from cmsp_agent.cli.daemon import all_pages, component_path
from cmsp_agent.cli.filters import known_or_refused, refuse_unknown_component
from cmsp_agent.cli.output import TableColumn, items, moment
from cmsp_agent.cli.session import AsJson, CommandContext, ComponentName, session
from cmsp_agent.cli.times import TIME_HELP, moment_of
from cmsp_agent.model.inventory import TableName

TABLES = tuple(str(name) for name in TableName)
HISTORY = "history"
DEEPEST = 20
"""Parts within parts that are shown."""
SHORT = ("component", "site", "device_type", "model", "serial", "software")
"""The columns of components that fit a terminal; --json and export have all."""
FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet takes for a formula that begins so, after blanks and in full width too; it comes from devices."""

OfComponent = Annotated[str, typer.Option("--component", metavar="NAME", help="Only of this component.")]
Table = Annotated[str, typer.Option("--table", metavar="TABLE", help=f"{', '.join(TABLES[:-1])} or {TABLES[-1]}.")]


def inventory_list(
    context: typer.Context, table: Table = "components", component: OfComponent = "", as_json: AsJson = False
) -> None:
    """List the components as they are known, or one table of what they have."""
    here = session(context)
    known_or_refused("table", table, TABLES)
    document = all_pages(here.daemon, "/v1/inventory", table=table, component=component)
    rows = items(document)
    if not rows:
        refuse_unknown_component(here.daemon, component)
    if as_json:
        here.output.json_rows(rows)
        return
    columns = list(SHORT) if table == "components" else [str(name) for name in document.get("columns", ())]
    filled = [name for name in columns if any(row.get(name) not in ("", None) for row in rows)]
    cells = [[moment(row[name])[:16] if name.endswith("_seen") else row.get(name) for name in filled] for row in rows]
    headings = [TableColumn(name.replace("_", " ").upper()) for name in filled]
    here.output.table(headings, cells, f"no {table} are known")


def inventory_show(context: typer.Context, name: ComponentName, as_json: AsJson = False) -> None:
    """Show all that is known of a component, its parts as a tree."""
    here = session(context)
    inventory = here.daemon.get(component_path(name)).get("inventory") or {}
    if as_json:
        here.output.json(inventory)
        return
    plain = {key.replace("_", " "): value for key, value in inventory.items() if isinstance(value, str)}
    here.output.facts(plain)
    parts = [row for row in inventory.get("entities") or () if isinstance(row, dict)]
    if parts:
        here.output.line("\nPARTS")
    for depth, row in _tree(parts, "", 0):
        said = (row.get("model"), f"serial {row['serial']}" if row.get("serial") else "", row.get("software"))
        here.output.line(f"{'  ' * depth}{row.get('name')}: {', '.join(str(each) for each in said if each)}")
    for table in TABLES[2:]:
        rows = items(all_pages(here.daemon, "/v1/inventory", table=table, component=name))
        if rows:
            filled = [key for key in rows[0] if key != "component" and any(row.get(key) for row in rows)]
            here.output.line(f"\n{table.upper()}")
            headings = [TableColumn(key.replace("_", " ").upper()) for key in filled]
            here.output.table(headings, [[row.get(key) for key in filled] for row in rows], "")


def _tree(parts: list[dict[str, Any]], within: str, depth: int) -> list[tuple[int, dict[str, Any]]]:
    """The parts below one; what sits in nothing that is listed is at the top."""
    names = {row.get("name") for row in parts}
    inside = [row for row in parts if (row.get("within", "") if row.get("within") in names else "") == within]
    found = []
    for row in inside if depth < DEEPEST else ():
        found += [(depth, row), *_tree(parts, str(row.get("name")), depth + 1)]
    return found


def inventory_history(
    context: typer.Context,
    component: OfComponent = "",
    what: Annotated[
        str, typer.Option("--what", metavar="KIND", help="Only changes of this kind: serial, software, part…")
    ] = "",
    since: Annotated[str, typer.Option("--since", metavar="TIME", help=TIME_HELP)] = "",
    as_json: AsJson = False,
) -> None:
    """List what changed, the newest first: swapped parts, other serial numbers, upgrades, neighbours, dial-peers."""
    here = session(context)
    asked = {"component": component, "since": moment_of("--since", since)}
    rows = items(all_pages(here.daemon, "/v1/inventory/history", **asked, what=what))
    if not rows:
        refuse_unknown_component(here.daemon, component)
        known_or_refused("kind of change", what, _kinds_of_changes(here, asked) if what else ())
    if as_json:
        here.output.json_rows(rows)
        return
    names = ("AT (UTC)", "COMPONENT", "WHAT", "OBJECT", "WAS", "IS")
    cells = [
        (moment(row.get("at")), *(row.get(key) or "-" for key in ("component", "what", "object", "before", "after")))
        for row in rows
    ]
    here.output.table([TableColumn(name) for name in names], cells, "nothing has changed")


def _kinds_of_changes(here: CommandContext, asked: Mapping[str, object]) -> set[str]:
    from cmsp_agent.services.devices.inventory_diff import MEMBERS

    seen = {str(row.get("what")) for row in items(all_pages(here.daemon, "/v1/inventory/history", **asked))}
    return seen | {what for what, _ in MEMBERS.values()}


def inventory_export(
    context: typer.Context,
    table: Annotated[
        str, typer.Option("--table", metavar="TABLE", help=f"{', '.join(TABLES)} or {HISTORY}.")
    ] = "components",
    component: OfComponent = "",
    as_csv: Annotated[bool, typer.Option("--csv", help="As CSV (RFC 4180), which is the default.")] = True,
    as_json: AsJson = False,
) -> None:
    """Print a table of the inventory, or its history, for a spreadsheet."""
    here = session(context)
    known_or_refused("table", table, (*TABLES, HISTORY))
    if table == HISTORY:
        document = all_pages(here.daemon, "/v1/inventory/history", component=component, limit=10_000)
        columns = ["component", "at", "what", "object", "before", "after"]
    else:
        document = all_pages(here.daemon, "/v1/inventory", table=table, component=component)
        columns = [str(name) for name in document.get("columns", ())]
    if not items(document):
        refuse_unknown_component(here.daemon, component)
    if as_json or not as_csv:
        here.output.json_rows(items(document))
        return
    here.output.data(to_csv(columns, items(document)))


def to_csv(columns: list[str], rows: list[dict[str, Any]]) -> str:
    """CSV with a heading; no cell is a formula to a spreadsheet."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(row.get(name)) for name in columns] for row in rows)
    return buffer.getvalue()


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    text = "" if value is None else "".join(each if each.isprintable() else " " for each in str(value))
    return f"'{text}" if text.lstrip().startswith(FORMULA) else text
