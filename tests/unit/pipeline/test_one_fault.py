"""The same fault reported by trap, syslog and poll is one event and one incident, raised once and cleared once."""

from dataclasses import replace

from cmsp_agent.model.event import Source, Transition
from cmsp_agent.model.incident_state import IncidentState
from cmsp_agent.model.priority import Priority, Urgency
from cmsp_agent.model.severity import Severity
from cmsp_agent.model.signal import SyslogSignal, TrapSignal
from cmsp_agent.pipeline.places import place, place_of
from tests.unit.pipeline.site import DS1_CHANGE, DS1_STATUS, LINK_DOWN, PRI_1, Site


def test_trap_syslog_and_poll_of_one_fault_are_one_event() -> None:
    site = Site()
    site.tell(site.pri(up=False))
    site.tell(site.pri_syslog(up=False))
    site.tell(site.pri_poll(first=True))
    [event] = site.events.values()
    assert event.object == PRI_1
    assert event.sources == (Source.TRAP, Source.SYSLOG, Source.POLL)
    assert (event.count, event.confirmed) == (3, True)
    assert len(site.open) == 1


def test_a_new_source_is_reported_to_the_head_end_and_a_mere_repeat_is_not() -> None:
    site = Site()
    site.tell(site.pri(up=False))
    repeat = site.tell(site.pri(up=False))
    other = site.tell(site.pri_syslog(up=False))
    assert repeat.changed
    assert not repeat.to_report
    assert other.to_report == set(other.changed)


def test_a_poll_that_sees_what_it_saw_before_says_nothing() -> None:
    site = Site()
    site.tell(site.pri_poll(first=True))
    assert not site.tell(site.pri_poll(first=True))


def test_the_clear_names_its_raise_and_carries_its_story() -> None:
    site = Site()
    site.tell(site.pri(up=False), site.pri_syslog(up=False))
    site.later(60_000)
    changes = site.tell(site.pri(up=True))
    [clear] = changes.new.values()
    assert (clear.state, clear.severity) == (Transition.CLEAR, Severity.CLEARED)
    assert clear.alarm in site.events
    assert clear.count == 3
    [incident] = changes.incidents.values()
    assert incident.state is IncidentState.RESTORED
    assert incident.restored_at == site.now
    assert site.open == []


def test_a_clear_without_a_raise_is_counted_and_dropped() -> None:
    site = Site()
    assert not site.tell(site.pri(up=True))
    assert site.counters.value("correlate.clear_without_raise") == 1


def test_the_late_syslog_of_a_short_fault_is_its_late_duplicate() -> None:
    site = Site()
    site.tell(site.pri(up=False), site.pri(up=True))
    site.later(700)
    changes = site.tell(site.pri_syslog(up=False), site.pri_syslog(up=True))
    assert not changes.new
    assert site.open == []
    assert site.counters.value("time.late_duplicates") == 1


def test_the_same_source_soon_after_is_a_new_fault() -> None:
    site = Site()
    site.tell(site.pri(up=False), site.pri(up=True))
    site.later(700)
    site.tell(site.pri(up=False))
    assert site.held("gw-1", "isdn.layer2.down", PRI_1) is not None


def test_a_poll_that_began_before_the_clear_does_not_raise_again() -> None:
    site = Site()
    stale = site.pri_poll(first=True)
    site.later(500)
    site.tell(site.pri(up=False), site.pri(up=True))
    site.tell(stale)
    assert site.open == []
    assert site.counters.value("time.stale_polls") == 1


def test_a_poll_that_lags_behind_the_trap_neither_clears_nor_raises_again() -> None:
    site = Site()
    site.tell(site.pri(up=False))
    site.later(800)
    site.tell(site.pri_poll(first=False))
    assert len(site.open) == 1
    site.later(800)
    site.tell(site.pri(up=True))
    site.later(800)
    site.tell(site.pri_poll(first=True))
    assert site.open == []
    site.later(6_000)
    site.tell(site.pri_poll(first=True))
    assert len(site.open) == 1


def test_layer_2_and_link_of_one_port_are_one_incident_named_after_the_cause() -> None:
    site = Site()
    site.tell(site.pri(up=False))
    site.tell(SyslogSignal("gw-1", site.now, "LINK-3-UPDOWN", "Interface Se0/1/0:15, changed state to down"))
    [incident] = site.open
    assert len(incident.alarms) == 2
    assert incident.title == f"{PRI_1}: link down"


def test_incidents_of_two_ports_are_two() -> None:
    site = Site()
    site.tell(site.pri(up=False, if_index=7), site.pri(up=False, if_index=8))
    assert len(site.open) == 2


