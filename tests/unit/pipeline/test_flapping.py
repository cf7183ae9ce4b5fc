"""A fault that comes and goes many times is one flapping alarm and one incident, and a handful of records."""

from cmsp_agent.model.event import Transition
from cmsp_agent.model.incident_state import IncidentState
from tests.unit.pipeline.site import PRI_1, Site

KIND = "isdn.layer2.down"


def flap(site: Site, changes: int, every: int = 400) -> int:
    """So many changes, the first one down; returns the records that they make for the head-end."""
    records = 0
    for number in range(changes):
        made = site.tell(site.pri(up=bool(number % 2)))
        records += len(made.new) + len(made.to_report) + len(made.incidents)
        site.later(every)
    return records


def elapse(site: Site, milliseconds: int) -> int:
    site.later(milliseconds)
    draft = site.pipeline.elapse(site.alarm_state, site.now)
    draft.commit()
    site.events.update(draft.changes.new)
    site.incidents.update(draft.changes.incidents)
    return len(draft.changes.new) + len(draft.changes.to_report) + len(draft.changes.incidents)


def test_fifty_changes_in_twenty_seconds_are_one_alarm_one_incident_and_a_handful_of_records() -> None:
    site = Site()
    records = flap(site, 50)
    alarm = site.held("gw-1", KIND, PRI_1)
    assert alarm is not None
    assert alarm.attributes["flapping"] == "clear"
    assert alarm.count == 46  # all changes but the four before it flapped
    assert len(site.incidents) == 1
    assert records + elapse(site, 60_000) <= 14
    assert site.held("gw-1", KIND, PRI_1) is None
    [incident] = site.incidents.values()
    assert incident.state is IncidentState.RESTORED
    [last] = [event for event in site.events.values() if event.alarm == alarm.id]
    assert (last.state, last.count) == (Transition.CLEAR, 47)


def test_one_that_ends_raised_stays_raised_and_is_reported_as_steady() -> None:
    site = Site()
    flap(site, 51)
    assert elapse(site, 60_000) == 1
    alarm = site.held("gw-1", KIND, PRI_1)
    assert alarm is not None
    assert "flapping" not in alarm.attributes
    site.later(60_000)
    site.tell(site.pri(up=True))
    assert site.held("gw-1", KIND, PRI_1) is None


def test_while_it_flaps_a_poll_that_sees_it_clear_ends_nothing() -> None:
    site = Site()
    flap(site, 20)
    site.later(10_000)
    site.tell(site.pri_poll(first=False))
    assert site.held("gw-1", KIND, PRI_1) is not None
    elapse(site, 60_000)
    assert site.held("gw-1", KIND, PRI_1) is None


def test_a_restart_while_it_flaps_forgets_no_clear() -> None:
    site = Site()
    flap(site, 20)
    site.restart()
    elapse(site, 59_000)
    assert site.held("gw-1", KIND, PRI_1) is not None
    elapse(site, 1_000)
    assert site.held("gw-1", KIND, PRI_1) is None


def test_changes_that_are_far_apart_are_no_flapping() -> None:
    site = Site()
    flap(site, 20, every=30_000)
    assert site.held("gw-1", KIND, PRI_1) is None
    assert len([event for event in site.events.values() if event.state is Transition.RAISE]) == 10
