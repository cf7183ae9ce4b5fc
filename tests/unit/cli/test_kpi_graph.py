"""Graphs in the terminal and as SVG; figures with their units."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from cmsp_agent.cli import graphs
from cmsp_agent.cli.graphs import Curve
from cmsp_agent.model.figures import figure
from tests.unit.cli.fakes import Sequenced, cmsp_agent

SVG = "{http://www.w3.org/2000/svg}"
PATH = "/v1/components/gw-1/kpis"
LOAD = {
    "kpi": "cpu.load",
    "object": "",
    "unit": "percent",
    "samples": [[f"2026-11-23T08:{minute:02d}:00.000Z", float(minute)] for minute in range(30)],
    "least": [],
    "most": [],
}


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (0.000047, "s", "47 µs"),
        (0.0125, "s", "12.5 ms"),
        (12.5, "ms", "12.5 ms"),
        (0, "s", "0 s"),
        (5, "s", "5 s"),
        (86_400 * 3 + 3_600 * 4 + 59, "s", "3 d 4 h"),
        (-90, "min", "-1 h 30 min"),
        (150_000_000, "octets/s", "1.2 Gbit/s"),
        (1_000, "Mbit/s", "1 Gbit/s"),
        (12_500, "VA", "12.5 kVA"),
        (0, "octets/s", "0 bit/s"),
        (12.54, "percent", "12.5 %"),
        (3 * 2**30, "octets", "3 GiB"),
        (12, "octets", "12 B"),
        (12_345, "packets/s", "12,345 packets/s"),
        (4.05, "MOS", "4.05 MOS"),
        (-7, "°C", "-7 °C"),
        (3, "", "3"),
        (None, "s", "-"),
    ],
)
def test_figures_are_read_at_a_glance(value: float | None, unit: str, said: str) -> None:
    assert figure(value, unit) == said


def test_a_graph_in_the_terminal() -> None:
    ending = cmsp_agent("kpi", "graph", "gw-1", "cpu.load", answers={PATH: {"items": [LOAD]}})
    assert ending.code == 0
    assert "gw-1 cpu.load" in ending.out
    assert "29 %" in ending.out
    assert "08:29" in ending.out
    assert "\x1b" not in ending.out


def test_a_graph_as_svg(tmp_path: Path) -> None:
    rolled = {**LOAD, "object": "a<b", "least": [0.0] * 30, "most": [100.0] * 30}
    file = tmp_path / "load.svg"
    ending = cmsp_agent(
        "kpi", "graph", "gw-1", "cpu.load", "--svg", str(file), answers={PATH: {"items": [rolled, LOAD]}}
    )
    assert (ending.code, ending.out) == (0, f"{file}: 60 points\n")
    document = ET.fromstring(file.read_text(encoding="utf-8"))
    assert len(document.findall(f"{SVG}polyline")) == 2
    assert len(document.findall(f"{SVG}polygon")) == 1
    texts = {each.text for each in document.findall(f"{SVG}text")}
    assert {"gw-1 cpu.load", "100 %", "a<b"} <= texts


def test_every_point_lies_where_its_figures_say() -> None:
    document = ET.fromstring(graphs.svg("t", [Curve("a", "s", [0.0, 50.0, 100.0], [0.0, 10.0, 5.0])]))
    line = document.find(f"{SVG}polyline")
    assert line is not None
    points = [tuple(map(float, point.split(","))) for point in line.attrib["points"].split()]
    bottom, top = graphs.HEIGHT - graphs.BOTTOM, graphs.TOP
    middle = (graphs.LEFT + graphs.WIDTH - graphs.RIGHT) / 2
    assert points == [(graphs.LEFT, bottom), (middle, top), (graphs.WIDTH - graphs.RIGHT, (bottom + top) / 2)]


def test_where_nothing_was_measured_no_line_is_drawn() -> None:
    times = [60.0 * minute for minute in (0, 1, 2, 30, 31)]
    assert [list(places) for places in Curve("a", "s", times, times).stretches] == [[0, 1, 2], [3, 4]]


def test_one_value_alone_is_drawn() -> None:
    one = Curve("a", "s", [5.0], [0.0])
    assert "polyline" in graphs.svg("t", [one])
    assert graphs.text("t", [one], 60, 14)


def test_a_kpi_that_there_is_not_is_refused_with_those_that_there_are() -> None:
    answers = {PATH: Sequenced([{"items": []}, {"items": [LOAD]}])}
    ending = cmsp_agent("kpi", "graph", "gw-1", "cpu.laod", answers=answers)
    assert ending.code == 2
    assert "did you mean 'cpu.load'?" in ending.err


def test_a_file_that_cant_be_written(tmp_path: Path) -> None:
    ending = cmsp_agent(
        "kpi", "graph", "gw-1", "cpu.load", "--svg", str(tmp_path / "no" / "x.svg"), answers={PATH: {"items": [LOAD]}}
    )
    assert ending.code == 1
    assert "can't be written" in ending.err


def test_figures_have_their_units_in_the_terminal_and_are_raw_in_json() -> None:
    answers = {PATH: {"items": [{**LOAD, "value": 29.0, "at": "2026-11-23T08:29:00.000Z"}]}}
    assert "29 %" in cmsp_agent("component", "kpis", "gw-1", answers=answers).out
    shown = json.loads(cmsp_agent("component", "kpis", "gw-1", "--json", answers=answers).out)
    assert (shown["items"][0]["value"], shown["items"][0]["unit"]) == (29.0, "percent")
