"""What becomes of an incident as its alarms come and go: watched, reopened, resolved, renamed, merged."""

from cmsp_agent.model.incident_state import IncidentState
from tests.unit.pipeline.site import Site

STABILITY = 600_000


def elapse(site: Site, milliseconds: int) -> None:
    site.later(milliseconds)
    draft = site.pipeline.elapse(site.alarm_state, site.now)
    draft.commit()
    site.incidents.update(draft.changes.incidents)


def states(site: Site) -> list[str]:
    return [incident.state.value for incident in site.incidents.values()]


def test_a_restored_incident_is_watched_and_then_resolved() -> None:
    site = Site()
    site.tell(site.pri(up=False))
    site.later(60_000)
    site.tell(site.pri(up=True))
    elapse(site, STABILITY - 1)
    assert states(site) == ["restored"]
    elapse(site, 1)
    assert states(site) == ["resolved"]
    assert not site.alarm_state.incidents


def test_a_relapse_within_the_period_reopens_it_and_one_after_it_is_another() -> None:
    site = Site()
    site.tell(site.pri(up=False))
    site.later(60_000)
    site.tell(site.pri(up=True))
    site.later(60_000)
    site.tell(site.pri(up=False))
    assert states(site) == ["new"]
    [incident] = site.open
    assert (incident.reopened, len(incident.alarms)) == (1, 2)
    site.later(60_000)
    site.tell(site.pri(up=True))
    elapse(site, STABILITY)
    site.tell(site.pri(up=False))
    assert states(site) == ["resolved", "new"]


def test_a_restart_goes_on_watching() -> None:
    site = Site()
    site.tell(site.pri(up=False))
    site.later(60_000)
    site.tell(site.pri(up=True))
    site.restart()
    site.later(60_000)
    site.tell(site.pri(up=False))
    assert states(site) == ["new"]
    assert [incident.reopened for incident in site.open] == [1]


def test_the_title_follows_the_present_cause() -> None:
    site = Site()
    site.silent("gw-1")
    [incident] = site.open
    assert incident.title == "gw-1 is down"
    for _ in range(3):
        site.poll("gw-1", icmp=True, snmp=False)
    [incident] = site.open
    assert incident.title == "gw-1 does not answer its management"


def test_a_childs_fault_moves_to_the_parents_incident_and_is_never_called_restored() -> None:
    site = Site()
    site.silent("vg-1")
    site.silent("gw-1")
    merged, parent = site.incidents.values()
    assert (merged.state, merged.merged_into, merged.restored_at) == (IncidentState.MERGED, parent.id, None)
    assert set(merged.alarms) < set(parent.alarms)
    site.poll("gw-1")
    site.silent("vg-1")
    site.poll("gw-1")
    site.silent("vg-1", polls=1)
    assert [(each.components, each.title) for each in site.open] == [(("vg-1",), "vg-1 is down")]
    assert site.incidents[parent.id].state is IncidentState.RESTORED
    assert site.incidents[merged.id].state is IncidentState.MERGED


def test_an_incident_says_whether_a_poll_has_borne_it_out() -> None:
    site = Site()
    site.tell(site.pri(up=False))
    [reported] = site.incidents.values()
    assert not reported.confirmed
    site.later(30_000)
    site.tell(site.pri_poll(first=True))
    assert site.incidents[reported.id].confirmed


def test_a_fault_after_the_period_is_another_incident_though_nobody_looked_in_between() -> None:
    for pause, expected in ((STABILITY - 1, ["new"]), (STABILITY, ["resolved", "new"])):
        site = Site()
        site.tell(site.pri(up=False))
        site.later(60_000)
        site.tell(site.pri(up=True))
        site.later(pause)
        site.restart()
        site.tell(site.pri(up=False))
        assert states(site) == expected
