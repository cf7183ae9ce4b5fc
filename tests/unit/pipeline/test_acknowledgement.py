"""An alarm that a person suppresses: its incident stays open, says so, and is judged again when the time is up."""

from cmsp_agent.model.incident_facts import SuppressedAlarms
from cmsp_agent.model.incident_state import IncidentState
from cmsp_agent.model.signal import TrapSignal
from cmsp_agent.pipeline.acknowledgement import suppressed
from tests.unit.pipeline.rules.test_timing import passes
from tests.unit.pipeline.site import LINK_DOWN, LINK_UP, PRI_1, Site


def suppress(site: Site, milliseconds: int) -> None:
    """As a person does with the alarm of the first PRI."""
    held = site.held("gw-1", "isdn.layer2.down", PRI_1)
    assert held is not None
    marked = suppressed(held, "noc", "known", site.now + milliseconds)
    draft = site.pipeline.mark(site.alarm_state, marked, site.now)
    draft.commit()
    site.incidents.update(draft.changes.incidents)


def link(site: Site, up: bool) -> TrapSignal:
    """The interface of the first PRI goes down or comes up: another alarm of the same place."""
    varbinds = (("1.3.6.1.2.1.2.2.1.1.7", 7), ("1.3.6.1.2.1.2.2.1.2.7", b"Serial0/1/0:15"))
    return TrapSignal("gw-1", site.now, LINK_UP if up else LINK_DOWN, varbinds)


def test_its_incident_stays_open_and_is_judged_again_when_the_time_is_up() -> None:
    site = Site()
    site.tell(site.pri(up=False))
    suppress(site, 300_000)
    [incident] = site.incidents.values()
    assert (incident.state, incident.suppression) == (IncidentState.NEW, SuppressedAlarms("noc", site.now + 300_000))
    passes(site, 299_000)
    assert site.incidents[incident.id].suppression is not None
    passes(site, 2_000)
    judged = site.incidents[incident.id]
    assert (judged.state, judged.reopened, judged.suppression) == (IncidentState.NEW, 0, None)
    assert [each.what.split(" until")[0] for each in judged.timeline] == [
        "new",
        "its alarms are suppressed",
        "no longer suppressed",
    ]


def test_a_fault_that_ends_meanwhile_opens_nothing() -> None:
    site = Site()
    site.tell(site.pri(up=False))
    suppress(site, 60_000)
    site.later(30_000)
    site.tell(site.pri(up=True))
    passes(site, 60_000)
    assert [each.state for each in site.incidents.values()] == [IncidentState.RESTORED]


def test_other_incidents_are_not_touched() -> None:
    site = Site()
    site.tell(site.pri(up=False), site.pri_syslog(up=False))
    site.tell(site.pri(up=False, if_index=8))
    suppress(site, 60_000)
    assert sorted(each.suppression is None for each in site.incidents.values() if each.state.open) == [False, True]


def test_an_incident_is_not_restored_by_another_of_its_alarms_while_the_suppressed_one_holds() -> None:
    site = Site()
    site.tell(site.pri(up=False))
    site.tell(link(site, up=False))
    suppress(site, 60_000)
    [incident] = site.incidents.values()
    assert incident.suppression is not None
    assert incident.suppression.partly
    assert "some of its alarms are suppressed, the others not" in str(incident.timeline)
    site.tell(link(site, up=True))
    [incident] = site.incidents.values()
    assert incident.state.open
    assert incident.suppression is not None
    assert not incident.suppression.partly
    site.tell(site.pri(up=True))
    [incident] = site.incidents.values()
    assert (incident.state, incident.suppression) == (IncidentState.RESTORED, None)
