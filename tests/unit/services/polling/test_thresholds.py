"""Thresholds: hysteresis, how long, which of several counts, and what ends an alarm."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from cmsp_agent.model.component import Component, Threshold
from cmsp_agent.model.signal import ObservedState
from cmsp_agent.pipeline.built_in import THRESHOLD_CROSSED
from cmsp_agent.plugin.api import DeviceType, Kpi, Limit, Severity
from cmsp_agent.services.polling.thresholds import OF_THE_AGENT, CrossedThresholds, in_force

CPU = Threshold("cpu.load", 85, 70, 300, "major")
CHARGE = Threshold("ups.charge", 50, 80, 0, "minor", falling=True)


def verdicts(threshold: Threshold, figures: Sequence[tuple[float, float]]) -> list[bool | None]:
    """What each (time, figure) makes of a threshold."""
    watch = CrossedThresholds()
    found = [watch.judge((threshold,), {threshold.kpi: figure}, at) for at, figure in figures]
    return [states[0].raised if states else None for states in found]


def test_it_raises_only_after_it_lasted_and_clears_at_its_own_level() -> None:
    seen = [(0, 90), (200, 95), (300, 86), (400, 84), (500, 71), (600, 70), (700, 84), (800, 90), (900, 60)]
    assert verdicts(CPU, seen) == [None, None, True, True, True, False, None, None, False]


def test_a_dip_starts_the_time_anew() -> None:
    assert verdicts(CPU, [(0, 90), (200, 80), (299, 90), (301, 90), (598, 90), (599, 90)])[-3:] == [None, None, True]


def test_low_figures_can_be_the_bad_ones() -> None:
    assert verdicts(CHARGE, [(0, 100), (60, 50), (120, 79), (180, 80)]) == [False, True, True, False]


def test_after_a_start_a_figure_between_both_levels_says_nothing() -> None:
    assert verdicts(CPU, [(0, 80)]) == [None]


def test_a_threshold_of_one_series_comes_before_that_of_all() -> None:
    limits = (Threshold("if.in.errors", 10, 5, 0, "minor"), Threshold("if.in.errors[Gi0/0]", 100, 50, 0, "major"))
    figures = {"if.in.errors[Gi0/0]": 60.0, "if.in.errors[Gi0/1]": 60.0}
    (state,) = CrossedThresholds().judge(limits, figures, 0)
    assert (state.object, state.severity) == ("if.in.errors[Gi0/1]", Severity.MINOR)
    assert state.text == "if.in.errors[Gi0/1] is 60, at or above 10"


def test_a_series_without_threshold_ends_what_was_raised_before_once() -> None:
    watch = CrossedThresholds()
    free = ObservedState(THRESHOLD_CROSSED, "memory.used", raised=False, text="memory.used has no threshold")
    assert watch.judge((CPU,), {"memory.used": 99.0}, 0) == (free,)
    assert watch.judge((CPU,), {"memory.used": 99.0}, 60) == ()


def test_a_series_that_is_measured_no_more_ends_its_alarm_where_others_of_its_kpi_are() -> None:
    limit, watch = Threshold("if.in.errors", 10, 5, 0, "minor"), CrossedThresholds()
    both = {"if.in.errors[Gi0/0]": 60.0, "if.in.errors[Gi0/1]": 0.0}
    readings = [both, {"cpu.load": 5.0}, {}, {"if.in.errors[Gi0/1]": 0.0}, both, *[{"if.in.errors[Gi0/1]": 0.0}] * 3]
    found = [{each.object: each.raised for each in watch.judge((limit,), figures, 0)} for figures in readings]
    port = [each.get("if.in.errors[Gi0/0]") for each in found]
    assert port == [True, None, None, None, True, None, False, None]


def test_the_configuration_comes_before_the_type_and_the_type_before_the_agent() -> None:
    kind = DeviceType(
        "t",
        "T",
        kpis=(
            Kpi("cpu.load", "percent", ("1.3.6.1",), limit=Limit(90, 80)),
            Kpi("memory.used", "percent", ("1.3.6.2",), limit=Limit(95, 90, 60, Severity.MINOR)),
            Kpi("calls", "calls", ("1.3.6.3",)),
        ),
    )
    found = {each.kpi: each for each in in_force(Component("gw", (), "paris", thresholds=(CPU,)), kind)}
    assert found == {
        "cpu.load": replace(CPU, unit="percent"),
        "memory.used": Threshold("memory.used", 95, 90, 60, "minor", origin="t", unit="percent"),
        "icmp.loss": replace(OF_THE_AGENT[0], unit="percent"),
    }


@pytest.mark.parametrize(("raise_at", "clear_at", "falling"), [(90, 80, False), (20, 30, True)])
def test_a_limit_knows_its_bad_side(raise_at: float, clear_at: float, falling: bool) -> None:
    assert Limit(raise_at, clear_at).falling is falling


def test_between_both_levels_an_alarm_says_what_it_waits_for() -> None:
    watch = CrossedThresholds()
    watch.judge((CPU,), {"cpu.load": 90.0}, 0)
    watch.judge((CPU,), {"cpu.load": 90.0}, 300)
    (state,) = watch.judge((CPU,), {"cpu.load": 80.0}, 360)
    assert (state.raised, state.text) == (True, "cpu.load is 80, not yet back below 70")


def test_an_alarm_ends_where_the_device_has_no_such_figure_any_more() -> None:
    limit, watch = Threshold("cpu.load", 85, 70, 0, "major"), CrossedThresholds()
    watch.judge((limit,), {"cpu.load": 90.0}, 0)
    assert watch.judge((limit,), {}, 60) == ()
    assert watch.judge((limit,), {}, 120, ("cpu.load",)) == ()
    (ended,) = watch.judge((limit,), {}, 180, ("cpu.load",))
    assert (ended.raised, ended.text) == (False, "cpu.load is measured no more")


def test_an_alarm_says_its_figures_with_their_unit_as_a_terminal_does() -> None:
    kind = DeviceType("t", "T", kpis=(Kpi("if.in.octets", "octets/s", ("1.3.6",), kind="counter64", per="interface"),))
    busy = Threshold("if.in.octets[Gi0/0]", 12_500_000, 10_000_000, 0, "minor")
    limits = in_force(Component("gw", (), "paris", thresholds=(busy,)), kind)
    (state,) = CrossedThresholds().judge(limits, {"if.in.octets[Gi0/0]": 15e6}, 0)
    assert state.text == "if.in.octets[Gi0/0] is 120 Mbit/s, at or above 100 Mbit/s"
