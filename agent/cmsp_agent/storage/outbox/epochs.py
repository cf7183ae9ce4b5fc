"""Epochs of the outbox: a database made anew, recovered, restored or behind the head-end never reuses a number."""

import sqlite3

from cmsp_agent.model.ids import NewId, uuid7
from cmsp_agent.storage.outbox import acknowledged
from cmsp_agent.storage.outbox import queue as outbox
from cmsp_agent.storage.outbox.numbering import FORGOTTEN, Epoch, current, last_row, oldest_row
from cmsp_agent.storage.outbox.records import epoch_record
from cmsp_agent.storage.sqlite import meta
from cmsp_agent.storage.sqlite.connections import Opening
from cmsp_agent.storage.tables import incidents

EPOCH = "outbox.epoch"
YEAR_2020 = 1_577_836_800_000


def ensure(
    tx: sqlite3.Connection,
    opening: Opening,
    appliance: str,
    now: int,
    *,
    damaged: bool = False,
    new_id: NewId = uuid7,
) -> None:
    """See to it that there is an epoch; called at each opening of `state.db`.

    Args:
        tx: a connection inside a transaction.
        opening: what was found when the file was opened.
        appliance: the appliance's id.
        now: wall time, ms since the epoch.
        damaged: an epoch's row was set aside: the sequences that were given in it are not known any more.
        new_id: makes ids.
    """
    meta.put(tx, outbox.SOURCE, f"/appliances/{appliance}")
    if damaged:
        _begin(tx, now, "recovered", meta.get(tx, EPOCH), outbox.sent(tx), _free_row(tx), new_id)
        incidents.leave_room(tx, 0, 0)
    elif tx.execute("select 1 from epochs").fetchone() is None:
        reason = "recovered" if opening.set_aside is not None else "created"
        last = max(_number(opening.salvaged.get(key)) for key in (outbox.DURABLE, outbox.SENT))
        _begin(tx, now, reason, opening.salvaged.get(EPOCH), last, 1, new_id)
        if opening.set_aside is not None:
            incidents.leave_room(tx, _number(opening.salvaged.get("sequence.incidents")) or minutes(now), 0)

    if not (meta.get(tx, outbox.SENT) or "").isdecimal():
        # written by a release that did not keep it: whatever is here may have been sent
        meta.put(tx, outbox.SENT, outbox.last_sequence(tx))


def minutes(now: int) -> int:
    """Minutes since 2020: more than the incidents that were ever numbered, for where their count was lost."""
    return max(0, now - YEAR_2020) // 60_000


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else 0


def begin(tx: sqlite3.Connection, now: int, reason: str, lost: int = 0, new_id: NewId = uuid7) -> Epoch:
    """Begin a new epoch: its record first, then what still waits, in the same order under new numbers.

    Args:
        tx: a connection inside a work of `Database.write`.
        now: wall time, ms since the epoch.
        reason: `behind` or `unknown`.
        lost: records that the head-end has and this database does not: so many incidents may have got a number.
        new_id: makes ids.
    """
    incidents.leave_room(tx, 0, lost)
    before = current(tx)
    return _begin(tx, now, reason, before.epoch, last_row(tx) - before.base, _free_row(tx), new_id)


def _free_row(tx: sqlite3.Connection) -> int:
    """What was before the oldest is forgotten: its number is free for the epoch's own record."""
    waiting = oldest_row(tx) <= last_row(tx)
    return oldest_row(tx) - 1 if waiting else last_row(tx) + 1


def _begin(
    tx: sqlite3.Connection, now: int, reason: str, previous: str | None, last: int, row: int, new_id: NewId
) -> Epoch:
    epoch = Epoch(new_id(now), now, reason, last, base=row - 1)
    acknowledged.delete(tx, row)  # what is forgotten and still there
    meta.put(tx, FORGOTTEN, row - 1)
    tx.execute(
        "insert into epochs(epoch, began_at, reason, last, base) values(?, ?, ?, ?, ?)",
        (epoch.epoch, now, reason, last, epoch.base),
    )
    outbox.insert_at(tx, row, epoch_record(new_id(now), now, previous, last, reason), now)
    meta.put(tx, EPOCH, epoch.epoch)
    meta.put(tx, outbox.DURABLE, 0)
    meta.put(tx, outbox.SENT, 0)
    return epoch
