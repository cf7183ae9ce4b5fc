"""Datagrams that overtake each other: the later report of a device holds, in whatever order the two come."""

import pytest

from cmsp_agent.model.event import Transition
from cmsp_agent.model.signal import SyslogSignal, TrapSignal
from tests.unit.pipeline.site import IF_INDEX, LINK_DOWN, LINK_UP, PRI_1, Site

LINK = "GigabitEthernet0/1"


def line(site: Site, word: str, number: int | None = None, at: int | None = None) -> SyslogSignal:
    text = f"Interface {LINK}, changed state to {word}"
    return SyslogSignal("gw-1", site.now, "LINK-3-UPDOWN", text, sequence=number, occurred_at=at)


def trap(site: Site, *, up: bool, uptime: int) -> TrapSignal:
    return TrapSignal("gw-1", site.now, LINK_UP if up else LINK_DOWN, ((f"{IF_INDEX}.7", 7),), uptime)


@pytest.mark.parametrize("by", ["number", "clock"])
def test_a_raise_that_came_after_its_clear_has_passed(by: str) -> None:
    site = Site()
    later, sooner = ({"number": 9}, {"number": 8}) if by == "number" else ({"at": site.now}, {"at": site.now - 300})
    site.tell(line(site, "up", **later))
    site.later(200)
    [event] = site.tell(line(site, "down", **sooner)).new.values()
    assert (event.state, site.open) == (Transition.INFO, [])
    assert event.text.endswith("(over before it was received: its end came first)")
    assert site.held("gw-1", "link.down", LINK) is None


def test_so_does_a_trap_by_the_uptime_of_its_device() -> None:
    site = Site()
    site.tell(trap(site, up=True, uptime=5_020), trap(site, up=False, uptime=5_000))
    assert site.held("gw-1", "link.down", PRI_1) is None
    assert site.counters.value("order.late_raises") == 1


def test_a_clear_that_was_sent_before_the_last_raise_ends_nothing() -> None:
    site = Site()
    site.tell(line(site, "down", 1), line(site, "down", 3))
    site.later(100)
    site.tell(line(site, "up", 2))
    assert site.held("gw-1", "link.down", LINK) is not None
    assert site.counters.value("order.late_clears") == 1
    site.tell(line(site, "up", 4))
    assert site.held("gw-1", "link.down", LINK) is None


@pytest.mark.parametrize(
    ("first", "then", "wait"),
    [(9, 10, 200), (9, 8, 11_000), (50_000, 3, 200), (None, None, 200)],
    ids=["in order", "long after", "counted anew since a restart", "nothing is said of the order"],
)
def test_a_new_fault_is_raised(first: int | None, then: int | None, wait: int) -> None:
    site = Site()
    site.tell(line(site, "up", first))
    site.later(wait)
    site.tell(line(site, "down", then))
    assert site.held("gw-1", "link.down", LINK) is not None
    assert len(site.open) == 1


def test_a_late_raise_folds_into_the_alarm_that_another_source_has_raised_since() -> None:
    site = Site()
    name = PRI_1
    up = SyslogSignal("gw-1", site.now, "LINK-3-UPDOWN", f"Interface {name}, changed state to up", sequence=9)
    site.tell(up, trap(site, up=False, uptime=5_000))
    down = up._replace(text=f"Interface {name}, changed state to down", sequence=8)
    site.tell(down)
    alarm = site.held("gw-1", "link.down", name)
    assert alarm is not None
    assert alarm.count == 2
