"""Roll-ups: right figures, bounded steps, no hole and nothing twice after clock steps, small on disk."""

import math
import sqlite3
from collections.abc import Mapping
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmsp_agent.storage import rollups, series
from cmsp_agent.storage.rollups import FIVE_MINUTES, HOUR, RolledSpan, RollUpQuery, Summary
from cmsp_agent.storage.series import MOST_POINTS, Columns, Sample
from cmsp_agent.storage.tables.schema import SERIES
from tests.unit.storage.conftest import fresh

BEGIN = 1_767_225_600_000 // HOUR * HOUR
MINUTE = 60_000


def roll(tx: sqlite3.Connection, now: int, component: str = "gw-1") -> None:
    for step in (FIVE_MINUTES, HOUR):
        while rollups.roll_up(tx, component, step, now):
            pass


def store(tx: sqlite3.Connection, figures: Mapping[int, float], component: str = "gw-1") -> None:
    series.append(tx, [Sample(at, component, {"cpu.load": value}) for at, value in figures.items()], Columns())


def everything(tx: sqlite3.Connection, step: int) -> dict[str, list[RolledSpan]]:
    return rollups.query(tx, "gw-1", RollUpQuery(step, 0, 2**53))


def test_least_mean_and_most_of_five_minutes_and_of_an_hour(series_tx: sqlite3.Connection) -> None:
    store(series_tx, {BEGIN + minute * MINUTE: float(minute) for minute in range(61)})
    roll(series_tx, BEGIN + HOUR)
    five = everything(series_tx, FIVE_MINUTES)["cpu.load"]
    assert five[0] == RolledSpan(BEGIN, 0.0, 2.0, 4.0)
    assert [span.at for span in five] == [BEGIN + place * FIVE_MINUTES for place in range(12)]
    assert everything(series_tx, HOUR) == {"cpu.load": [RolledSpan(BEGIN, 0.0, 29.5, 59.0)]}


def test_what_is_not_complete_waits(series_tx: sqlite3.Connection) -> None:
    store(series_tx, {BEGIN: 1.0, BEGIN + FIVE_MINUTES: 2.0})
    roll(series_tx, BEGIN + 2 * FIVE_MINUTES - 1)
    assert everything(series_tx, FIVE_MINUTES) == {"cpu.load": [RolledSpan(BEGIN, 1.0, 1.0, 1.0)]}
    roll(series_tx, BEGIN + 2 * FIVE_MINUTES)
    assert len(everything(series_tx, FIVE_MINUTES)["cpu.load"]) == 2
    assert everything(series_tx, HOUR) == {}


def test_a_mean_weighs_by_samples_not_by_steps(series_tx: sqlite3.Connection) -> None:
    store(series_tx, {BEGIN + second * 1000: 0.0 for second in range(9)} | {BEGIN + FIVE_MINUTES: 10.0})
    roll(series_tx, BEGIN + HOUR)
    assert everything(series_tx, HOUR)["cpu.load"] == [RolledSpan(BEGIN, 0.0, 1.0, 10.0)]


def test_a_transaction_takes_some_steps_only(series_tx: sqlite3.Connection) -> None:
    store(series_tx, {BEGIN + place * FIVE_MINUTES: 1.0 for place in range(60)})
    assert rollups.roll_up(series_tx, "gw-1", FIVE_MINUTES, BEGIN + HOUR * 6)
    assert len(everything(series_tx, FIVE_MINUTES)["cpu.load"]) == rollups.MOST_STEPS


def test_years_without_a_sample_cost_nothing(series_tx: sqlite3.Connection) -> None:
    later = BEGIN + 5 * 365 * 24 * HOUR
    store(series_tx, {BEGIN: 1.0, later: 2.0})
    steps = 1
    while rollups.roll_up(series_tx, "gw-1", FIVE_MINUTES, later + HOUR):
        steps += 1
    assert steps <= 3
    assert [span.most for span in everything(series_tx, FIVE_MINUTES)["cpu.load"]] == [1.0, 2.0]


def test_a_clock_that_was_in_the_future_and_is_set_right(series_tx: sqlite3.Connection) -> None:
    future = BEGIN + 10 * 365 * 24 * HOUR
    store(series_tx, {future: 9.0})
    roll(series_tx, future + HOUR)
    store(series_tx, {BEGIN + place * MINUTE: 1.0 for place in range(10)})
    for minute in range(20):
        roll(series_tx, BEGIN + minute * MINUTE)
    assert everything(series_tx, FIVE_MINUTES)["cpu.load"][:2] == [
        RolledSpan(BEGIN, 1.0, 1.0, 1.0),
        RolledSpan(BEGIN + FIVE_MINUTES, 1.0, 1.0, 1.0),
    ]


