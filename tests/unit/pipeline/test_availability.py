"""Down, management lost, isolated; and what a fault above inhibits below."""

from dataclasses import replace

import pytest

from cmsp_agent.model.component import ReachPlan, ServiceCheck
from cmsp_agent.model.event import Transition
from cmsp_agent.model.incident_state import IncidentState
from cmsp_agent.model.priority import Priority, Urgency
from cmsp_agent.model.signal import TrapSignal
from tests.unit.pipeline.site import COMPONENTS, IF_INDEX, LINK_DOWN, Site


def test_three_silent_polls_are_down_and_two_are_not() -> None:
    site = Site()
    assert not site.silent("gw-lyon", polls=2)
    [event] = site.silent("gw-lyon", polls=1).new.values()
    assert (event.type, event.state) == ("component.down", Transition.RAISE)
    assert "ICMP, SNMP" in event.text


def test_an_answer_in_between_starts_the_count_anew() -> None:
    site = Site()
    site.silent("gw-lyon", polls=2)
    site.poll("gw-lyon")
    assert not site.silent("gw-lyon", polls=2)


def test_snmp_alone_silent_is_management_lost_and_never_down() -> None:
    site = Site()
    for _ in range(10):
        site.poll("gw-lyon", icmp=True, snmp=False)
    [event] = site.events.values()
    assert event.type == "management.lost"
    assert event.text.endswith("it answers ICMP")


def test_without_icmp_or_tcp_silence_is_management_lost() -> None:
    site = Site()
    for _ in range(5):
        site.poll("gw-lyon", icmp=None, snmp=False)
    [event] = site.events.values()
    assert event.type == "management.lost"
    assert event.text.endswith("it may be down")


def test_rejected_credentials_are_not_silence() -> None:
    site = Site()
    for _ in range(5):
        site.poll("gw-lyon", icmp=False, snmp=False, reason="authentication")
    [event] = site.events.values()
    assert event.type == "management.lost"
    assert "rejects our credentials" in event.text


def test_services_that_were_asked_are_named_and_not_called_tcp() -> None:
    sip = ReachPlan(icmp=False, services=(ServiceCheck("sip", 5060, "udp"),))
    site = Site([replace(COMPONENTS["gw-lyon"], reach=sip)])
    for _ in range(3):
        site.poll("gw-lyon", icmp=None, snmp=False, tcp=True)
    [lost] = site.events.values()
    assert lost.text.endswith("it answers SIP udp 5060")
    for _ in range(3):
        site.poll("gw-lyon", icmp=None, snmp=False, tcp=False)
    down = site.held("gw-lyon", "component.down")
    assert down is not None
    assert down.text.endswith("no answer to SIP udp 5060, SNMP in 3 polls")


def test_tcp_answering_keeps_a_component_up() -> None:
    site = Site()
    for _ in range(5):
        site.poll("sw", icmp=False, snmp=None, tcp=True)
    assert not site.events


def test_recovery_clears_and_restores() -> None:
    site = Site()
    site.silent("gw-lyon")
    changes = site.poll("gw-lyon")
    assert [event.state for event in changes.new.values()] == [Transition.CLEAR]
    assert [incident.state for incident in changes.incidents.values()] == [IncidentState.RESTORED]


def test_children_of_a_component_that_is_down_are_inhibited() -> None:
    site = Site()
    site.silent("gw-1")
    site.silent("vg-1")
    down, child = site.held("gw-1", "component.down"), site.held("vg-1", "component.down")
    assert down is not None
    assert child is not None
    assert child.suppressed_by == down.id
    [incident] = site.open
    assert incident.components == ("gw-1",)


def test_a_childs_verdict_waits_for_its_parents() -> None:
    site = Site()
    for _ in range(3):
        site.poll("vg-1", icmp=False, snmp=False)
        site.poll("gw-1", icmp=False, snmp=False)
    site.poll("vg-1", icmp=False, snmp=False)
    child, down = site.held("vg-1", "component.down"), site.held("gw-1", "component.down")
    assert child is not None
    assert down is not None
    assert child.suppressed_by == down.id
    assert len(site.incidents) == 1


def test_a_child_alone_is_down_when_its_parent_answers() -> None:
    site = Site()
    for _ in range(4):
        site.poll("vg-1", icmp=False, snmp=False)
        site.poll("gw-1")
    assert [incident.components for incident in site.open] == [("vg-1",)]


