"""Faults from before the activation are findings: alarms without an incident, also when the day has come."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from cmsp_agent.pipeline.activation import FINDING, FIRST_LOOK, ActivationPlan
from cmsp_agent.pipeline.pipeline import Pipeline
from cmsp_agent.services.events.build_pipeline import activation_plan
from tests.unit.config.builders import Known, load_configuration
from tests.unit.pipeline.site import COMPONENTS, CUSTOMER, PRI_1, PRI_2, FakeInventory, Site

PRI = "isdn.layer2.down"


def site_active_in(milliseconds: int, activated: Callable[[str], int | None] | None = None) -> Site:
    site = Site()
    plan = ActivationPlan({"paris": site.now + milliseconds}, activated)
    site.pipeline = Pipeline(COMPONENTS, CUSTOMER, FakeInventory(), site.counters, activation=plan)
    return site


def test_an_older_fault_is_a_finding_that_no_day_makes_an_incident() -> None:
    site = site_active_in(60_000)
    site.tell(site.pri(up=False))
    held = site.held("gw-1", PRI, PRI_1)
    assert held is not None
    assert held.attributes[FINDING] == "older than the activation at 1970-01-01T00:17:40.000Z"
    site.later(60_000)
    site.tell(site.pri(up=False), site.pri_syslog(up=False))
    site.pipeline.elapse(site.alarm_state, site.now).commit()
    site.restart()
    assert site.open == []
    site.tell(site.pri(up=True))
    site.later(10_000)
    site.tell(site.pri(up=False))
    [incident] = site.open
    assert incident.title == f"{PRI_1}: layer 2 down"


def test_a_fault_of_the_day_itself_another_site_and_the_appliance_are_no_findings() -> None:
    site = site_active_in(0)
    site.tell(site.pri(up=False))
    assert len(site.open) == 1
    site = site_active_in(60_000)
    site.tell(site.pri(up=False, if_index=8, component="gw-lyon"))
    site.isolate(raised=True)
    assert sorted(each.components for each in site.open) == [(), ("gw-lyon",)]
    assert site.held("gw-lyon", PRI, PRI_2) is not None


def test_without_a_plan_a_component_is_active_once_it_answers_or_when_the_time_is_over() -> None:
    first: dict[str, int] = {}
    site = site_active_in(600_000, first.get)
    site.tell(site.pri(up=False))
    held = site.held("gw-1", PRI, PRI_1)
    assert held is not None
    assert held.attributes[FINDING].startswith("not activated yet; deemed active from ")
    first["gw-1"] = site.now
    site.tell(site.pri(up=False, if_index=8))  # found while it is activated: it is older
    assert site.open == []
    site.later(FIRST_LOOK)
    site.tell(site.pri(up=True), site.pri(up=True, if_index=8))
    site.later(20_000)
    site.tell(site.pri(up=False))
    assert len(site.open) == 1
    site.tell(site.pri(up=False, component="gw-2"))
    site.later(600_000)
    assert [each.components for each in site.open] == [("gw-1",)]
    site.tell(site.pri(up=False, if_index=8, component="gw-2"))
    assert {name for each in site.open for name in each.components} == {"gw-1", "gw-2"}


@pytest.mark.parametrize(("zone", "hour"), [("Europe/Paris", 22), ("UTC", 0)])
def test_the_day_begins_at_each_site_by_its_own_clock(tmp_path: Path, zone: str, hour: int) -> None:
    file = tmp_path / "site.yaml"
    file.write_text(
        f"appliance: {{name: a}}\nsites: {{p: {{people: 1, timezone: {zone}}}}}\norder: {{activation: 2026-07-02}}\n"
        "components: {x: {address: 192.0.2.1, site: p, type: reachability}}\n",
        encoding="utf-8",
    )
    configuration = load_configuration(file, Known())
    effective = replace(configuration.order, effective=dt.date(2026, 4, 3))
    for order in (effective, replace(effective, activation=None)):  # 90 days after the one is the other
        plan = activation_plan(replace(configuration, order=order), lambda name: 7)
        begins = dt.datetime.fromtimestamp(plan.sites["p"] / 1000, dt.UTC)
        assert (begins.hour, begins.date() == dt.date(2026, 7, 2)) == (hour, hour == 0)
        assert plan.active_from("x", "p") == (7 + FIRST_LOOK if order.activation is None else plan.sites["p"])
    neither = replace(configuration, order=replace(configuration.order, activation=None))
    assert activation_plan(neither, lambda name: 7).sites == {}
