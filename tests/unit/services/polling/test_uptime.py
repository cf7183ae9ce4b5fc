"""A restart by sysUpTime, and what looks like one."""

import pytest

from cmsp_agent.services.polling.uptime import WRAP, Uptime

DAY = 24 * 3600 * 100
MINUTE = 60 * 100


@pytest.mark.parametrize(
    ("before", "after", "seconds", "restarted"),
    [
        (5 * DAY, 5 * DAY + MINUTE, 60, False),
        (5 * DAY, 30 * 100, 60, True),
        (5 * DAY, 5 * DAY + MINUTE - 500, 60, False),  # slewed while it ran
        (5 * DAY, 5 * DAY - 300, 60, False),  # set back a little
        (5 * DAY, 4 * DAY, 60, False),  # up for longer than since the last reading
        (WRAP - MINUTE // 2, MINUTE // 2, 60, False),  # 497 days, without any engine time
        (WRAP - 20 * DAY, 30 * 100, 60, True),  # nobody's wrap
        (10 * MINUTE, 30 * MINUTE, 3600, True),  # not polled for an hour, restarted in between
        (10 * MINUTE, 70 * MINUTE, 3600, False),
        (None, 100, 60, False),
    ],
)
def test_restarts(before: int | None, after: int, seconds: float, restarted: bool) -> None:
    assert Uptime(ticks=after, at=seconds).restarted(Uptime(ticks=before)) is restarted


def test_an_engine_that_went_on_tells_a_wrap_from_a_restart_however_long_nobody_asked() -> None:
    before = Uptime(ticks=WRAP - MINUTE, engine_time=42_949_612)
    assert not Uptime(ticks=5 * MINUTE, engine_time=42_949_972, at=5.0).restarted(before)


@pytest.mark.parametrize(
    ("boots", "time", "restarted"),
    [
        ((3, 3), (86_400, 86_460), False),  # the engine went on: sysUpTime was reset by something else
        ((3, 4), (86_400, 20), True),
        ((1, 1), (86_400, 20), True),  # a device that never counts its boots
        ((1, 1), (5, 30), True),  # up for a moment only, then started again
        ((None, None), (None, None), True),
    ],
)
def test_what_the_engine_time_proves(
    boots: tuple[int | None, int | None], time: tuple[int | None, int | None], *, restarted: bool
) -> None:
    before = Uptime(ticks=time[0] * 100 if time[0] else DAY, engine_boots=boots[0], engine_time=time[0])
    after = Uptime(ticks=2000, engine_boots=boots[1], engine_time=time[1], at=60.0)
    assert after.restarted(before) is restarted
