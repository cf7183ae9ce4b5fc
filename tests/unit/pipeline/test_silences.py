"""In a maintenance window faults are recorded and open no incident; what still holds at its end is judged then."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from cmsp_agent.config.configuration import MaintenanceWindow
from cmsp_agent.config.configuration import Site as Place
from cmsp_agent.config.windows import parse_weekly
from cmsp_agent.model.signal import SyslogSignal
from cmsp_agent.model.silence import Kind, Matcher, Silence
from cmsp_agent.pipeline.pipeline import Pipeline
from cmsp_agent.pipeline.silences import SilenceRegister, Silences
from tests.unit.pipeline.site import COMPONENTS, CUSTOMER, PRI_1, FakeInventory, Site

PARIS = ZoneInfo("Europe/Paris")


def maintenance(when: str) -> Silences:
    window = MaintenanceWindow("weekly", parse_weekly(when))
    return Silences({"paris": Place("paris", 100, PARIS, parse_weekly("24x7"), (window,))})


def at(text: str, fold: int = 0) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=PARIS, fold=fold).timestamp() * 1000)


def site_at(text: str) -> Site:
    site = Site()
    site.now = at(text)
    site.pipeline = Pipeline(
        COMPONENTS, CUSTOMER, FakeInventory(), site.counters, silences=maintenance("Sun 02:00-04:00")
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


def announcing(kind: Kind, starts_at: int, ends_at: int) -> SilenceRegister:
    return SilenceRegister([Silence("w1", kind, Matcher(component="gw-1"), starts_at, ends_at, "a.martin", "card", 0)])


@pytest.mark.parametrize(
    ("kind", "component", "later", "announced"),
    [
        ("work", "gw-1", 0, "card (a.martin, w1)"),
        ("maintenance", "gw-1", 0, "card (a.martin, w1)"),
        ("silence", "gw-1", 0, "no"),
        ("work", "gw-2", 0, "no"),
        ("work", "gw-1", 3_600_001, "no"),
        ("work", "gw-1", -1, "no"),
    ],
)
def test_a_change_is_planned_in_the_time_of_the_work_on_its_component(
    kind: Kind, component: str, later: int, announced: str
) -> None:
    site = Site()
    begins = site.now
    silences = Silences({}, COMPONENTS, announcing(kind, begins, begins + 3_600_000))
    site.pipeline = Pipeline(COMPONENTS, CUSTOMER, FakeInventory(), site.counters, silences=silences)
    site.later(later)
    site.tell(SyslogSignal(component, site.now, "SYS-5-CONFIG_I", "Configured from console by admin on vty1"))
    [event] = site.events.values()
    assert event.attributes["announced"] == announced


def test_work_mutes_no_fault_and_a_weekly_window_announces_changes() -> None:
    site = Site()
    silences = Silences({}, COMPONENTS, announcing("work", site.now, site.now + 3_600_000))
    site.pipeline = Pipeline(COMPONENTS, CUSTOMER, FakeInventory(), site.counters, silences=silences)
    site.tell(site.pri(up=False))
    assert len(site.open) == 1
    weekly = site_at("2026-11-22T03:30:00")
    weekly.tell(SyslogSignal("gw-1", weekly.now, "SYS-5-CONFIG_I", "Configured from console by admin on vty1"))
    [event] = weekly.events.values()
    assert event.attributes["announced"] == "weekly"


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


def test_a_component_has_windows_of_its_own_in_the_time_of_its_site() -> None:
    own = {
        name: replace(each, maintenance=(("card", "Tue 22:00-02:00"),)) if name == "gw-1" else each
        for name, each in COMPONENTS.items()
    }
    silences = Silences({"paris": Place("paris", 100, PARIS, parse_weekly("24x7"), ())}, own)
    site = site_at("2026-11-25T01:30:00")  # a Wednesday, still in the window
    site.pipeline = Pipeline(own, CUSTOMER, FakeInventory(), site.counters, silences=silences)
    site.tell(site.pri(up=False), site.pri(up=False, component="gw-2"))
    assert [one.components for one in site.open] == [("gw-2",)]
    assert silences.maintained(site.now) == {"gw-1"}
    held = site.held("gw-1", "isdn.layer2.down", PRI_1)
    assert held is not None
    assert silences.described(held, site.now) == ("the weekly window card")
    elapse(site, 30)
    assert any("gw-1" in one.components for one in site.open)


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


@pytest.mark.parametrize(
    ("when", "moment", "inside"),
    [
        ("Sun 02:15-02:45", "2026-03-29T03:14:00", False),
        ("Sun 02:15-02:45", "2026-03-29T03:15:00", True),
        ("Sun 02:15-02:45", "2026-03-29T03:44:00", True),
        ("Sun 02:15-02:45", "2026-03-29T03:45:00", False),
        ("Sun 02:00-03:00", "2026-03-29T03:59:00", True),
        ("Sun 02:00-03:00", "2026-03-29T04:00:00", False),
        ("Sun 02:15-02:45", "2026-03-22T03:20:00", False),
        ("Sun 02:15-02:45", "2026-03-30T03:20:00", False),
        ("Sat 02:15-02:45", "2026-03-29T03:20:00", False),
        ("Sun 01:30-02:30", "2026-03-29T03:10:00", False),
        ("Sun 02:30-03:30", "2026-03-29T03:29:00", True),
        ("Sun 02:30-03:30", "2026-03-29T03:30:00", False),
    ],
)
def test_a_window_in_the_hour_that_the_clocks_leave_out_holds_in_the_next(when: str, moment: str, inside: bool) -> None:
    assert bool(maintenance(when).window("paris", at(moment))) is inside


HOUR = 3_600_000


def silenced(matcher: Matcher) -> tuple[Site, SilenceRegister]:
    """A site with a silence of an hour from now on."""
    site = Site()
    register = SilenceRegister([Silence("s", "silence", matcher, site.now, site.now + HOUR, "ops", "works", site.now)])
    silences = Silences({}, COMPONENTS, register)
    site.pipeline = Pipeline(COMPONENTS, CUSTOMER, FakeInventory(), site.counters, silences=silences)
    return site, register


@pytest.mark.parametrize(
    ("matcher", "opens"),
    [
        (Matcher(component="gw-1"), False),
        (Matcher(component="gw-*", type="isdn.*"), False),
        (Matcher(site=COMPONENTS["gw-1"].site, object=PRI_1), False),
        (Matcher(component="gw-2"), True),
        (Matcher(component="gw-1", type="link.down"), True),
        (Matcher(group="no such group"), True),
    ],
)
def test_a_silence_mutes_what_it_matches_and_nothing_else(matcher: Matcher, opens: bool) -> None:
    site, _ = silenced(matcher)
    site.tell(site.pri(up=False))
    assert site.held("gw-1", "isdn.layer2.down", PRI_1) is not None
    assert bool(site.open) is opens


def test_what_a_silence_muted_is_judged_when_it_ends_or_is_ended() -> None:
    site, _ = silenced(Matcher(component="gw-1"))
    site.tell(site.pri(up=False))
    elapse(site, 61)
    assert len(site.open) == 1
    site, register = silenced(Matcher(component="gw-1"))
    site.tell(site.pri(up=False))
    (silence,) = register.in_force(site.now)
    site.later(1)
    register.put(silence.ended("ops", site.now))
    elapse(site, 1)
    assert len(site.open) == 1
