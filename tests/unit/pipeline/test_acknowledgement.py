"""An alarm that a person suppresses: its incident is restored meanwhile, and back when the time is up."""

from cmsp_agent.model.incident_state import IncidentState
from cmsp_agent.pipeline.acknowledgement import suppressed
from tests.unit.pipeline.rules.test_timing import passes
from tests.unit.pipeline.site import PRI_1, Site


def suppress(site: Site, milliseconds: int) -> None:
    """As a person does with the alarm of the first PRI."""
    held = site.held("gw-1", "isdn.layer2.down", PRI_1)
    assert held is not None
    marked = suppressed(held, "noc", "known", site.now + milliseconds)
    draft = site.pipeline.mark(site.alarm_state, marked, site.now)
    draft.commit()
    site.incidents.update(draft.changes.incidents)


def test_its_incident_is_back_when_the_time_is_up_and_the_fault_holds() -> None:
    site = Site()
    site.tell(site.pri(up=False))
    suppress(site, 300_000)
    [incident] = site.incidents.values()
    assert incident.state is IncidentState.RESTORED
    passes(site, 299_000)
    assert site.incidents[incident.id].state is IncidentState.RESTORED
    passes(site, 2_000)
    assert (site.incidents[incident.id].state, site.incidents[incident.id].reopened) == (IncidentState.NEW, 1)


def test_a_fault_that_ends_meanwhile_opens_nothing() -> None:
    site = Site()
    site.tell(site.pri(up=False))
    suppress(site, 60_000)
    site.later(30_000)
    site.tell(site.pri(up=True))
    passes(site, 60_000)
    assert [each.state for each in site.incidents.values()] == [IncidentState.RESTORED]


def test_the_others_of_an_incident_still_weigh() -> None:
    site = Site()
    site.tell(site.pri(up=False), site.pri_syslog(up=False))
    site.tell(site.pri(up=False, if_index=8))
    suppress(site, 60_000)
    assert len([each for each in site.incidents.values() if each.state.open]) == 1
