"""Thousands of alarms at once: what is done for one event does not go through all the others."""

import sys
from collections.abc import Callable
from dataclasses import replace

import pytest

from cmsp_agent.model.signal import SyslogSignal
from tests.unit.pipeline.site import COMPONENTS, Site

ALARMS = 600
"""In one batch; with a scan of all alarms for each incident and signal, half a minute."""


def link(site: Site, number: int, word: str) -> SyslogSignal:
    text = f"Interface GigabitEthernet0/{number}, changed state to {word}"
    return SyslogSignal("gw-1", site.now, "LINK-3-UPDOWN", text)


def test_a_storm_of_distinct_alarms_is_judged_in_time_that_grows_with_their_number_alone() -> None:
    site = Site()
    site.tell(*(link(site, number, "down") for number in range(ALARMS)))
    assert len(site.open) == ALARMS
    site.later(60_000)
    site.tell(*(link(site, number, "up") for number in range(ALARMS)))
    assert site.open == []


def test_everything_of_a_redundancy_group_failing_at_once_is_judged_in_time() -> None:
    members = [
        replace(COMPONENTS["gw-2"], name=f"gw-{number}", redundancy="pstn", parent="sw") for number in range(100)
    ]
    site = Site([COMPONENTS["sw"], *members])
    site.tell(*(site.pri(up=False, component=each.name) for each in members))
    [incident] = site.open
    assert incident.extent.components.affected == 100


def test_a_fault_that_comes_and_goes_beside_one_that_stays_is_bounded() -> None:
    site = Site()
    site.tell(SyslogSignal("gw-1", site.now, "LINK-3-UPDOWN", "Interface Se0/1/0:15, changed state to down"))
    for _ in range(250):
        site.later(20_000)
        site.tell(site.pri(up=False))
        site.later(20_000)
        site.tell(site.pri(up=True))
    [incident] = site.open
    assert len(incident.alarms) == 200
    assert incident.alarms[0] in {event.id for event in site.alarm_state.active.values()}


def calls(work: Callable[[], None]) -> int:
    """How many functions the work calls: its cost, whatever else the machine does."""
    made = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal made
        made += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(None)
    return made


@pytest.mark.parametrize("components", [1, 20])
def test_the_next_fault_and_the_next_clear_cost_the_same_however_many_incidents_are_open(components: int) -> None:
    members = [replace(COMPONENTS["gw-2"], name=f"gw-{number}") for number in range(components)]
    site = Site([COMPONENTS["sw"], *members])

    def change(first: int, word: str) -> None:
        for number in range(first, first + 20):
            name = f"gw-{number % components}"
            site.tell(link(site, number, word)._replace(component=name))

    def cost(first: int) -> tuple[int, int]:
        site.later(60_000)
        raised = calls(lambda: change(first, "down"))
        site.later(60_000)
        return raised, calls(lambda: change(first, "up"))

    site.tell(*(link(site, n, "down")._replace(component=f"gw-{n % components}") for n in range(20)))
    few = cost(20)
    site.tell(*(link(site, n, "down")._replace(component=f"gw-{n % components}") for n in range(100, 1_500)))
    many = cost(2_000)
    assert len(site.open) == 1_420
    assert [now < 1.5 * before for now, before in zip(many, few, strict=True)] == [True, True], (few, many)