def test_a_child_that_was_faster_moves_to_the_incident_of_its_parent() -> None:
    site = Site()
    site.silent("vg-1")
    assert [incident.components for incident in site.open] == [("vg-1",)]
    site.silent("gw-1")
    child, down = site.held("vg-1", "component.down"), site.held("gw-1", "component.down")
    assert child is not None
    assert down is not None
    assert child.suppressed_by == down.id
    [parent] = site.open
    assert parent.components == ("gw-1", "vg-1")
    assert parent.title == "gw-1 is down"
    [merged] = [each for each in site.incidents.values() if each.state is IncidentState.MERGED]
    assert (merged.merged_into, merged.restored_at) == (parent.id, None)


def test_a_child_still_silent_after_its_parent_recovered_stands_for_itself_after_three_more_polls() -> None:
    site = Site()
    site.silent("gw-1")
    site.silent("vg-1")
    site.poll("gw-1")
    assert site.open == []
    site.silent("vg-1", polls=2)
    assert site.open == []
    site.poll("gw-1")
    site.silent("vg-1", polls=1)
    assert [incident.components for incident in site.open] == [("vg-1",)]


def test_a_grandparent_inhibits_too() -> None:
    site = Site()
    site.silent("sw")
    site.silent("vg-1")
    child, down = site.held("vg-1", "component.down"), site.held("sw", "component.down")
    assert child is not None
    assert down is not None
    assert child.suppressed_by == down.id


def test_isolation_is_one_event_and_no_component_goes_down() -> None:
    site = Site()
    site.silent("gw-1", polls=2)
    site.isolate(raised=True)
    for name in COMPONENTS:
        site.silent(name, polls=5)
    assert [event.type for event in site.events.values()] == ["appliance.isolated"]
    site.isolate(raised=False)
    assert not site.silent("gw-1", polls=2)
    assert site.silent("gw-1", polls=1)


def test_traps_during_isolation_are_inhibited_by_it() -> None:
    site = Site()
    site.isolate(raised=True)
    site.tell(site.pri(up=False))
    isolated, trap = site.held("", "appliance.isolated"), site.held("gw-1", "isdn.layer2.down", "Serial0/1/0:15")
    assert isolated is not None
    assert trap is not None
    assert trap.suppressed_by == isolated.id


def test_down_is_critical_and_its_arithmetic_counts_what_hangs_on_it() -> None:
    site = Site([component for component in COMPONENTS.values() if component.name != "gw-2"])
    site.silent("gw-1")
    [incident] = site.open
    assert incident.urgency is Urgency.CRITICAL
    assert incident.arithmetic == "P2: critical x localised (70/400 people, 1/4 sites, 2/8 components)"


def test_a_second_path_at_the_site_keeps_the_site_alive() -> None:
    site = Site()
    site.silent("gw-1")
    [incident] = site.open
    assert incident.extent.sites.affected == 0
    assert incident.priority is Priority.P2


def test_a_redundancy_group_makes_it_major_until_the_last_member_falls() -> None:
    pair = [replace(c, redundancy="pair") if c.name in ("gw-1", "gw-2") else c for c in COMPONENTS.values()]
    site = Site(pair)
    site.silent("gw-1")
    [first] = site.open
    assert first.urgency is Urgency.MAJOR
    site.silent("gw-2")
    assert {incident.urgency for incident in site.open} == {Urgency.CRITICAL}
    assert all(incident.extent.sites.affected == 1 for incident in site.open)
    site.poll("gw-2")
    assert [incident.urgency for incident in site.open] == [Urgency.MAJOR]


@pytest.mark.parametrize("reason", ["name", ""])
def test_a_peer_of_which_nothing_is_known_is_no_backup(reason: str) -> None:
    pair = [replace(c, redundancy="pair") if c.name in ("gw-1", "gw-2") else c for c in COMPONENTS.values()]
    site = Site(pair)
    site.silent("gw-1")
    known = {"icmp": None, "snmp": None} if reason else {"icmp": False, "snmp": False}
    for _ in range(3 if reason else 1):  # its name leads nowhere; or it has not answered since the start
        site.poll("gw-2", reason=reason, **known)
    assert [one.urgency for one in site.open if one.components[0] == "gw-1"] == [Urgency.CRITICAL]
    site.poll("gw-2")
    assert [one.urgency for one in site.open] == [Urgency.MAJOR]
    site.poll("gw-2", icmp=False, snmp=False)
    assert [one.urgency for one in site.open] == [Urgency.MAJOR], "one unanswered poll is not enough to know"


def test_people_of_a_site_are_never_more_than_it_has() -> None:
    site = Site()
    site.silent("sw")
    [incident] = site.open
    assert incident.extent.people.affected == 100


