"""A cause hides a fault only while the fault's owner does not answer, and what it hid is judged again when it ends."""

from dataclasses import replace

import pytest

from cmsp_agent.model.signal import AgentSignal, SyslogSignal
from cmsp_agent.pipeline.alarm_types.emergency import EMERGENCY_LOST
from tests.unit.pipeline.site import COMPONENTS, Site

LINK = "GigabitEthernet0/1"


def link_down(site: Site, component: str = "gw-1") -> SyslogSignal:
    """Reported by syslog only: no poll of this site looks at it."""
    return SyslogSignal(component, site.now, "LINK-3-UPDOWN", f"Interface {LINK}, changed state to down")


def test_a_silent_parent_whose_children_answer_is_management_lost_at_most() -> None:
    site = Site()
    for _ in range(5):
        site.poll("sw", icmp=False, snmp=False)
        site.poll("gw-1")
    assert [(each.type, each.component) for each in site.alarm_state.active.values()] == [("management.lost", "sw")]
    [incident] = site.open
    assert incident.extent.components.affected == 1


def test_a_child_that_answers_is_not_lost_with_its_parent() -> None:
    site = Site()
    site.silent("sw")
    [incident] = site.open
    assert incident.extent.components.affected == 4
    site.poll("gw-1")
    [incident] = site.open
    assert incident.extent.components.affected == 2, "gw-1 answers, and vg-1 is behind it"


def test_a_parent_that_was_called_down_is_retitled_when_a_child_answers() -> None:
    site = Site()
    site.silent("sw")
    [before] = site.open
    site.poll("gw-1")
    site.silent("sw", polls=1)
    [after] = site.open
    assert (after.id, site.held("sw", "component.down")) == (before.id, None)
    assert after.title == "sw does not answer its management"
    site.poll("sw")
    assert site.open == []


def test_a_switch_that_really_fails_takes_its_children_along_though_its_management_was_filtered() -> None:
    site = Site()
    for _ in range(4):
        site.silent("sw", polls=1)
        site.poll("gw-1")
    for _ in range(4):
        site.silent("sw", polls=1)
        site.silent("gw-1", polls=1)
    child, down = site.held("gw-1", "component.down"), site.held("sw", "component.down")
    assert child is not None
    assert down is not None
    assert child.suppressed_by == down.id


def test_a_fault_of_a_child_that_answers_has_its_incident_whatever_the_parent_is() -> None:
    site = Site()
    site.silent("sw")
    site.tell(link_down(site))
    held = site.held("gw-1", "link.down", LINK)
    assert held is not None
    assert held.suppressed_by is not None
    changes = site.poll("gw-1")
    released = site.held("gw-1", "link.down", LINK)
    assert released is not None
    assert released.suppressed_by is None
    assert released.id in changes.to_report
    assert ("gw-1",) in {incident.components for incident in site.open}


def test_what_was_reported_while_the_device_booted_stands_once_it_answers() -> None:
    site = Site()
    site.silent("gw-1")
    site.tell(link_down(site))
    site.poll("gw-1")
    [incident] = site.open
    assert incident.title == f"{LINK}: link down"


def test_what_a_restart_interrupted_is_judged_again() -> None:
    site = Site()
    site.silent("gw-1")
    site.tell(link_down(site))
    site.restart()
    site.poll("gw-1")
    assert [incident.title for incident in site.open] == [f"{LINK}: link down"]


def test_a_parent_that_is_taken_out_of_the_configuration_hides_nothing_any_more() -> None:
    site = Site()
    site.silent("sw")
    site.tell(link_down(site))
    alone = [replace(each, parent="") for each in COMPONENTS.values() if each.name != "sw"]
    other = Site(alone)
    other.alarm_state, other.now = site.alarm_state, site.now
    other.pipeline.reassess(other.alarm_state, other.now).commit()
    other.poll("gw-1")
    assert [incident.title for incident in other.open] == [f"{LINK}: link down"]


def test_what_isolation_hid_is_judged_again_when_it_ends() -> None:
    site = Site()
    site.isolate(raised=True)
    site.tell(link_down(site))
    site.isolate(raised=False)
    site.poll("gw-1")
    assert [incident.title for incident in site.open] == [f"{LINK}: link down"]


def test_what_the_poll_sees_well_is_left_to_the_polls() -> None:
    site = Site()
    site.silent("gw-1")
    site.tell(site.pri(up=False))
    site.later(1_000)
    site.tell(site.pri_poll())
    assert site.open == []
    site.later(60_000)
    site.tell(site.pri_poll())
    assert not site.alarm_state.active


def test_the_last_words_of_a_component_are_part_of_its_outage() -> None:
    site = Site()
    site.poll("gw-1")
    site.later(20_000)
    site.tell(
        link_down(site), SyslogSignal("gw-1", site.now, "LINK-3-UPDOWN", "Interface Gi0/2, changed state to down")
    )
    assert len(site.open) == 2
    site.silent("gw-1")
    [incident] = site.open
    assert incident.title == "gw-1 is down"
    assert {each.merged_into for each in site.incidents.values()} == {None, incident.id}
    site.poll("gw-1")
    assert {each.alarms for each in site.open} == {
        (alarm.id,) for alarm in site.alarm_state.active.values() if alarm.type == "link.down"
    }, "what still holds stands for itself again"


def test_what_a_component_had_before_its_last_answer_stays_an_incident_of_its_own() -> None:
    site = Site()
    site.tell(link_down(site))
    site.poll("gw-1")
    site.silent("gw-1")
    assert sorted(each.title for each in site.open) == [f"{LINK}: link down", "gw-1 is down"]


@pytest.mark.parametrize("reloaded", [False, True])
def test_a_site_s_lost_emergency_number_is_no_last_word_of_the_gateway_that_it_is_reported_at(reloaded: bool) -> None:
    site = Site()
    site.poll("gw-1")
    if reloaded:
        site.silent("gw-1")
    site.later(1_000)
    site.tell(AgentSignal("gw-1", site.now, EMERGENCY_LOST, "112 at paris", raised=True, text="no call path"))
    if reloaded:
        site.pipeline.reassess(site.alarm_state, site.now).commit()
    else:
        site.silent("gw-1")
    [lost] = [each for each in site.alarm_state.active.values() if each.type == EMERGENCY_LOST]
    assert lost.suppressed_by is None


def test_what_a_middle_parent_had_hidden_waits_for_its_own_polls_when_the_cause_of_all_ends() -> None:
    middle, last = replace(COMPONENTS["gw-1"], parent="sw"), replace(COMPONENTS["gw-2"], parent="gw-1")
    site = Site([COMPONENTS["sw"], middle, last])
    for name in ("sw", "gw-1", "gw-2"):
        site.poll(name)
    for name in ("gw-1", "gw-2"):
        site.silent(name)
        site.poll("sw")
    hidden = site.held("gw-2", "component.down")
    assert hidden is not None
    assert hidden.suppressed_by == site.held("gw-1", "component.down").id  # type: ignore[union-attr]
    site.silent("sw")
    downs = {each.component: each.suppressed_by for each in site.alarm_state.active.values()}
    assert downs == {"sw": None, "gw-1": (root := site.held("sw", "component.down").id), "gw-2": root}  # type: ignore[union-attr]
    site.poll("sw")
    site.poll("gw-1")
    site.silent("gw-2", polls=1)  # it takes longer to start
    assert [each.title for each in site.open] == []
    site.poll("gw-2")
    assert not site.alarm_state.active
