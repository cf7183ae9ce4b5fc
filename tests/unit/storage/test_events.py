import sqlite3

from cmsp_agent.model.event import Event, Source, Transition
from cmsp_agent.model.severity import Severity
from cmsp_agent.storage.encoding import decoded_lines
from cmsp_agent.storage.tables import events
from cmsp_agent.storage.tables.events import Filter
from tests.unit.storage.facts import NOW, an_event

LATER = NOW + 20_000


def test_an_event_comes_back_as_it_was(tx: sqlite3.Connection) -> None:
    event = an_event(attributes={"mnemonic": "ISDN-6-LAYER2DOWN"}, suppressed_by="x")
    events.insert(tx, event)
    assert events.find(tx, event.id) == event


def test_a_raise_is_active_until_its_clear(tx: sqlite3.Connection) -> None:
    raised = an_event(1)
    events.insert(tx, raised)
    assert events.active(tx) == [raised]
    events.insert(tx, raised.cleared_by(an_event(2, state=Transition.CLEAR, severity=Severity.CLEARED), "up"))
    assert events.active(tx) == []


def test_what_is_raised_and_cleared_in_one_batch_is_not_active(tx: sqlite3.Connection) -> None:
    raised = an_event(1)
    cleared = raised.cleared_by(an_event(2, state=Transition.CLEAR, severity=Severity.CLEARED), "up")
    events.insert_all(tx, [raised, cleared, an_event(3)])
    assert events.active(tx) == [an_event(3)]


def test_an_update_keeps_the_place_in_the_log(tx: sqlite3.Connection) -> None:
    first = an_event(1)
    events.insert(tx, first)
    events.insert(tx, an_event(2))
    folded = first.fold(an_event(3, sources=(Source.POLL,)))
    assert events.update(tx, folded)
    assert events.page(tx).events[0] == folded
    assert events.active(tx)[0].count == 6
    assert not events.update(tx, an_event(9))


def test_pages_follow_the_cursor(tx: sqlite3.Connection) -> None:
    events.insert_all(tx, [an_event(n) for n in range(5)])
    page = events.page(tx, limit=2)
    assert [event.id for event in page.events] == ["0193-0", "0193-1"]
    page = events.page(tx, after=page.next, limit=10)
    assert [event.id for event in page.events] == ["0193-2", "0193-3", "0193-4"]
    assert events.page(tx, after=page.next) == events.Page((), page.next)


def test_filters(tx: sqlite3.Connection) -> None:
    events.insert(tx, an_event(1, component="a", type="x", severity=Severity.MINOR))
    events.insert(tx, an_event(2, component="b", type="x"))
    events.insert(tx, an_event(3, component="b", type="y", state=Transition.INFO))

    def ids(wanted: Filter) -> list[str]:
        return [event.id[-1] for event in events.page(tx, wanted=wanted).events]

    assert ids(Filter(component="b")) == ["2", "3"]
    assert ids(Filter(type="x")) == ["1", "2"]
    assert ids(Filter(severity=Severity.MAJOR)) == ["2", "3"]
    assert ids(Filter(component="b", active=True)) == ["2"]


def test_the_latest_are_in_the_order_of_arrival(tx: sqlite3.Connection) -> None:
    events.insert_all(tx, [an_event(n) for n in range(5)])
    page = events.latest(tx, limit=2)
    assert [event.id for event in page.events] == ["0193-3", "0193-4"]
    assert events.page(tx, after=page.next).events == ()


def test_retention_spares_active_alarms_and_the_young(tx: sqlite3.Connection) -> None:
    events.insert(tx, an_event(1))
    events.insert(tx, an_event(2, state=Transition.INFO))
    events.insert(tx, an_event(3, state=Transition.INFO, received_at=NOW + 10_000))
    assert events.forget_before(tx, NOW + 5000, LATER) == 1
    assert [event.id for event in events.page(tx).events] == ["0193-1", "0193-3"]


def test_many_old_alarms_do_not_hide_what_is_old_behind_them(tx: sqlite3.Connection) -> None:
    events.insert_all(tx, [an_event(n) for n in range(10)])
    events.insert_all(tx, [an_event(n, state=Transition.INFO) for n in range(10, 15)])
    assert events.forget_before(tx, NOW + 5000, LATER, limit=3) == 3
    assert events.forget_before(tx, NOW + 5000, LATER, limit=3) == 2
    assert events.forget_before(tx, NOW + 5000, LATER, limit=3) == 0


def test_events_of_a_clock_that_was_ahead_are_as_old_as_what_came_after_them(tx: sqlite3.Connection) -> None:
    years = 20 * 365 * 86_400_000
    for number, received_at in enumerate((NOW + years, NOW, NOW + years, NOW + 10_000, NOW + years)):
        events.insert(tx, an_event(number, state=Transition.INFO, received_at=received_at))
    assert events.forget_before(tx, NOW + 5000, LATER) == 2
    assert [event.id for event in events.page(tx).events] == ["0193-2", "0193-3", "0193-4"]
    assert events.forget_before(tx, NOW + 15_000, LATER) == 2
    assert [event.id for event in events.page(tx).events] == ["0193-4"]


def test_lines_of_stored_events_are_read_at_once_and_a_damaged_one_costs_itself(tx: sqlite3.Connection) -> None:
    for number in (1, 2, 3):
        events.insert(tx, an_event(number))
    found, following = events.bodies(tx, 0, 0, 2)
    assert [each.id for each in decoded_lines(b"\n".join(found), Event)] == [an_event(1).id, an_event(2).id]
    lines = b"\n".join((found[0], b'{"damaged', found[1]))
    assert [each.id for each in decoded_lines(lines, Event)] == [an_event(1).id, an_event(2).id]
    late = an_event(3).received_at + 1
    assert events.bodies(tx, following, late, 9) == ([], 3)
    assert events.bodies(tx, 3, 0, 9) == ([], 3)
