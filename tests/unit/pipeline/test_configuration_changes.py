"""What becomes of alarms and incidents when the configuration changes under them."""

from dataclasses import replace

from cmsp_agent.model.component import Component, Tier
from cmsp_agent.model.credentials import Credentials, SnmpCredential
from cmsp_agent.model.incident_state import IncidentState
from cmsp_agent.pipeline.alarm_state import Changes
from cmsp_agent.pipeline.pipeline import Pipeline
from tests.unit.pipeline.site import COMPONENTS, CUSTOMER, FakeInventory, Site


def reload(site: Site, *components: Component) -> Changes:
    """Go by another configuration, as the event service does."""
    site.pipeline = Pipeline({each.name: each for each in components}, CUSTOMER, FakeInventory(), site.counters)
    draft = site.pipeline.reassess(site.alarm_state, site.later(1_000))
    draft.commit()
    site.incidents.update(draft.changes.incidents)
    return draft.changes


def test_alarms_of_a_component_that_was_removed_are_cleared_and_its_incidents_closed() -> None:
    site = Site()
    site.poll("gw-1", states=site.pri_poll(first=True).states)
    site.silent("gw-2")
    changes = reload(site, *(each for each in COMPONENTS.values() if each.name != "gw-2"))
    [cleared] = changes.new.values()
    assert (cleared.component, cleared.type, cleared.state) == ("gw-2", "component.down", "clear")
    assert cleared.text.startswith("cleared: gw-2 is down")
    assert cleared.text.endswith("(gw-2 is no longer in the configuration)")
    assert cleared.alarm is not None
    assert {incident.components for incident in site.open} == {("gw-1",)}
    [closed] = [each for each in site.incidents.values() if each.components == ("gw-2",)]
    assert (closed.state, closed.restored_at) == (IncidentState.CLOSED, None)  # nobody saw it restored
    assert (closed.timeline[-1].what, closed.timeline[-1].by) == ("closed", "configuration")
    assert "gw-2" not in site.alarm_state.unanswered


def test_what_a_removed_parent_had_inhibited_stands_for_itself_after_three_polls() -> None:
    site = Site()
    site.silent("gw-1")
    site.silent("vg-1")
    reload(site, *(each for each in COMPONENTS.values() if each.name != "gw-1"))
    assert site.open == []
    site.silent("vg-1")
    assert [incident.components for incident in site.open] == [("vg-1",)]


def test_a_component_that_is_only_monitored_from_now_on_keeps_no_other_alarms() -> None:
    site = Site()
    site.tell(site.pri(up=False))
    changed = replace(COMPONENTS["gw-1"], tier=Tier.MONITORED_ONLY)
    reload(site, *(changed if each.name == "gw-1" else each for each in COMPONENTS.values()))
    assert site.open == []
    assert not site.alarm_state.active


def test_management_is_not_lost_where_snmp_is_no_longer_asked() -> None:
    asked = [replace(each, credentials=Credentials(snmp=SnmpCredential("2c"))) for each in COMPONENTS.values()]
    site = Site(asked)
    for _ in range(3):
        site.poll("gw-1", snmp=False)
    assert len(site.open) == 1
    assert reload(site, *asked).new == {}
    reload(site, *COMPONENTS.values())
    assert site.open == []


def test_an_unchanged_configuration_changes_nothing() -> None:
    site = Site()
    site.tell(site.pri(up=False))
    site.silent("gw-lyon")
    assert not reload(site, *COMPONENTS.values())
    assert len(site.open) == 2


def test_a_lost_component_that_gets_a_parent_which_is_down_is_hidden_by_it() -> None:
    site = Site()
    site.silent("gw-2")
    site.later(600_000)
    site.silent("gw-1")
    child = next(each for each in COMPONENTS.values() if each.name == "gw-2")
    others = [each for each in COMPONENTS.values() if each.name != "gw-2"]
    reload(site, *others, replace(child, parent="gw-1"))
    [parent] = [each for each in site.open if "gw-1" in each.components]
    assert set(parent.components) == {"gw-1", "gw-2"}
    assert [each.components for each in site.open] == [parent.components]
    hidden = {each.component: each.suppressed_by for each in site.alarm_state.active.values()}
    assert hidden["gw-2"] is not None
    assert hidden["gw-1"] is None
    site.poll("gw-1")
    site.silent("gw-2")
    site.silent("gw-2")  # its parent is asked no more: it is waited for so long
    assert [each.title for each in site.open] == ["gw-2 is down"]
