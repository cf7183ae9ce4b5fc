"""When a configuration changed, by the device's sysUpTime: absolute times, and whether it was saved since."""

import pytest

from cmsp_agent.model.signal import Value
from cmsp_agent.services.polling.config_times import config_times
from cmsp_agent.services.polling.plan import SYS_UP_TIME, Plan

NOW = 1_800_000_000_000
PLAN = Plan(times=("changed", "saved", "startup"))
WRAP = 2**32


def answers(uptime: int, changed: Value, saved: int, startup: int) -> dict[str, Value]:
    return {SYS_UP_TIME: uptime, "changed": changed, "saved": saved, "startup": startup}


@pytest.mark.parametrize(
    ("uptime", "changed", "saved", "startup", "ago", "unsaved"),
    [
        (10_000, 6_000, 6_000, 6_000, 40_000, False),  # as after a start
        (10_000, 9_000, 6_000, 6_000, 10_000, True),
        (10_000, 9_000, 9_500, 6_000, 10_000, False),  # copy running-config somewhere
        (10_000, 9_000, 6_000, 9_500, 10_000, False),  # the startup configuration was written
        (500, WRAP - 500, 6_000, 6_000, 10_000, True),  # sysUpTime began anew after 497 days
        (10_000, 10_003, 6_000, 6_000, 0, True),  # noted a moment ahead of the uptime
        (10_000, 0, 0, 0, 100_000, False),  # never changed since the start
    ],
)
def test_times_are_absolute(uptime: int, changed: int, saved: int, startup: int, ago: int, unsaved: bool) -> None:
    found = config_times(PLAN, answers(uptime, changed, saved, startup), NOW)
    assert found is not None
    assert (found.changed_at, found.unsaved, found.mark) == (NOW - ago, unsaved, changed)


def test_a_device_that_says_not_all_of_it_says_nothing() -> None:
    assert config_times(Plan(), {SYS_UP_TIME: 1}, NOW) is None
    assert config_times(PLAN, {SYS_UP_TIME: 10_000, "changed": 1}, NOW) is None
    assert config_times(PLAN, answers(10_000, "text", 1, 1), NOW) is None
