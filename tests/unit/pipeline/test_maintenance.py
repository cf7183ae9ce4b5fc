"""In a maintenance window faults are recorded and open no incident; what still holds at its end is judged then."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from cmsp_agent.config.configuration import MaintenanceWindow
from cmsp_agent.config.configuration import Site as Place
from cmsp_agent.config.windows import parse_weekly
from cmsp_agent.pipeline.maintenance import MaintenanceWindows
from cmsp_agent.pipeline.pipeline import Pipeline
from tests.unit.pipeline.site import COMPONENTS, CUSTOMER, PRI_1, FakeInventory, Site

PARIS = ZoneInfo("Europe/Paris")


def maintenance(when: str) -> MaintenanceWindows:
    window = MaintenanceWindow("weekly", parse_weekly(when))
    return MaintenanceWindows({"paris": Place("paris", 100, PARIS, parse_weekly("24x7"), (window,))})


def at(text: str, fold: int = 0) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=PARIS, fold=fold).timestamp() * 1000)


def site_at(text: str) -> Site:
    site = Site()
    site.now = at(text)
    site.pipeline = Pipeline(
        COMPONENTS, CUSTOMER, FakeInventory(), site.counters, maintenance=maintenance("Sun 02:00-04:00")
    )
    return site


def elapse(site: Site, minutes: int) -> None:
    site.later(minutes * 60_000)
    site.pipeline.elapse(site.alarm_state, site.now).commit()


def test_a_fault_in_the_window_is_recorded_and_judged_at_its_end() -> None:
    site = site_at("2026-11-22T03:30:00")
    site.tell(site.pri(up=False))
    assert site.held("gw-1", "isdn.layer2.down", PRI_1) is not None
    assert site.open == []
    elapse(site, 29)
    assert site.open == []
    elapse(site, 1)
    assert [incident.title for incident in site.open] == [f"{PRI_1}: layer 2 down"]


def test_one_that_is_over_by_then_opens_nothing() -> None:
    site = site_at("2026-11-22T03:30:00")
    site.tell(site.pri(up=False))
    site.later(60_000)
    site.tell(site.pri(up=True))
    elapse(site, 40)
    assert site.open == []
    assert len(site.events) == 2


def test_an_incident_from_before_the_window_goes_on_and_is_restored_in_it() -> None:
    site = site_at("2026-11-22T01:59:00")
    site.tell(site.pri(up=False))
    [incident] = site.open
    elapse(site, 30)
    assert site.open == [incident]
    site.tell(site.pri(up=True))
    assert site.open == []


def test_a_restart_in_the_window_holds_back_still() -> None:
    site = site_at("2026-11-22T03:30:00")
    site.tell(site.pri(up=False))
    site.restart()
    assert site.open == []
    elapse(site, 30)
    assert len(site.open) == 1


def test_another_site_is_not_in_it() -> None:
    site = site_at("2026-11-22T03:30:00")
    site.tell(site.pri(up=False, component="gw-lyon"))
    assert len(site.open) == 1


@pytest.mark.parametrize(
    ("moment", "fold", "inside"),
    [
        ("2026-10-25T02:30:00", 0, True),
        ("2026-10-25T02:30:00", 1, True),
        ("2026-10-25T01:59:00", 0, False),
        ("2026-10-25T04:00:00", 0, False),
        ("2026-03-29T03:00:00", 0, True),
        ("2026-03-29T01:59:00", 0, False),
        ("2026-03-29T04:00:00", 0, False),
    ],
)
def test_the_nights_on_which_the_clocks_change(moment: str, fold: int, inside: bool) -> None:
    assert bool(maintenance("Sun 02:00-04:00").window("paris", at(moment, fold))) is inside
