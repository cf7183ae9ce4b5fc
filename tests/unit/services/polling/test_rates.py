"""Rates of counters: wraps, restarts, discontinuities."""

import pytest

from cmsp_agent.services.polling.rates import Rates


def test_the_first_reading_is_no_rate() -> None:
    assert Rates().rate("in", 1_000, 10.0) is None


def test_a_counter_that_grows() -> None:
    rates = Rates()
    rates.rate("in", 1_000, 10.0)
    assert rates.rate("in", 4_000, 40.0) == 100.0


def test_a_wrap_of_32_bits() -> None:
    rates = Rates()
    rates.rate("in", 2**32 - 500, 10.0)
    assert rates.rate("in", 500, 20.0) == 100.0


@pytest.mark.parametrize(("before", "width"), [(2**31, 32), (2**40, 64)])
def test_a_decrease_that_is_no_likely_wrap_is_a_restart(before: int, width: int) -> None:
    rates = Rates()
    rates.rate("in", before, 10.0, width)
    assert rates.rate("in", 1_000, 20.0, width) is None
    assert rates.rate("in", 2_000, 30.0, width) == 100.0


def test_after_a_restart_or_a_discontinuity_the_counter_is_seeded_anew() -> None:
    rates = Rates()
    rates.rate("in", 1_000, 10.0, discontinuity=7)
    assert rates.rate("in", 9_000, 20.0, discontinuity=8) is None
    rates.restart()
    assert rates.rate("in", 9_500, 30.0, discontinuity=8) is None


def test_time_that_stands_still_gives_no_rate() -> None:
    rates = Rates()
    rates.rate("in", 1, 10.0)
    assert rates.rate("in", 2, 10.0) is None


def test_rows_that_went_are_forgotten() -> None:
    rates = Rates()
    rates.rate("a", 1, 1.0)
    rates.rate("b", 1, 1.0)
    rates.forget_others({"b"})
    assert rates.rate("a", 2, 2.0) is None
    assert rates.rate("b", 2, 2.0) == 1.0


def test_a_decrease_that_the_interface_is_too_slow_for_is_no_wrap() -> None:
    rates = Rates()
    rates.rate("k", 3_000_000_000, 0.0, most=12_500_000.0)
    assert rates.rate("k", 100, 60.0, most=12_500_000.0) is None
    rates.rate("k", 2**32 - 600, 120.0, most=12_500_000.0)
    assert rates.rate("k", 600, 180.0, most=12_500_000.0) == 20.0


def test_after_missed_polls_a_fast_interface_may_have_wrapped_twice() -> None:
    rates = Rates()
    rates.rate("k", 1_000, 0.0, most=125_000_000.0)
    assert rates.rate("k", 601_000, 60.0, most=125_000_000.0) == 10_000.0
    assert rates.rate("k", 661_000, 660.0, most=125_000_000.0) is None
    assert rates.rate("k", 721_000, 720.0, most=125_000_000.0) == 1_000.0
