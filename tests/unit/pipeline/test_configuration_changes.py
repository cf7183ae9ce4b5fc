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


def test_alarms_of_a_component_that_was_removed_are_cleared_and_its_incidents_restored() -> None:
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
    [restored] = [each for each in site.incidents.values() if each.components == ("gw-2",)]
    assert restored.state is IncidentState.RESTORED
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