def test_one_of_two_pris_is_major_and_both_are_critical() -> None:
    site = Site()
    site.tell(site.pri_poll())
    site.tell(site.pri(up=False, if_index=7))
    [incident] = site.open
    assert incident.urgency is Urgency.MAJOR
    assert incident.arithmetic == "P3: major x individual (60/400 people, 0/4 sites, 1/8 components)"
    site.tell(site.pri(up=False, if_index=8))
    assert {incident.urgency for incident in site.open} == {Urgency.CRITICAL}


def test_a_restart_weighs_an_incident_anew_only_once_its_device_was_polled() -> None:
    site = Site()
    site.tell(site.pri_poll(first=True))
    (incident,) = site.open
    assert incident.urgency is Urgency.MAJOR
    site.restart()
    assert site.open == [incident]
    site.tell(site.pri_poll(first=True))
    assert site.open == [incident]
    site.tell(site.pri_poll(first=True, second=True))
    assert {each.urgency for each in site.open} == {Urgency.CRITICAL}


def test_a_fault_that_is_hidden_by_a_dead_parent_keeps_its_incident() -> None:
    site = Site()
    site.tell(site.pri_poll(first=True))
    (incident,) = site.open
    site.silent("sw")
    assert [each.title for each in site.open if each.id != incident.id] == ["sw is down"]
    assert incident in site.open
    site.poll("sw")
    site.tell(site.pri_poll(first=True))
    assert site.open == [incident]
    site.later(60_000)
    site.tell(site.pri_poll())
    assert site.open == []


def test_passing_events_are_recorded_once_within_the_fold() -> None:
    site = Site()
    changed = SyslogSignal("gw-1", site.now, "SYS-5-CONFIG_I", "Configured from console by admin on vty1")
    site.tell(changed)
    changes = site.tell(changed)
    assert not changes.new
    [event] = changes.changed.values()
    assert (event.state, event.count) == (Transition.INFO, 2)
    assert site.open == []


def test_an_unknown_trap_is_kept_as_information() -> None:
    site = Site()
    site.tell(TrapSignal("gw-1", site.now, "1.3.6.1.4.1.99999.0.1", ()))
    [event] = site.events.values()
    assert (event.type, event.object) == ("trap.unknown", "1.3.6.1.4.1.99999.0.1")


def test_an_interface_that_is_not_known_yet_is_named_by_the_trap_itself() -> None:
    site = Site()
    varbinds = (("1.3.6.1.2.1.2.2.1.1.3", 3), ("1.3.6.1.2.1.2.2.1.2.3", b"Gi0/0"))
    site.tell(TrapSignal("gw-1", site.now, LINK_DOWN, varbinds))
    assert site.held("gw-1", "link.down", "GigabitEthernet0/0") is not None


def test_a_monitored_only_component_gets_up_and_down_and_nothing_else() -> None:
    site = Site()
    site.tell(site.pri(up=False, component="ups"))
    assert not site.events
    site.silent("ups")
    assert [event.type for event in site.events.values()] == ["component.down"]
    assert site.counters.value("filter.not_in_tier", "ups") == 1


def test_a_signal_of_a_component_that_was_removed_is_counted() -> None:
    site = Site()
    site.tell(site.pri(up=False, component="gone"))
    assert site.counters.value("normalise.unknown_component") == 1


def test_losing_the_site_of_most_people_is_p1() -> None:
    site = Site()
    site.silent("gw-lyon")
    [incident] = site.open
    assert (incident.urgency, incident.priority) == (Urgency.CRITICAL, Priority.P1)


def test_an_ip_prefix_is_no_port() -> None:
    assert place("Serial0/1/0:15") == place("E1 0/1/0") == "0/1/0"
    assert place("10.1.2.0/24") != place("10.7.8.0/24")
    assert place("2001:db8:1::1/64") != place("2001:db8:2::1/64")


def test_a_clock_that_is_set_back_by_an_hour_hides_no_fault() -> None:
    site = Site()
    site.later(7_200_000)
    site.tell(site.pri(up=False), site.pri(up=True))
    changed = SyslogSignal("gw-1", site.now, "SYS-5-CONFIG_I", "Configured from console")
    site.tell(changed)
    site.later(-3_600_000)
    assert len(site.tell(changed._replace(received_at=site.now)).new) == 1
    site.tell(site.pri_poll(first=True))
    assert len(site.open) == 1


