"""Components lost one after the other, each by its own fault, are one incident whose impact counts all of them."""

from dataclasses import replace

from cmsp_agent.model.component import Component
from cmsp_agent.model.incident_state import IncidentState
from cmsp_agent.model.priority import Priority
from cmsp_agent.model.signal import SyslogSignal
from tests.unit.pipeline.site import PRI_1, Site

GATEWAY = Component("gw-1", ("10.0.0.1",), "paris", "gateway", people=50, functions={"pstn": "primary"})
EIGHT = [replace(GATEWAY, name=f"gw-{number}") for number in range(1, 9)]


def test_seven_of_eight_gateways_lost_by_their_own_faults_are_one_p1() -> None:
    site = Site(EIGHT)
    for number in range(1, 8):
        site.tell(site.pri(up=False, component=f"gw-{number}"))
        site.later(60_000)
    [incident] = site.open
    assert incident.priority is Priority.P1
    assert incident.extent.components.affected == 7
    assert len(incident.components) == len(incident.alarms) == 7
    assert incident.title == "7 components affected: gw-1, gw-2, gw-3, gw-4, gw-5 and 2 more", "they answer"
    merged = [each for each in site.incidents.values() if each.state is IncidentState.MERGED]
    assert {each.merged_into for each in merged} == {incident.id}
    for number in range(1, 8):
        site.tell(site.pri(up=True, component=f"gw-{number}"))
    assert site.open == []
    assert site.incidents[incident.id].state is IncidentState.RESTORED


def test_a_storm_that_ends_is_kept_as_what_it_was_and_not_as_its_last_alarm() -> None:
    site = Site(EIGHT)
    for number in range(1, 8):
        site.later(1_000)
        site.tell(site.pri(up=False, component=f"gw-{number}"))
    [storm] = site.open
    for number in range(1, 7):
        site.later(60_000)
        site.tell(site.pri(up=True, component=f"gw-{number}"))
    [last] = site.open
    assert (last.priority, last.extent.components.affected) == (Priority.P2, 1), "it follows what is restored"
    site.restart()
    site.tell(site.pri(up=True, component="gw-7"))
    over = site.incidents[storm.id]
    assert (over.title, over.priority, over.extent) == (storm.title, Priority.P1, storm.extent)
    site.later(60_000)
    site.tell(site.pri(up=False, component="gw-1"))
    [relapse] = site.open
    assert (relapse.id, relapse.extent.components.affected) == (storm.id, 1), "it is weighed by what has come back"


def test_all_of_a_small_site_are_one_incident_that_loses_the_site() -> None:
    site = Site(EIGHT[:2])
    site.silent("gw-1")
    site.silent("gw-2")
    [incident] = site.open
    assert incident.title == "2 components lost: gw-1, gw-2"
    assert incident.components == ("gw-1", "gw-2")
    assert incident.extent.sites.affected == 1


def test_one_that_answers_is_affected_and_not_called_lost() -> None:
    site = Site(EIGHT[:2])
    site.silent("gw-1")
    site.tell(site.pri(up=False, component="gw-2"))
    [incident] = site.open
    assert incident.title.startswith("2 components affected, 1 of them down: gw-")


def test_two_of_eight_are_two() -> None:
    site = Site(EIGHT)
    site.tell(site.pri(up=False, component="gw-1"), site.pri(up=False, component="gw-2"))
    assert len(site.open) == 2


def test_losses_that_are_hours_apart_are_not_one_but_the_last_says_which_came_before() -> None:
    site = Site(EIGHT[:2])
    site.tell(site.pri(up=False, component="gw-1"))
    site.later(3_600_000)
    site.tell(site.pri(up=False, component="gw-2"))
    _, last = sorted(site.open, key=lambda incident: incident.opened_at)
    assert last.extent.sites.affected == 1
    assert "Lost before: gw-1." in last.recommendation


def test_one_that_came_back_does_not_count() -> None:
    site = Site(EIGHT)
    site.tell(site.pri(up=False, component="gw-1"), site.pri(up=False, component="gw-2"))
    site.tell(site.pri(up=True, component="gw-1"))
    site.tell(site.pri(up=False, component="gw-3"))
    assert len(site.open) == 2


def test_one_that_was_lost_and_came_back_is_lost_anew() -> None:
    site = Site(EIGHT)
    site.tell(site.pri(up=False, component="gw-1"))
    site.tell(site.pri(up=True, component="gw-1"))
    for number in (2, 3, 1):
        site.later(60_000)
        site.tell(site.pri(up=False, component=f"gw-{number}"))
    assert [set(incident.components) for incident in site.open] == [{"gw-1", "gw-2", "gw-3"}]


def test_what_else_fails_on_a_component_of_the_storm_joins_it() -> None:
    site = Site(EIGHT[:2])
    site.tell(site.pri(up=False, component="gw-1"))
    site.later(60_000)
    site.tell(site.pri(up=False, component="gw-2"))
    site.later(60_000)
    site.tell(site.pri(up=False, component="gw-1", if_index=8))
    [incident] = site.open
    assert len(incident.alarms) == 3


def test_a_fault_that_ends_beside_one_that_takes_the_component_away_leaves_it_lost() -> None:
    site = Site(EIGHT)
    for word in ("down", "up"):
        site.later(60_000)
        text = f"Interface GigabitEthernet0/0/3, changed state to {word}"
        site.tell(SyslogSignal("gw-1", site.now, "LINK-3-UPDOWN", text))
        site.tell(site.pri(up=False, component="gw-1"))
    site.tell(site.pri(up=False, component="gw-2"), site.pri(up=False, component="gw-3"))
    assert [incident.extent.components.affected for incident in site.open] == [3]


def test_a_storm_goes_on_after_a_restart() -> None:
    site = Site(EIGHT)
    for number in range(1, 8):
        site.tell(site.pri(up=False, component=f"gw-{number}"))
        site.later(60_000)
        if number in (2, 5):
            site.restart()
    assert [(one.priority, one.extent.components.affected) for one in site.open] == [(Priority.P1, 7)]


def test_one_that_is_silent_was_lost_with_its_first_unanswered_poll() -> None:
    site = Site(EIGHT)
    site.tell(site.pri(up=False, component="gw-1"), site.pri(up=False, component="gw-2"))
    site.later(4 * 60_000)
    for _ in range(3):
        site.later(4 * 60_000)
        site.poll("gw-3", icmp=False, snmp=False)
    [incident] = site.open
    assert sorted(incident.components) == ["gw-1", "gw-2", "gw-3"]


def test_an_incident_that_a_storm_takes_up_is_merged_and_nothing_else() -> None:
    site = Site(EIGHT)
    site.tell(site.pri(up=False, component="gw-1"), site.pri(up=False, component="gw-2"))
    # the port's link fails first, which takes no component away; its line does, at the same place
    link = SyslogSignal("gw-3", site.now, "LINK-3-UPDOWN", f"Interface {PRI_1}, changed state to down")
    site.tell(link, site.pri(up=False, component="gw-3"))
    assert [sorted(one.components) for one in site.open] == [["gw-1", "gw-2", "gw-3"]]
    assert list(site.alarm_state.incidents) == [site.open[0].id]
