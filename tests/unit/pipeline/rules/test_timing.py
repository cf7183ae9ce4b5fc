"""Timing rules on a site: only if it lasts, only if N in T, the delayed clear, hours of the week; a restart between."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from cmsp_agent.model.event import Transition
from cmsp_agent.pipeline.pipeline import Pipeline
from cmsp_agent.pipeline.rules.load import NO_ZONES, Zones, load_rules
from cmsp_agent.pipeline.rules.timing import CLEARING
from tests.unit.pipeline.site import COMPONENTS, CUSTOMER, PRI_1, FakeInventory, Site


def site_with(tmp_path: Path, rules: str, zones: Zones = NO_ZONES) -> Site:
    """The site under these rules."""
    file = tmp_path / "rules.yaml"
    file.write_text(rules, encoding="utf-8")
    site = Site()
    found = load_rules([file], zones)[0]
    site.pipeline = Pipeline(COMPONENTS, CUSTOMER, FakeInventory(), site.counters, rules=found)
    return site


def passes(site: Site, milliseconds: int) -> None:
    """Time alone."""
    draft = site.pipeline.elapse(site.alarm_state, site.later(milliseconds))
    draft.commit()
    site.events.update(draft.changes.new)
    site.incidents.update(draft.changes.incidents)


LASTS = "timing:\n  - {name: patient, if: type == isdn.layer2.down, lasts: 5m}\n"


def test_a_fault_that_does_not_last_opens_no_incident_and_is_recorded(tmp_path: Path) -> None:
    site = site_with(tmp_path, LASTS)
    site.tell(site.pri(up=False))
    passes(site, 290_000)
    site.tell(site.pri(up=True))
    passes(site, 60_000)
    assert [event.state for event in site.events.values()] == [Transition.RAISE, Transition.CLEAR]
    assert not site.incidents


@pytest.mark.parametrize("restarted", [False, True])
def test_a_fault_that_lasts_opens_one_incident_also_over_a_restart(tmp_path: Path, *, restarted: bool) -> None:
    site = site_with(tmp_path, LASTS)
    site.tell(site.pri(up=False))
    if restarted:
        site.restart()
    passes(site, 299_000)
    assert not site.incidents
    passes(site, 1_000)
    [incident] = site.incidents.values()
    assert incident.alarms == (next(iter(site.events)),)


TIMES = "timing:\n  - {name: often, if: type == isdn.layer2.down, times: {count: 3, within: 10m}}\n"


def test_only_the_third_report_within_the_time_opens_an_incident(tmp_path: Path) -> None:
    site = site_with(tmp_path, TIMES)
    for _ in range(2):
        site.tell(site.pri(up=False))
        site.later(20_000)
        site.tell(site.pri(up=True))
        site.later(20_000)
    assert not site.incidents
    site.tell(site.pri(up=False))
    assert len(site.incidents) == 1


def test_reports_too_far_apart_open_none(tmp_path: Path) -> None:
    site = site_with(tmp_path, TIMES)
    for _ in range(4):
        site.tell(site.pri(up=False))
        site.later(200_000)
        site.tell(site.pri(up=True))
        site.later(200_001)
    assert not site.incidents


def test_a_repeat_of_an_alarm_that_holds_counts(tmp_path: Path) -> None:
    site = site_with(tmp_path, TIMES)
    for _ in range(3):
        assert not site.incidents
        site.tell(site.pri(up=False))
        site.later(1_000)
    assert len(site.incidents) == 1


CLEAR_AFTER = "timing:\n  - {name: sure, if: type == isdn.layer2.down, clear_after: 2m}\n"


def test_a_clear_waits_and_a_new_raise_takes_it_back(tmp_path: Path) -> None:
    site = site_with(tmp_path, CLEAR_AFTER)
    site.tell(site.pri(up=False))
    site.later(10_000)
    site.tell(site.pri(up=True))
    held = site.held("gw-1", "isdn.layer2.down", PRI_1)
    assert held is not None
    assert CLEARING in held.attributes
    passes(site, 60_000)
    site.tell(site.pri(up=False))
    passes(site, 130_000)
    held = site.held("gw-1", "isdn.layer2.down", PRI_1)
    assert held is not None
    assert CLEARING not in held.attributes
    assert held.count == 2
    assert len(site.incidents) == 1


GROUPED = "correlation:\n  - {name: lines, if: type == isdn.layer2.down, group: {by: component}}\n"


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("beside", ["", GROUPED])
def test_a_clear_that_stays_ends_the_alarm_also_over_a_restart(tmp_path: Path, beside: str, *, restarted: bool) -> None:
    site = site_with(tmp_path, CLEAR_AFTER + beside)
    site.tell(site.pri(up=False))
    site.later(10_000)
    site.tell(site.pri(up=True))
    if restarted:
        site.restart()
    passes(site, 110_000)
    assert site.held("gw-1", "isdn.layer2.down", PRI_1) is not None
    passes(site, 20_000)
    assert site.held("gw-1", "isdn.layer2.down", PRI_1) is None
    assert [each.state.value for each in site.incidents.values()] == ["restored"]


@pytest.mark.parametrize(("hour", "opened"), [(7, 1), (8, 0), (17, 0), (18, 1)])
def test_a_rule_holds_at_its_hours_in_the_time_of_the_site(tmp_path: Path, hour: int, opened: int) -> None:
    paris = ZoneInfo("Europe/Paris")
    rules = "filter:\n  - {name: day, if: type == isdn.layer2.down, when: Mon-Fri 08:00-18:00, do: drop}\n"
    site = site_with(tmp_path, rules, {"paris": paris})
    site.now = round(datetime(2026, 7, 1, hour, 30, tzinfo=paris).astimezone(UTC).timestamp() * 1000)
    site.tell(site.pri(up=False))
    assert len(site.incidents) == opened
