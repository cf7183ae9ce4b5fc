"""What must hold after any number of kills: of a `state.db`, and of what the head-end has. For any test that kills."""

import itertools
import sqlite3
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from tests.lab.headend import Stored


def problems_of_database(path: Path, acknowledged: Iterable[str]) -> list[str]:
    """What is wrong with a closed or killed `state.db`; empty where nothing is.

    Args:
        path: the file; it is opened read-write, as recovery of a WAL needs.
        acknowledged: ids of events that were acknowledged as durable.
    """
    connection = sqlite3.connect(path)
    try:
        found = [f"integrity: {text}" for (text,) in connection.execute("pragma integrity_check") if text != "ok"]
        events = [event for (event,) in connection.execute("select id from events")]
        rows = [row for (row,) in connection.execute("select row from outbox order by row")]
        holes = [row for before, row in itertools.pairwise(rows) if row != before + 1]
        gaps = connection.execute("select count(*) from outbox where first is not null").fetchone()[0]
        epochs = connection.execute("select count(*) from epochs").fetchone()[0]
    finally:
        connection.close()
    found += [f"acknowledged but not there: {event}" for event in set(acknowledged) - set(events)]
    found += [f"twice in the log: {event}" for event, n in Counter(events).items() if n > 1]
    found += [f"hole in the outbox before row {row}" for row in holes]
    if gaps or epochs != 1:
        found.append(f"{gaps} gaps and {epochs} epochs, where nothing was lost")
    return found


def problems_of_headend(records: list[Stored], acknowledged: Iterable[str]) -> list[str]:
    """What is wrong with what the head-end has once everything was forwarded; empty where nothing is."""
    found: list[str] = []
    expected: dict[str, int] = {}
    for record in records:
        wanted = expected.get(record.epoch, 1)
        if record.sequence != wanted and record.type != "cmsp.gap.v1":
            found.append(f"sequence {record.sequence} where {wanted} was expected, epoch {record.epoch}")
        expected[record.epoch] = record.sequence + 1
    ids = Counter(record.id for record in records)
    found += [f"sent twice under another sequence: {name}" for name, n in ids.items() if n > 1]
    found += [f"acknowledged but never reported: {name}" for name in set(acknowledged) - set(ids)]
    return found