def test_what_a_device_says_is_bounded_before_it_is_remembered() -> None:
    site = Site()
    changes = site.tell(SyslogSignal("gw-1", site.now, "X-1-" + "Y" * 5_000, "z" * 50_000, severity=1))
    [event] = changes.new.values()
    assert (len(event.object), len(event.text)) == (256, 2048)


def test_a_repair_that_a_trap_tells_counts_at_once() -> None:
    site = Site()
    site.tell(site.pri_poll())
    for index in (7, 8):
        site.tell(site.pri(up=False, if_index=index))
    site.later(60_000)
    site.tell(site.pri_poll(first=True, second=True))
    assert {incident.urgency for incident in site.open} == {Urgency.CRITICAL}
    site.later(10_000)
    site.tell(site.pri(up=True, if_index=7))
    assert [incident.urgency for incident in site.open] == [Urgency.MAJOR]


def test_a_device_in_another_year_gives_its_time_as_an_attribute_only() -> None:
    for off in (400 * 86_400_000, -2 * 86_400_000, 86_400_001):
        site = Site()
        site.later(3_000_000_000_000)
        site.tell(site.pri_syslog(up=False)._replace(occurred_at=site.now + off))
        [event] = site.events.values()
        assert (event.occurred_at, event.clock) == (site.now, "unsynchronised")
        assert event.attributes["device_time"].endswith("Z")
    near = Site()
    near.tell(near.pri_syslog(up=False)._replace(occurred_at=near.now - 60_000))
    [event] = near.events.values()
    assert (event.occurred_at, event.clock) == (near.now - 60_000, "synchronised")


def test_different_messages_of_one_tag_are_different_events_and_the_worst_severity_is_shown() -> None:
    site = Site()
    lines = (
        (3, "disk 1 failed at 10.0.0.9"),
        (2, "disk 2 failed at 10.0.0.8"),
        (3, "fan 1 stalled"),
        (3, "temperature too high"),
    )
    for severity, text in lines:
        site.tell(SyslogSignal("gw-1", site.now, "HARDWARE", text, severity))
    found = {event.object: (event.count, event.severity) for event in site.events.values()}
    assert found == {
        "HARDWARE disk failed at": (2, Severity.CRITICAL),
        "HARDWARE fan stalled": (1, Severity.MAJOR),
        "HARDWARE temperature too high": (1, Severity.MAJOR),
    }


def test_a_link_down_that_names_no_interface_is_an_event_and_no_alarm() -> None:
    site = Site()
    site.tell(TrapSignal("gw-1", site.now, LINK_DOWN, ()))
    [event] = site.events.values()
    assert (event.type, event.state) == ("trap.unknown", Transition.INFO)
    assert not site.alarm_state.active


def test_places_of_another_kind_are_other_places() -> None:
    assert place("Serial0/1/0:15") == place("E1 0/1/0")
    assert place("FastEthernet0/0/1") != place("GigabitEthernet0/0/1")
    assert place("GigabitEthernet0/0/1.100") == place("GigabitEthernet0/0/1")
    site = Site()
    site.tell(site.pri(up=False))
    [event] = site.events.values()
    peer, track = (place_of(replace(event, type=kind, object="1")) for kind in ("dialpeer.busied_out", "track.down"))
    assert peer != track


def test_a_line_that_fails_says_in_words_what_its_status_bits_mean() -> None:
    site = Site()
    site.tell(TrapSignal("gw-1", site.now, DS1_CHANGE, ((f"{DS1_STATUS}.10", 64 | 32),)))
    [event] = site.events.values()
    assert event.text == "line 10 has failed: loss of signal, loss of frame"
    site.later(60_000)
    site.tell(TrapSignal("gw-1", site.now, DS1_CHANGE, ((f"{DS1_STATUS}.10", 1),)))
    assert site.open == []


def test_an_alarm_that_is_reported_as_worse_is_worse_and_the_head_end_gets_it_again() -> None:
    site = Site()
    site.tell(site.pri(up=False))
    [held] = site.events.values()
    warned, critical, better = (
        replace(held, id=f"e{rank}", severity=severity, count=1)
        for rank, severity in enumerate((Severity.WARNING, Severity.CRITICAL, Severity.MINOR))
    )
    fresh = Site()
    to_report = []
    for event in (warned, critical, better):
        draft = fresh.pipeline.replay(fresh.alarm_state, [event], fresh.later(60_000))
        draft.commit()
        to_report.append(draft.changes.to_report)
    alarm = fresh.held("gw-1", "isdn.layer2.down", PRI_1)
    assert alarm is not None
    assert (alarm.severity, alarm.count) == (Severity.CRITICAL, 3)
    assert to_report == [set(), {"e0"}, set()]
