"""What is forgotten may stay in the table for a while, and counts for nothing."""

import sqlite3

import pytest

from cmsp_agent.storage import outbox
from cmsp_agent.storage.outbox import acknowledged, dead_letters, epochs, gaps
from cmsp_agent.storage.outbox.numbering import current
from tests.unit.storage.conftest import NOW
from tests.unit.storage.test_outbox import fill, sent, sequences

MANY = 1000


def rows(tx: sqlite3.Connection) -> list[int]:
    return [row for (row,) in tx.execute("select row from outbox order by row")]


def forget(tx: sqlite3.Connection, durable: int, most: int = MANY) -> int:
    return outbox.forget(tx, current(tx).epoch, durable, most)


def test_what_is_forgotten_stays_while_much_waits(tx: sqlite3.Connection) -> None:
    fill(tx, 20)
    assert forget(tx, 10) == 0
    assert rows(tx) == list(range(1, 22))
    assert outbox.backlog(tx) == outbox.Backlog(depth=11, oldest_at=NOW + 9, last=21, durable=10)
    assert dead_letters.check(tx).rows == 11
    assert dead_letters.check(tx).damaged == ()


def test_the_table_is_emptied_once_little_waits(tx: sqlite3.Connection) -> None:
    fill(tx, 20)
    before = sent(tx, 18)
    forget(tx, 18)
    assert rows(tx) == [19, 20, 21]
    assert sent(tx, 18) == before
    assert fill(tx, 1) == [22]
    forget(tx, 22)
    assert rows(tx) == []
    assert fill(tx, 1) == [23]


@pytest.mark.parametrize(("most", "left"), [(9, 12), (0, 11), (10, 21)])
def test_no_more_stays_than_may(tx: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, most: int, left: int) -> None:
    monkeypatch.setattr(acknowledged, "STEP", 9)
    fill(tx, 20)
    forget(tx, 10, most)
    assert len(rows(tx)) == left
    assert outbox.backlog(tx).depth == 11


def test_a_row_that_waits_and_cannot_be_read_is_left_in_its_place(tx: sqlite3.Connection) -> None:
    fill(tx, 20)
    tx.execute("update outbox set body = cast(x'ff' as text) where row = 21")
    forget(tx, 20)
    assert rows(tx)[-1] == 21
    with pytest.raises(sqlite3.OperationalError):
        outbox.read_batch(tx, 20)


def test_what_is_still_there_is_sent_again_to_a_head_end_that_lost_it(tx: sqlite3.Connection) -> None:
    fill(tx, 20)
    forget(tx, 10)
    assert not gaps.fill_before(tx, 4, NOW)
    assert outbox.backlog(tx).depth == 18
    assert sequences(sent(tx, 3)) == list(range(4, 22))


def test_a_gap_stands_for_the_part_that_is_gone(tx: sqlite3.Connection) -> None:
    fill(tx, 20)
    forget(tx, 6, most=0)
    forget(tx, 10)
    assert gaps.fill_before(tx, 4, NOW)
    events = sent(tx, 3)
    assert sequences(events) == list(range(6, 22))
    assert (events[0]["data"]["first"], events[0]["data"]["last"]) == (4, 6)


def test_a_gap_that_reaches_below_what_is_forgotten_is_cut(tx: sqlite3.Connection) -> None:
    fill(tx, 20)
    gaps.evict(tx, gaps.size(tx) - 2500, NOW)
    (hole,) = [event["data"] for event in sent(tx) if event["type"] == "cmsp.gap.v1"]
    forget(tx, 3)
    assert outbox.backlog(tx).depth == 18
    assert sent(tx, 3)[0]["data"]["first"] == 4
    assert sent(tx, 3)[0]["data"]["last"] == hole["last"]


def test_a_new_epoch_does_not_take_up_what_is_forgotten(tx: sqlite3.Connection) -> None:
    fill(tx, 20)
    forget(tx, 10)
    epochs.begin(tx, NOW, "behind")
    assert rows(tx) == list(range(10, 22))
    assert sequences(sent(tx)) == list(range(1, 13))
    assert outbox.backlog(tx).depth == 12


def test_what_is_forgotten_goes_before_anything_is_given_up(tx: sqlite3.Connection) -> None:
    fill(tx, 20)
    forget(tx, 10)
    assert gaps.evict(tx, gaps.size(tx) - 100, NOW) == 0
    assert rows(tx) == list(range(11, 22))
    assert not [event for event in sent(tx, 10) if event["type"] == "cmsp.gap.v1"]
