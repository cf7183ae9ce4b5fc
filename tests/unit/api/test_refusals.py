"""The first refused call of a caller is reported at once, the others as a count."""

from cmsp_agent.api.refusals import MOST_CALLERS, WINDOW, Refusals


def test_the_first_is_reported_and_the_rest_is_counted() -> None:
    refusals = Refusals()
    assert refusals.due("noc", 0.0) == 0
    assert [refusals.due("noc", at) for at in (1.0, 2.0, WINDOW - 1)] == [None] * 3
    assert refusals.due("noc", WINDOW) == 3
    assert refusals.due("noc", WINDOW + 1) is None
    assert refusals.due("noc", 3 * WINDOW) == 1


def test_callers_are_distinguished() -> None:
    refusals = Refusals()
    assert [refusals.due(name, 0.0) for name in ("a", "b", "a")] == [0, 0, None]


def test_only_so_many_callers_are_remembered() -> None:
    refusals = Refusals()
    for number in range(MOST_CALLERS + 10):
        refusals.due(str(number), 0.0)
    assert refusals.due("0", 1.0) == 0
    assert refusals.due(str(MOST_CALLERS), 1.0) is None
