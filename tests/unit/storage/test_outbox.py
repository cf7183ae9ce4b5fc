import json
import sqlite3
from typing import Any

import pytest

from cmsp_agent.storage import outbox
from cmsp_agent.storage.outbox import dead_letters, epochs, gaps
from cmsp_agent.storage.outbox.numbering import current, known
from cmsp_agent.storage.outbox.records import Record, event_record
from cmsp_agent.storage.outbox.soundness import RowsDamaged
from tests.unit.storage.conftest import NOW
from tests.unit.storage.facts import an_event


def fill(tx: sqlite3.Connection, count: int) -> list[int]:
    return [outbox.append(tx, event_record(an_event(n)), NOW + n) for n in range(count)]


def read(tx: sqlite3.Connection, after: int = 0, **limits: int) -> outbox.Batch:
    batch = outbox.read_batch(tx, after, **limits)
    assert batch is not None
    return batch


def sent(tx: sqlite3.Connection, after: int = 0, **limits: int) -> Any:
    batch = outbox.read_batch(tx, after, **limits)
    return [] if batch is None else json.loads(batch.body)


def sequences(events: list[dict[str, Any]]) -> list[int]:
    return [int(event["sequence"]) for event in events]


def test_the_first_record_of_a_database_says_that_it_was_created(tx: sqlite3.Connection) -> None:
    (first,) = sent(tx)
    assert first["type"] == "cmsp.epoch.v1"
    assert first["sequence"] == "00000000000000000001"
    assert first["data"] == {"previous_epoch": None, "last_sequence": 0, "reason": "created"}
    assert first["epoch"] == current(tx).epoch


def test_sequences_are_contiguous_and_given_in_the_transaction(tx: sqlite3.Connection) -> None:
    assert fill(tx, 3) == [2, 3, 4]
    tx.execute("savepoint s")
    fill(tx, 5)
    tx.execute("rollback to s")
    assert fill(tx, 1) == [5]


def test_a_number_is_not_given_again_after_everything_was_forgotten(tx: sqlite3.Connection) -> None:
    fill(tx, 3)
    outbox.forget(tx, current(tx).epoch, 4)
    assert sent(tx) == []
    assert fill(tx, 1) == [5]


def test_a_batch_is_cloud_events_in_order(tx: sqlite3.Connection) -> None:
    fill(tx, 5)
    batch = read(tx, 1)
    events = json.loads(batch.body)
    assert (batch.first, batch.last, batch.count) == (2, 6, 5)
    assert sequences(events) == [2, 3, 4, 5, 6]
    assert events[0]["source"] == "/appliances/apl-test/components/gw-paris-1"
    assert events[0]["subject"] == "Serial0/1/0:15"
    assert events[0]["time"] == "2026-01-01T00:00:00.123Z"


def test_a_batch_keeps_to_both_limits(tx: sqlite3.Connection) -> None:
    fill(tx, 20)
    assert len(sent(tx, limit=7)) == 7
    batch = read(tx, 1, at_most=3000)
    assert len(batch.body) <= 3000
    assert 1 < batch.count < 20


def test_a_record_larger_than_the_limit_goes_alone(tx: sqlite3.Connection) -> None:
    outbox.append(tx, event_record(an_event(text="x" * 5000)), NOW)
    fill(tx, 1)
    assert sequences(sent(tx, 1, at_most=1000)) == [2]


def test_an_empty_subject_is_left_out(tx: sqlite3.Connection) -> None:
    outbox.append(tx, Record("1", "cmsp.audit.v1", "", "", NOW, {}), NOW)
    assert "subject" not in sent(tx, 1)[0]


def test_an_answer_about_another_epoch_forgets_nothing(tx: sqlite3.Connection) -> None:
    fill(tx, 3)
    assert outbox.forget(tx, "another", 4) == 0
    assert len(sent(tx)) == 4


def test_backlog_tells_depth_age_and_durable(tx: sqlite3.Connection) -> None:
    fill(tx, 4)
    outbox.forget(tx, current(tx).epoch, 3)
    assert outbox.backlog(tx) == outbox.Backlog(depth=2, oldest_at=NOW + 2, last=5, durable=3)
    outbox.forget(tx, current(tx).epoch, 5)
    assert outbox.backlog(tx) == outbox.Backlog(depth=0, oldest_at=None, last=5, durable=5)


def test_a_new_epoch_begins_at_1_and_keeps_what_waits(tx: sqlite3.Connection) -> None:
    fill(tx, 5)
    old = current(tx).epoch
    outbox.forget(tx, old, 3)
    epochs.begin(tx, NOW, "behind")
    events = sent(tx)
    assert sequences(events) == [1, 2, 3, 4]
    assert events[0]["data"] == {"previous_epoch": old, "last_sequence": 6, "reason": "behind"}
    assert [event["id"] for event in events[1:]] == ["0193-2", "0193-3", "0193-4"]
    assert {event["epoch"] for event in events} == {current(tx).epoch} != {old}
    assert fill(tx, 1) == [5]
    assert known(tx) == [old, current(tx).epoch]


