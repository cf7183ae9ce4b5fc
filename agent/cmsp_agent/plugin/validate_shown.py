"""Whether the table of a show command makes sense by itself: its command, template, figures, faults."""

from collections.abc import Iterator

from cmsp_agent.plugin.command_kpis import ShownKpi, ShownState, ShownTable, Where
from cmsp_agent.plugin.notation import pattern
from cmsp_agent.plugin.templates import TemplateUnusable, columns
from cmsp_agent.plugin.validate_cli import MORE_THAN_READS
from cmsp_agent.plugin.validate_figure import figure


def table(path: str, shown: ShownTable) -> Iterator[str]:
    """What is wrong with a table, beside its figures and faults, which are judged one by one."""
    if not shown.command.startswith("show ") or MORE_THAN_READS.search(shown.command):
        yield f"{path}.command: a show command ({shown.command!r})"
    yield from pattern(f"{path}.header", shown.header)
    if not shown.kpis and not shown.states:
        yield f"{path}: neither kpis nor states: it would be read for nothing"
    yield from _twice(path, shown)
    try:
        there = columns(shown.template)
    except TemplateUnusable as error:
        yield f"{path}.template: {error}"
        return
    for name in sorted(set(shown.columns) - set(there)):
        yield f"{path}: no column {name!r} in the template; there are {', '.join(there)}"


def kpi(path: str, shown: ShownKpi) -> Iterator[str]:
    """What is wrong with a figure of a table."""
    yield from figure(path, shown.name, shown.unit, shown.limit)
    yield from _where(f"{path}.where", *shown.where)
    yield from _row(f"{path}.row", shown.row)
    if shown.share_of and not shown.column:
        yield f"{path}.column: empty: of which column's number is it a share?"
    if shown.share_of and shown.unit != "percent":
        yield f"{path}.unit: with share_of the figure is in percent, not in {shown.unit!r}"


def state(path: str, shown: ShownState) -> Iterator[str]:
    """What is wrong with a fault that a row shows."""
    if shown.raises == shown.clears:
        yield f"{path}: {shown.raises[1]!r} both raises and clears"
    if shown.readings < 1:
        yield f"{path}.readings: at least 1 (got {shown.readings})"
    yield from _where(path, shown.raises, shown.clears, *((shown.only_if,) if shown.only_if else ()))
    yield from _row(f"{path}.row", shown.row)


def _twice(path: str, shown: ShownTable) -> Iterator[str]:
    seen: set[tuple[str, tuple[str, ...]]] = set()
    for place, each in enumerate(shown.kpis):
        if (each.name, each.row) in seen:
            yield f"{path}.kpis[{place}].name: {each.name!r} twice"
        seen.add((each.name, each.row))


def _where(path: str, *conditions: Where) -> Iterator[str]:
    for _, wanted in conditions:
        yield from pattern(path, wanted)


def _row(path: str, pieces: tuple[str, ...]) -> Iterator[str]:
    """What names a row is filled in from its columns."""
    for piece in pieces:
        if piece.count("{") != piece.count("}"):
            yield f"{path}: a brace without the other ({piece!r})"
    if pieces and not any("{" in piece for piece in pieces):
        yield f"{path}: a column in braces names a row: all rows would be called {' '.join(pieces)!r}"
