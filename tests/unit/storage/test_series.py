import math
import sqlite3
from itertools import pairwise

from cmsp_agent.storage import series
from cmsp_agent.storage.series import Columns, Sample


def fill(tx: sqlite3.Connection, columns: Columns) -> None:
    for at in (1000, 2000, 3000):
        samples = [Sample(at, "gw-1", {"cpu.load": at / 1000, "mem.used": 50.0}), Sample(at, "gw-2", {"cpu.load": 9.0})]
        series.append(tx, samples, columns)


def test_samples_come_back_by_component_and_time(series_tx: sqlite3.Connection) -> None:
    fill(series_tx, Columns())
    assert series.query(series_tx, "gw-1", 1000, 2000) == {
        "cpu.load": [(1000, 1.0), (2000, 2.0)],
        "mem.used": [(1000, 50.0), (2000, 50.0)],
    }
    assert series.query(series_tx, "gw-1", 0, 9999, ["mem.used"]).keys() == {"mem.used"}
    assert series.query(series_tx, "nobody", 0, 9999) == {}


def test_a_new_kpi_is_a_new_set_of_columns(series_tx: sqlite3.Connection) -> None:
    columns = Columns()
    fill(series_tx, columns)
    series.append(series_tx, [Sample(4000, "gw-1", {"cpu.load": 4.0, "if.in[Gi0]": 7.0})], columns)
    found = series.query(series_tx, "gw-1", 3000, 4000)
    assert found == {"cpu.load": [(3000, 3.0), (4000, 4.0)], "mem.used": [(3000, 50.0)], "if.in[Gi0]": [(4000, 7.0)]}
    assert series.latest(series_tx, "gw-1") == Sample(4000, "gw-1", {"cpu.load": 4.0, "if.in[Gi0]": 7.0})
    assert series_tx.execute("select count(*) from column_sets").fetchone() == (3,)


def test_ids_are_found_again_by_another_appender(series_tx: sqlite3.Connection) -> None:
    fill(series_tx, Columns())
    series.append(series_tx, [Sample(5000, "gw-2", {"cpu.load": 1.0})], Columns())
    assert series.query(series_tx, "gw-2", 5000, 5000) == {"cpu.load": [(5000, 1.0)]}
    assert series_tx.execute("select count(*) from component_ids").fetchone() == (2,)


def test_what_was_not_measured_is_left_out(series_tx: sqlite3.Connection) -> None:
    series.append(series_tx, [Sample(1, "gw-1", {"a": math.nan, "b": 0.0})], Columns())
    assert series.query(series_tx, "gw-1", 0, 2) == {"b": [(1, 0.0)]}


def test_retention_is_bounded(series_tx: sqlite3.Connection) -> None:
    fill(series_tx, Columns())
    assert series.forget_before(series_tx, 3000, limit=3) == 3
    assert series.forget_before(series_tx, 3000, limit=3) == 1
    assert series.forget_before(series_tx, 3000) == 0
    assert series.query(series_tx, "gw-2", 0, 9999) == {"cpu.load": [(3000, 9.0)]}


def test_more_than_an_answer_may_hold_is_thinned_out_evenly(series_tx: sqlite3.Connection) -> None:
    kpis = {f"if.in.octets[Gi0/{port}]": float(port) for port in range(100)}
    columns = Columns()
    series.append(series_tx, [Sample(at, "gw-1", kpis) for at in range(1, 1001)], columns)
    found = series.query(series_tx, "gw-1", 1, 1000)
    times = [at for at, _ in found["if.in.octets[Gi0/0]"]]
    assert sum(map(len, found.values())) <= series.MOST_POINTS
    assert len(times) == 250
    assert times[-1] == 1000
    assert {later - earlier for earlier, later in pairwise(times)} == {4}