def test_a_new_epoch_of_an_untouched_outbox_keeps_the_older_epochs_record(tx: sqlite3.Connection) -> None:
    epochs.begin(tx, NOW, "behind")
    assert [event["type"] for event in sent(tx)] == ["cmsp.epoch.v1"] * 2
    assert sequences(sent(tx)) == [1, 2]


def test_a_new_epoch_of_an_empty_outbox(tx: sqlite3.Connection) -> None:
    fill(tx, 2)
    outbox.forget(tx, current(tx).epoch, 3)
    epochs.begin(tx, NOW, "behind")
    assert sequences(sent(tx)) == [1]
    assert outbox.backlog(tx).last == 1
    assert fill(tx, 1) == [2]


def test_a_dead_letter_leaves_a_gap_in_its_place(tx: sqlite3.Connection) -> None:
    fill(tx, 3)
    assert gaps.dead_letter(tx, 3, "no such field", NOW)
    events = sent(tx)
    assert sequences(events) == [1, 2, 3, 4]
    assert events[2]["type"] == "cmsp.gap.v1"
    assert events[2]["data"] == {
        "first": 3,
        "last": 3,
        "counts": {"cmsp.event.v1": {"critical": 1}},
        "reason": "refused by the head-end",
    }
    assert gaps.dead_letters(tx) == 1


def test_a_dead_letter_that_is_gone_is_no_error(tx: sqlite3.Connection) -> None:
    assert not gaps.dead_letter(tx, 99, "late", NOW)


def test_what_was_forgotten_too_early_is_one_gap(tx: sqlite3.Connection) -> None:
    fill(tx, 5)
    outbox.forget(tx, current(tx).epoch, 4)
    assert gaps.fill_before(tx, 2, NOW)
    events = sent(tx, 1)
    assert sequences(events) == [4, 5, 6]
    assert (events[0]["data"]["first"], events[0]["data"]["last"]) == (2, 4)
    assert not gaps.fill_before(tx, 2, NOW)


def test_what_was_forgotten_too_early_from_an_empty_outbox(tx: sqlite3.Connection) -> None:
    fill(tx, 5)
    outbox.forget(tx, current(tx).epoch, 6)
    assert gaps.fill_before(tx, 1, NOW)
    (gap,) = sent(tx)
    assert gap["sequence"] == "00000000000000000006"
    assert (gap["data"]["first"], gap["data"]["last"]) == (1, 6)
    assert fill(tx, 1) == [7]


def test_eviction_gives_up_the_oldest_run_as_one_gap(tx: sqlite3.Connection) -> None:
    fill(tx, 50)
    whole = gaps.size(tx)
    assert gaps.evict(tx, whole, NOW) == 0
    given_up = gaps.evict(tx, whole // 2, NOW)
    assert 20 <= given_up <= 30
    events = sent(tx)
    assert events[0]["type"] == "cmsp.gap.v1"
    assert events[0]["data"]["first"] == 1
    assert events[0]["data"]["last"] == given_up
    assert sequences(events) == list(range(given_up, 52))
    counts = events[0]["data"]["counts"]
    assert counts == {"cmsp.epoch.v1": {"none": 1}, "cmsp.event.v1": {"critical": given_up - 1}}


def test_eviction_again_widens_the_gap(tx: sqlite3.Connection) -> None:
    fill(tx, 50)
    first = gaps.evict(tx, gaps.size(tx) // 2, NOW)
    fill(tx, 30)
    gaps.evict(tx, gaps.size(tx) // 2, NOW)
    events = sent(tx)
    data = events[0]["data"]
    assert data["first"] == 1
    assert data["last"] > first
    assert data["counts"]["cmsp.event.v1"]["critical"] == data["last"] - 1
    assert [event["type"] for event in events].count("cmsp.gap.v1") == 1


def test_a_gap_of_which_a_part_is_durable_is_cut(tx: sqlite3.Connection) -> None:
    fill(tx, 50)
    last = gaps.evict(tx, gaps.size(tx) // 2, NOW)
    outbox.forget(tx, current(tx).epoch, 5)
    events = sent(tx, 5)
    assert events[0]["data"]["first"] == 6
    assert events[0]["data"]["last"] == last
    assert outbox.backlog(tx).depth == 51 - 5


def test_an_appliance_without_an_epoch_is_a_mistake(tx: sqlite3.Connection) -> None:
    tx.execute("delete from epochs")
    with pytest.raises(LookupError):
        outbox.read_batch(tx, 0)


@pytest.mark.parametrize("change", ["first = null", "first = 1", "kind = 0"])
def test_a_gap_whose_beginning_is_damaged_is_sent_as_no_record(tx: sqlite3.Connection, change: str) -> None:
    fill(tx, 100)
    outbox.forget(tx, current(tx).epoch, 40)
    gaps.evict(tx, gaps.size(tx) - 1, NOW)
    (gap,) = [row for (row,) in tx.execute("select row from outbox where first is not null")]
    tx.execute(f"update outbox set {change} where row = ?", (gap,))
    damaged = dead_letters.check(tx).damaged
    if change == "first = 1":  # cut to what is left: harmless
        assert damaged == ()
        assert json.loads(read(tx, 40).body)[0]["data"]["first"] == 41
        return
    assert [(each.first, each.last) for each in damaged][-1][1] == gap
    with pytest.raises(RowsDamaged):
        outbox.read_batch(tx, 40)
