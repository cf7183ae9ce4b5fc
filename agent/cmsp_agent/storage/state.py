"""`state.db`: durable facts. Opens it with its schema and sees to it that the outbox has an epoch."""

import sqlite3
from pathlib import Path

from cmsp_agent.aio.clock import Clock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.aio.threads import SYSTEM_THREADS, Threads
from cmsp_agent.model.ids import NewId, uuid7
from cmsp_agent.storage.outbox import epochs
from cmsp_agent.storage.sqlite.connections import Opening
from cmsp_agent.storage.sqlite.database import Database, Replaced, nobody_to_tell
from cmsp_agent.storage.sqlite.reserve import SIZE
from cmsp_agent.storage.tables import dead_rows
from cmsp_agent.storage.tables.schema import STATE


async def open_state(
    path: Path,
    appliance: str,
    *,
    clock: Clock,
    counters: Counters,
    on_replaced: Replaced = nobody_to_tell,
    reserve: int = SIZE,
    threads: Threads = SYSTEM_THREADS,
    new_id: NewId = uuid7,
) -> Database:
    """Open `state.db`; `database.opening` says whether it was created or a damaged one was set aside.

    Args:
        path: the file.
        appliance: the appliance's id, for the CloudEvents source.
        clock: stamps epochs.
        counters: for `storage.*`.
        on_replaced: called on the loop when the file was replaced while in use.
        reserve: bytes of disk kept back, so that a full outbox can still be drained.
        threads: where threads come from.
        new_id: makes the ids of epochs.

    Raises:
        StorageError: another process has it, or it can't be opened or written.
    """
    return await Database.open(
        path,
        STATE,
        clock=clock,
        counters=counters,
        synchronous="FULL",
        initialise=lambda tx, opening: _first_rows(tx, opening, appliance, clock.now(), new_id),
        on_replaced=on_replaced,
        reserve=reserve,
        threads=threads,
        long=("outbox",),
    )


def _first_rows(tx: sqlite3.Connection, opening: Opening, appliance: str, now: int, new_id: NewId) -> None:
    damaged = dead_rows.sift(tx, now)
    epochs.ensure(tx, opening, appliance, now, damaged="epochs" in damaged, new_id=new_id)
