"""Correlation rules on a site: groups, sequences, storms; and what no filter takes away: the emergency numbers."""

from dataclasses import replace
from pathlib import Path

from cmsp_agent.model.priority import Urgency
from cmsp_agent.model.signal import SyslogSignal
from cmsp_agent.pipeline.pipeline import Pipeline
from cmsp_agent.pipeline.rules.load import load_rules
from tests.unit.pipeline.rules.test_timing import passes, site_with
from tests.unit.pipeline.site import COMPONENTS, CUSTOMER, FakeInventory, Site

GROUP = """
correlation:
  - {name: PRIs of a slot, if: type == isdn.layer2.down, group: {by: [component], part: '(\\d+/\\d+)/'}}
"""


def test_alarms_of_one_card_are_one_incident_that_ends_with_the_last(tmp_path: Path) -> None:
    site = site_with(tmp_path, GROUP)
    site.tell(site.pri(up=False), site.pri(up=False, if_index=8))
    [incident] = site.incidents.values()
    assert len(incident.alarms) == 2
    assert incident.title == "Serial0/1/0:15: layer 2 down, and 1 more"
    site.restart()
    site.tell(site.pri(up=True))
    assert site.incidents[incident.id].state.open
    site.tell(site.pri(up=True, if_index=8))
    assert site.incidents[incident.id].state.value == "restored"
    site.later(60_000)
    site.tell(site.pri(up=False, if_index=8))
    assert [(each.id, each.reopened) for each in site.incidents.values()] == [(incident.id, 1)]


def test_a_group_over_components_names_them_all(tmp_path: Path) -> None:
    rules = "correlation:\n  - {name: PSTN, if: type == isdn.layer2.down, group: {by: site}}\n"
    site = site_with(tmp_path, rules)
    site.tell(site.pri(up=False), site.pri(up=False, component="gw-2"))
    [incident] = [each for each in site.incidents.values() if each.state.open]
    assert set(incident.components) == {"gw-1", "gw-2"}


SEQUENCE = """
correlation:
  - name: the cable first
    if: type == isdn.layer2.down
    sequence: {after: type == link.down, within: 1m, same: component, do: join}
"""


def link_down(site: Site) -> None:
    """A trap about a port of gw-1 that is no PRI."""
    text = "Interface GigabitEthernet0/0/3, changed state to down"
    site.tell(SyslogSignal("gw-1", site.now, "LINK-3-UPDOWN", text, severity=3))


def test_b_after_a_joins_the_incident_of_a(tmp_path: Path) -> None:
    site = site_with(tmp_path, SEQUENCE)
    link_down(site)
    site.later(30_000)
    site.tell(site.pri(up=False))
    [incident] = site.incidents.values()
    assert len(incident.alarms) == 2


def test_b_too_late_or_before_a_is_an_incident_of_its_own(tmp_path: Path) -> None:
    late = site_with(tmp_path, SEQUENCE)
    link_down(late)
    late.later(61_000)
    late.tell(late.pri(up=False))
    before = site_with(tmp_path, SEQUENCE)
    before.tell(before.pri(up=False))
    link_down(before)
    assert (len(late.incidents), len(before.incidents)) == (2, 2)


def test_the_site_says_how_many_losses_are_a_storm(tmp_path: Path) -> None:
    """Two gateways of two sites: no storm as built in; one where a rule says two."""
    opened = []
    for rules in ("correlation: []", "correlation:\n  - {name: s, if: always, storm: {components: 2, within: 10m}}"):
        site = site_with(tmp_path, rules)
        for name in ("gw-1", "gw-lyon"):
            site.tell(site.pri(up=False, component=name))
            passes(site, 60_000)
        opened.append(len([each for each in site.incidents.values() if each.state.open]))
    assert opened == [2, 1]


def emergency_site(tmp_path: Path, rule: str) -> Site:
    """Two gateways by which emergency calls leave, and one filter."""
    file = tmp_path / "filter.yaml"
    file.write_text(f"filter:\n  - {{name: quiet, if: type == component.down, {rule}}}\n", encoding="utf-8")
    components = {
        name: replace(each, functions={"emergency": "secondary"} if name in ("gw-1", "gw-2") else {}, parent="")
        for name, each in COMPONENTS.items()
    }
    site = Site()
    rules = load_rules([file])[0]
    site.pipeline = Pipeline(components, CUSTOMER, FakeInventory(), site.counters, rules=rules)
    return site


def test_the_last_way_to_emergency_numbers_is_critical_whatever_the_filter_says(tmp_path: Path) -> None:
    site = emergency_site(tmp_path, "do: drop")
    site.silent("gw-1")
    [first] = site.incidents.values()
    assert first.urgency is not Urgency.CRITICAL
    site.silent("gw-2")
    worst = min((each for each in site.incidents.values() if each.state.open), key=lambda each: each.urgency.rank)
    assert worst.urgency is Urgency.CRITICAL
    assert "No call reaches an emergency number from paris" in worst.recommendation
    assert site.counters.total("rules.emergency_kept") >= 2


def test_with_an_override_it_is_filtered_and_counted(tmp_path: Path) -> None:
    site = emergency_site(tmp_path, "do: drop, override: 'A. Martin: the lab has no telephones'")
    site.silent("gw-1")
    site.silent("gw-2")
    assert not site.incidents
    assert site.counters.total("rules.emergency_overridden") >= 1


def test_b_follows_the_latest_report_of_a(tmp_path: Path) -> None:
    site = site_with(tmp_path, SEQUENCE)
    for _ in range(2):
        link_down(site)
        site.later(50_000)
    site.tell(site.pri(up=False))
    assert [len(one.alarms) for one in site.incidents.values()] == [2]


def test_b_after_a_restart_follows_an_alarm_that_holds(tmp_path: Path) -> None:
    site = site_with(tmp_path, SEQUENCE)
    link_down(site)
    site.restart()
    site.later(59_000)
    site.tell(site.pri(up=False))
    assert [len(one.alarms) for one in site.incidents.values()] == [2]