def test_an_older_incident_keeps_its_priority_while_its_component_is_down() -> None:
    site = Site()
    site.tell(site.pri_poll())
    site.tell(site.pri(up=False))
    [older] = site.open
    site.silent("gw-1")
    assert site.alarm_state.incidents[older.id].priority is Priority.P3
    site.poll("gw-1")
    assert [incident.id for incident in site.open] == [older.id]


def test_a_fault_that_takes_no_function_does_not_count_the_site_that_another_fault_lost() -> None:
    ups = replace(COMPONENTS["vg-1"], name="ups-lyon", site="lyon", people=0, parent="")
    site = Site([*COMPONENTS.values(), ups])
    site.silent("gw-lyon")
    site.tell(TrapSignal("ups-lyon", site.now, LINK_DOWN, ((f"{IF_INDEX}.7", 7),)))
    shares = {incident.components[0]: str(incident.extent.sites) for incident in site.open}
    assert shares == {"gw-lyon": "1/4", "ups-lyon": "0/4"}


def test_a_poll_that_asked_nothing_neither_ends_a_silence_nor_clears_it() -> None:
    site = Site()
    site.silent("gw-1", polls=2)
    site.poll("gw-1", icmp=None, snmp=None)
    assert site.open == []
    site.silent("gw-1", polls=1)
    assert len(site.open) == 1
    site.poll("gw-1", icmp=None, snmp=None)
    assert len(site.open) == 1
    site.poll("gw-1", icmp=None, snmp=False)
    assert len(site.open) == 1


@pytest.mark.parametrize(
    ("reason", "snmp", "kind"),
    [
        ("partial", True, "component.degraded"),
        ("no figures", True, "component.degraded"),
        ("credentials", None, "component.degraded"),
        ("name", None, "component.unresolved"),
    ],
)
def test_a_device_that_can_not_be_asked_for_all_has_an_alarm_after_three_polls_with_the_reason(
    reason: str, snmp: bool | None, kind: str
) -> None:
    site = Site()
    icmp = None if reason == "name" else True
    for _ in range(2):
        site.poll("gw-1", icmp=icmp, snmp=snmp, reason=reason, detail="no answer in 5 s")
    assert not site.events
    site.poll("gw-1", icmp=icmp, snmp=snmp, reason=reason, detail="no answer in 5 s")
    held = site.held("gw-1", kind)
    assert held is not None
    assert "no answer in 5 s" in held.text
    assert len(site.open) == 1
    site.poll("gw-1")
    assert not site.alarm_state.active
    assert site.open == []


def test_what_is_not_answered_while_packets_are_lost_proves_nothing_of_the_device_for_twelve_polls() -> None:
    site = Site()
    for _ in range(11):
        site.poll("gw-1", icmp=True, snmp=True, reason="partial", loss=40.0)
        site.poll("gw-lyon", icmp=True, snmp=False, reason="silent", loss=20.0)
    assert not site.events
    site.poll("gw-1", icmp=True, snmp=True, reason="partial", loss=40.0)
    site.poll("gw-lyon", icmp=True, snmp=False, reason="silent", loss=20.0)
    assert {(each.component, each.type) for each in site.events.values()} == {
        ("gw-1", "component.degraded"),
        ("gw-lyon", "management.lost"),
    }


def test_a_device_that_is_silent_and_answers_in_part_by_turns_is_not_up() -> None:
    site = Site()
    for _ in range(3):
        site.poll("gw-1", icmp=True, snmp=False, reason="silent")
        site.poll("gw-1", icmp=True, snmp=True, reason="partial", detail="no SNMP answer in 2 s")
    assert [each.type for each in site.events.values()] == ["component.degraded"]


def test_an_alarm_that_holds_gives_the_reason_of_the_last_three_polls() -> None:
    site = Site()
    said = [("partial", "10.0.0.1: no SNMP answer in 2 s")] * 3
    said += [("partial", "10.0.0.1: no SNMP answer in 5 s"), ("partial", "inventory"), said[0]] * 3
    said += [("credentials", "no such secret")] * 3
    reported = [
        site.poll("gw-1", icmp=True, snmp=True, reason=reason, detail=detail).to_report for reason, detail in said
    ]
    [alarm] = site.alarm_state.active.values()
    assert reported == [set()] * (len(said) - 1) + [{alarm.id}]
    assert alarm.text == "gw-1: its credentials can't be used: no such secret"
    assert alarm.count == 2
    for _ in range(5):
        assert not site.poll("gw-1", icmp=True, snmp=True, reason="credentials", detail="no such secret").to_report
