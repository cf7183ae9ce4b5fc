import sqlite3

from cmsp_agent.storage import outbox
from cmsp_agent.storage.outbox import cursors, epochs, gaps
from cmsp_agent.storage.outbox.numbering import current, last_row
from tests.unit.storage.conftest import NOW
from tests.unit.storage.test_outbox import fill, read

MANY = 5000


def rows(tx: sqlite3.Connection) -> int:
    return int(tx.execute("select count(*) from outbox").fetchone()[0])


def take(tx: sqlite3.Connection, name: str) -> list[int]:
    """Read to the end: what came, as first and last of each batch."""
    found: list[int] = []
    while (one := cursors.read_next(tx, name)).batch is not None or one.missed:
        found += [one.batch.first, one.batch.last] if one.batch is not None else [-one.missed]
        cursors.move(tx, name, one.row)
    return found


def test_a_new_sink_begins_now_and_a_known_one_goes_on(tx: sqlite3.Connection) -> None:
    fill(tx, 3)
    cursors.begin(tx, ["a"])
    assert take(tx, "a") == []
    fill(tx, 2)
    cursors.begin(tx, ["a", "b"])
    assert cursors.waiting(tx, "a") == 2
    assert take(tx, "a") == [5, 6]
    assert take(tx, "b") == []


def test_what_the_head_end_has_stays_for_a_sink_that_has_not(tx: sqlite3.Connection) -> None:
    cursors.begin(tx, ["slow"])
    last = fill(tx, MANY)[-1]
    outbox.forget(tx, current(tx).epoch, last, most=2 * MANY)
    assert outbox.backlog(tx).depth == 0
    assert take(tx, "slow")[-1] == last
    last = fill(tx, 1)[-1]
    outbox.forget(tx, current(tx).epoch, last - 1, most=2 * MANY)
    assert rows(tx) == 1


def test_one_that_is_too_far_behind_misses_the_oldest_and_only_those(tx: sqlite3.Connection) -> None:
    cursors.begin(tx, ["slow"])
    last = fill(tx, MANY)[-1]
    outbox.forget(tx, current(tx).epoch, last, most=MANY // 10)
    assert rows(tx) <= MANY // 10
    fill(tx, 2)
    missed, *_, end = take(tx, "slow")
    assert missed < 0
    assert end == last + 2


def test_a_sink_that_is_used_no_more_keeps_nothing(tx: sqlite3.Connection) -> None:
    cursors.begin(tx, ["slow"])
    last = fill(tx, MANY)[-1]
    cursors.begin(tx, [])
    outbox.forget(tx, current(tx).epoch, last, most=2 * MANY)
    assert rows(tx) == 0


def test_what_was_evicted_comes_as_the_gap_that_the_head_end_gets(tx: sqlite3.Connection) -> None:
    cursors.begin(tx, ["a"])
    fill(tx, MANY)
    gaps.evict(tx, gaps.size(tx) // 2, NOW)
    one = cursors.read_next(tx, "a")
    assert one.batch is not None
    assert b'"type":"cmsp.gap.v1"' in one.batch.body
    assert read(tx).first == 1
    assert take(tx, "a")[-1] == MANY + 1


def test_a_new_epoch_is_read_under_its_own_numbers(tx: sqlite3.Connection) -> None:
    cursors.begin(tx, ["a"])
    fill(tx, 4)
    epoch = epochs.begin(tx, NOW, "unknown")
    fill(tx, 1)
    one = cursors.read_next(tx, "a")
    assert one.batch is not None
    assert (one.batch.epoch, one.row) == (epoch.epoch, last_row(tx))


def test_a_damaged_cursor_begins_anew(tx: sqlite3.Connection) -> None:
    cursors.begin(tx, ["a"])
    tx.execute("update meta set value = 'x' where key = 'sink.a'")
    cursors.begin(tx, ["a"])
    fill(tx, 2)
    assert take(tx, "a") == [2, 3]
