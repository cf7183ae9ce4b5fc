"""The time window."""

import pytest

from cmsp_agent.transports.snmp.timeliness import MOST, EngineTime, NotInTimeWindow, SignedTimes, within_window

KNOWN = EngineTime(boots=5, latest=1000, at=50.0)


def test_time_moves_with_our_clock() -> None:
    assert KNOWN.estimate(50.0) == 1000
    assert KNOWN.estimate(59.9) == 1009
    assert KNOWN.estimate(40.0) == 1000
    assert EngineTime(5, MOST, 0.0).estimate(9.0) == MOST


def test_what_is_newer_is_learnt() -> None:
    assert KNOWN.observe(5, 1001, 51.0) == EngineTime(5, 1001, 51.0)
    assert KNOWN.observe(6, 0, 51.0) == EngineTime(6, 0, 51.0)
    assert KNOWN.observe(5, 1000, 51.0) is KNOWN


def test_what_is_a_little_late_is_let_in() -> None:
    assert KNOWN.observe(5, 900, 60.0) is KNOWN
    assert KNOWN.observe(5, 860, 60.0) is KNOWN
    with pytest.raises(NotInTimeWindow):
        KNOWN.observe(5, 859, 60.0)


@pytest.mark.parametrize(("boots", "time"), [(4, 1000), (4, 5000), (0, 0)])
def test_earlier_lives_are_refused(boots: int, time: int) -> None:
    with pytest.raises(NotInTimeWindow):
        KNOWN.observe(boots, time, 50.0)


@pytest.mark.parametrize("time", [0, 10, 11, MOST])
@pytest.mark.parametrize("boots", [MOST - 1, MOST])
def test_an_engine_out_of_boots_is_refused(boots: int, time: int) -> None:
    with pytest.raises(NotInTimeWindow):
        EngineTime(boots, 10, 0.0).observe(MOST, time, 0.0)


@pytest.mark.parametrize(
    ("boots", "time", "inside"), [(3, 100, True), (3, 250, True), (3, 251, False), (2, 100, False), (4, 100, False)]
)
def test_the_authoritative_side(boots: int, time: int, inside: bool) -> None:
    assert within_window(boots, time, 3, 100) is inside
    assert within_window(3, 400 - 150 + (0 if inside else -1), 3, 400) is inside


def test_the_authoritative_side_out_of_boots() -> None:
    assert not within_window(MOST, 1, MOST, 1)


def test_the_highest_boots() -> None:
    assert MOST == 2_147_483_647


ENGINE, CLONED = b"engine", b"cloned"
AT_HOME, ELSEWHERE = EngineTime(3, 100, 0.0), EngineTime(9, 500, 0.0)


def signed_times() -> SignedTimes:
    """The engine is at one address, the cloned one at two."""
    times = SignedTimes()
    times.offer("10.0.0.1", {ENGINE: AT_HOME, CLONED: AT_HOME}.get)
    times.offer("10.0.0.2", {CLONED: ELSEWHERE}.get)
    return times


def test_the_address_says_which_of_cloned_engines_signed() -> None:
    assert signed_times().of(CLONED, "10.0.0.2") == ELSEWHERE
    assert signed_times().of(CLONED, "10.0.0.1") == AT_HOME


def test_an_engine_that_is_at_one_address_is_known_wherever_it_sends_from() -> None:
    assert signed_times().of(ENGINE, "10.0.0.2") == AT_HOME
    assert signed_times().of(ENGINE, "10.0.0.9") == AT_HOME


def test_nobody_vouches_for_a_cloned_engine_elsewhere_or_for_an_unknown_one() -> None:
    assert signed_times().of(CLONED, "10.0.0.9") is None
    assert signed_times().of(b"unknown", "10.0.0.1") is None
    assert SignedTimes().of(ENGINE, "10.0.0.1") is None
