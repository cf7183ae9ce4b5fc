"""Thousands of alarms at once: what is done for one event does not go through all the others."""

import sys
from collections.abc import Callable
from dataclasses import replace
from types import FrameType
from typing import Any

import pytest

from cmsp_agent.model.signal import SyslogSignal
from cmsp_agent.pipeline.pipeline import Pipeline
from cmsp_agent.pipeline.rules.language import compile_condition
from cmsp_agent.pipeline.rules.rule import GroupRule, Origin, Rules
from tests.unit.pipeline.site import COMPONENTS, CUSTOMER, FakeInventory, Site

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


def operations(work: Callable[[], None]) -> int:
    """How many instructions of Python the work takes: what is gone through without a call counts too."""
    made = 0

    def count(frame: FrameType, event: str, _argument: object) -> Any:
        nonlocal made
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        made += event == "opcode"
        return count

    sys.settrace(count)
    try:
        work()
    finally:
        sys.settrace(None)
    return made


Fault = Callable[[Site, int, bool], SyslogSignal]


def port(site: Site, number: int, up: bool) -> SyslogSignal:
    """Of one component; each an incident of its own."""
    return link(site, number, "up" if up else "down")


def channel(site: Site, number: int, up: bool) -> SyslogSignal:
    """Of one component, and each takes a way to the public network."""
    word = "up" if up else "down"
    text = f"Layer 2 for Interface Se0/{number // 24}/{number % 24}:15, TEI 0 changed to {word}"
    return SyslogSignal("gw-1", site.now, f"ISDN-6-LAYER2{word.upper()}", text)


def spread(site: Site, number: int, up: bool) -> SyslogSignal:
    """Of twenty components, which are all lost after the first."""
    return channel(site, number, up)._replace(component=f"gw-{number % 20}")


def storm(site: Site, number: int, up: bool) -> SyslogSignal:
    """Of another component each time: all of them are one incident."""
    return site.pri_syslog(up, f"gw-{number}")


def grouped(site: Site, number: int, up: bool) -> SyslogSignal:
    """Of one component, and of one incident by a rule."""
    return port(site, number, up)


def crowd(fault: Fault) -> Site:
    """A site where so many faults can be."""
    members = [replace(COMPONENTS["gw-2"], name=f"gw-{number}") for number in range(1_010 if fault is storm else 20)]
    site = Site([COMPONENTS["sw"], *members])
    if fault is grouped:
        alike = GroupRule(
            "all", Origin("rules.yaml", 1), compile_condition("always"), ("component",), lambda event: event.component
        )
        site.pipeline = Pipeline(
            {c.name: c for c in members}, CUSTOMER, FakeInventory(), site.counters, rules=Rules(groups=[alike])
        )
    return site


def tell(site: Site, fault: Fault, first: int, count: int, up: bool, together: int = 50) -> None:
    for begin in range(first, first + count, together):
        site.later(100)
        site.tell(*(fault(site, number, up) for number in range(begin, min(begin + together, first + count))))


@pytest.mark.parametrize("fault", [port, channel, spread, storm, grouped])
def test_the_next_fault_and_the_next_clear_take_as_many_operations_however_many_others_hold(fault: Fault) -> None:
    def cost(site: Site, first: int) -> tuple[int, int]:
        raised = operations(lambda: tell(site, fault, first, 10, False, together=2))
        return raised, operations(lambda: tell(site, fault, first, 10, True, together=2))

    site = crowd(fault)
    tell(site, fault, 0, 200, False)
    few = cost(site, 200)
    tell(site, fault, 200, 600, False)
    many = cost(site, 1_000)
    assert len(site.alarm_state.active) == 800
    assert [now < 1.3 * before for now, before in zip(many, few, strict=True)] == [True, True], (few, many)


@pytest.mark.parametrize("fault", [channel, storm, grouped])
def test_a_storm_of_four_times_as_many_faults_takes_four_times_as_many_calls(fault: Fault) -> None:
    def cost(faults: int) -> float:
        site = crowd(fault)
        raised = calls(lambda: tell(site, fault, 0, faults, False))
        return (raised + calls(lambda: tell(site, fault, 0, faults, True))) / faults

    few, many = cost(120), cost(480)
    assert many < 1.3 * few, (few, many)


def test_a_large_incident_is_weighed_in_the_end_and_names_no_more_than_a_few_alarms() -> None:
    site = crowd(storm)
    tell(site, storm, 0, 500, False)
    for _ in range(2):
        site.later(10_000)
        site.pipeline.elapse(site.alarm_state, site.now).commit()
        [incident] = site.open
        assert (incident.extent.components.affected, len(incident.alarms)) == (500, 200)
        site.restart()
    tell(site, storm, 0, 499, True)
    assert [len(one.alarms) for one in site.open] == [200]
    tell(site, storm, 499, 1, True)
    assert site.open == []


def test_one_change_of_an_incident_of_hundreds_of_alarms_is_weighed_at_once() -> None:
    site = crowd(storm)
    tell(site, storm, 0, 500, False)
    for repaired in range(3):
        site.later(60_000)
        site.tell(storm(site, repaired, True))
        assert [one.extent.components.affected for one in site.open] == [499 - repaired]
