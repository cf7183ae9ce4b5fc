"""`cmsp-agent kpi graph`: a KPI over time, in the terminal or as an SVG file."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cmsp_agent.cli.daemon import component_path
from cmsp_agent.cli.filters import UnknownName, known_or_refused
from cmsp_agent.cli.output import items
from cmsp_agent.cli.session import AsJson, ComponentName, session
from cmsp_agent.cli.times import TIME_HELP, moment_of
from cmsp_agent.model.errors import AgentError
from cmsp_agent.model.times import parse_rfc3339

if TYPE_CHECKING:
    from cmsp_agent.cli.graphs import Curve

MOST_CURVES = 8
"""In one graph: more can't be told apart."""
RESOLUTIONS = ("raw", "5m", "1h")


def kpi_graph(
    context: typer.Context,
    name: ComponentName,
    kpi: Annotated[str, typer.Argument(metavar="KPI", help="As in cpu.load, or if.in.octets[GigabitEthernet0/0].")],
    start: Annotated[str, typer.Option("--from", metavar="TIME", help=TIME_HELP)] = "",
    end: Annotated[str, typer.Option("--to", metavar="TIME", help=TIME_HELP)] = "",
    resolution: Annotated[
        str, typer.Option("--resolution", metavar="STEP", help="raw, 5m or 1h; by default the finest that there is.")
    ] = "",
    svg: Annotated[Path | None, typer.Option("--svg", metavar="FILE", help="Write an SVG file instead.")] = None,
    as_json: AsJson = False,
) -> None:
    """Draw a KPI of a component over time; for roll-ups also the minimum and maximum of each step."""
    from cmsp_agent.cli import graphs  # the library is not loaded for other commands

    here = session(context)
    known_or_refused("resolution", resolution, RESOLUTIONS)
    start, end = moment_of("--from", start), moment_of("--to", end)
    document = here.daemon.get(
        component_path(name, "kpis"), from_=start, to=end, resolution=resolution or None, series=kpi
    )
    found = items(document)
    if found and as_json:
        here.output.json(document)
        return
    if not found:
        _refuse(items(here.daemon.get(component_path(name, "kpis"), from_=start, to=end)), name, kpi)
    curves = [_curve(series) for series in found[:MOST_CURVES]]
    title = f"{name} {kpi}" + (f", {len(found) - MOST_CURVES} more not drawn" if len(found) > MOST_CURVES else "")
    if svg is None:
        width, height = here.output.console.size
        here.output.data(graphs.text(title, curves, max(width, 40), min(max(height - 4, 12), 24)) + "\n")
        return
    try:
        svg.write_text(graphs.svg(title, curves), encoding="utf-8")
    except OSError as error:
        raise AgentError(f"{svg}: can't be written: {error.strerror}") from error
    here.output.line(f"{svg}: {sum(len(curve.times) for curve in curves)} points")


def _curve(series: dict[str, Any]) -> "Curve":
    from cmsp_agent.cli.graphs import Curve

    samples: Sequence[tuple[str, float]] = series.get("samples") or ()
    return Curve(
        str(series.get("object") or series.get("kpi")),
        str(series.get("unit") or ""),
        [parse_rfc3339(at) / 1000 for at, _ in samples],
        [float(value) for _, value in samples],
        [float(value) for value in series.get("least") or ()],
        [float(value) for value in series.get("most") or ()],
    )


def _refuse(measured: Sequence[dict[str, Any]], name: str, kpi: str) -> None:
    """Nothing to draw: there is no such KPI, or nothing was measured.

    Raises:
        UnknownName: with the KPIs that there are.
        AgentError: it is there, but has no value in that time and resolution.
    """
    known = {str(series.get("kpi")) for series in measured}
    if kpi.partition("[")[0] not in known:
        raise UnknownName("KPI", kpi, known, f"of {name} in that time")
    figure, bracket, given = kpi.removesuffix("]").partition("[")
    found = {str(series.get("object")) for series in measured if series.get("kpi") == figure} - {""}
    if bracket and given not in found:
        raise UnknownName("object", given, found, f"of {figure} of {name} in that time")
    raise AgentError(f"{kpi} of {name} has no value in that time and resolution")