def test_what_was_not_measured_is_no_zero(series_tx: sqlite3.Connection) -> None:
    series.append(series_tx, [Sample(BEGIN, "gw-1", {"a": math.nan, "b": 3.0})], Columns())
    series.append(series_tx, [Sample(BEGIN + 1, "gw-1", {"b": 5.0, "c": 1.0})], Columns())
    roll(series_tx, BEGIN + HOUR)
    assert everything(series_tx, FIVE_MINUTES) == {
        "b": [RolledSpan(BEGIN, 3.0, 4.0, 5.0)],
        "c": [RolledSpan(BEGIN, 1.0, 1.0, 1.0)],
    }


def test_nobody_and_nothing(series_tx: sqlite3.Connection) -> None:
    assert not rollups.roll_up(series_tx, "nobody", FIVE_MINUTES, BEGIN)
    assert rollups.query(series_tx, "nobody", RollUpQuery(HOUR, 0, BEGIN)) == {}
    store(series_tx, {BEGIN: 1.0})
    assert rollups.components(series_tx) == ["gw-1"]


def test_one_kpi_of_many_and_a_stretch_of_time(series_tx: sqlite3.Connection) -> None:
    rows = [Sample(BEGIN + place * FIVE_MINUTES, "gw-1", {"a": place, "b": 2.0}) for place in range(5)]
    series.append(series_tx, rows, Columns())
    roll(series_tx, BEGIN + HOUR)
    wanted = RollUpQuery(FIVE_MINUTES, BEGIN + FIVE_MINUTES, BEGIN + 2 * FIVE_MINUTES, ("a",))
    assert rollups.query(series_tx, "gw-1", wanted) == {
        "a": [RolledSpan(BEGIN + FIVE_MINUTES, 1, 1, 1), RolledSpan(BEGIN + 2 * FIVE_MINUTES, 2, 2, 2)]
    }


def test_more_than_an_answer_may_hold_is_merged_and_keeps_its_peaks(series_tx: sqlite3.Connection) -> None:
    names = [f"if.in.octets[Gi0/{port}]" for port in range(400)]
    rows = [Sample(BEGIN + place * FIVE_MINUTES, "gw-1", dict.fromkeys(names, 1.0)) for place in range(100)]
    rows[50] = Sample(rows[50].at, "gw-1", dict.fromkeys(names, 99.0))
    series.append(series_tx, rows, Columns())
    roll(series_tx, BEGIN + 24 * HOUR)
    found = everything(series_tx, FIVE_MINUTES)
    assert sum(map(len, found.values())) <= MOST_POINTS
    assert {max(span.most for span in spans) for spans in found.values()} == {99.0}


def test_what_is_old_goes_a_part_at_a_time(series_tx: sqlite3.Connection) -> None:
    store(series_tx, {BEGIN + place * FIVE_MINUTES: 1.0 for place in range(12)})
    roll(series_tx, BEGIN + HOUR)
    until = BEGIN + 10 * FIVE_MINUTES
    assert [rollups.forget_before(series_tx, FIVE_MINUTES, until, limit=7) for _ in range(3)] == [7, 3, 0]
    assert len(everything(series_tx, FIVE_MINUTES)["cpu.load"]) == 2
    assert len(everything(series_tx, HOUR)["cpu.load"]) == 1


SUMMARIES = st.lists(
    st.dictionaries(st.sampled_from("ab"), st.floats(-1e15, 1e15).map(lambda one: Summary(one, one, one, 1.0))),
    max_size=8,
)


@given(SUMMARIES, st.integers(0, 8))
def test_merging_in_parts_is_merging_at_once(rows: list[dict[str, Summary]], place: int) -> None:
    at_once = rollups.merged(rows)
    in_parts = rollups.merged([rollups.merged(rows[:place]), rollups.merged(rows[place:])])
    assert at_once.keys() == in_parts.keys()
    for name, whole in at_once.items():
        assert whole[0] <= whole.mean <= whole.most
        part = in_parts[name]
        assert (part.least, part.most, part.samples) == (whole.least, whole.most, whole.samples)
        assert part.mean == pytest.approx(whole.mean, rel=1e-9, abs=1e2)


def test_the_size_of_a_million_samples() -> None:
    """What docs/kpis.md states: the KPIs of a gateway, an hour of it, polled each minute."""
    connection, dice = fresh(SERIES), Random(1)
    names = [
        f"if.{way}.{what}[Gi0/{port}]" for port in range(25) for way in ("in", "out") for what in ("octets", "errors")
    ]
    columns, polls = Columns(), 600
    for poll in range(polls):
        figures = {name: dice.random() * 1e6 if "octets" in name else 0.0 for name in names}
        series.append(connection, [Sample(BEGIN + poll * MINUTE, "gw-1", figures)], columns)
    raw = _octets(connection, "samples") / (polls * len(names))
    roll(connection, BEGIN + polls * MINUTE)
    five = _octets(connection, "rollups where step = 300000") / (polls / 5 * len(names))
    assert raw < 9  # octets a sample: 9 MB a million
    assert five < 20  # of least, mean and most together


def _octets(connection: sqlite3.Connection, rows: str) -> int:
    """Of the rows with their keys, as they lie on a page."""
    return int(connection.execute(f"select sum(length(packed) + 20) from {rows}").fetchone()[0])
