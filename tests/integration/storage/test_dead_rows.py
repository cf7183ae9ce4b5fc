"""Each field of each table damaged, one by one: the database opens, the rest is read, and the row is named."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cmsp_agent.aio.clock import SystemClock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.backup import Backup
from cmsp_agent.model.calls import EmergencyCall
from cmsp_agent.model.inventory import InventoryChange
from cmsp_agent.model.job import Job
from cmsp_agent.model.notification import Notified, OutgoingNotification
from cmsp_agent.model.silence import Matcher, Silence
from cmsp_agent.storage import outbox
from cmsp_agent.storage.outbox.records import event_record
from cmsp_agent.storage.sqlite import meta
from cmsp_agent.storage.sqlite.database import Database
from cmsp_agent.storage.state import open_state
from cmsp_agent.storage.tables import (
    audit,
    backups,
    calendar_runs,
    components_seen,
    dead_rows,
    device_starts,
    emergency_calls,
    events,
    host_keys,
    incidents,
    inventory,
    inventory_changes,
    jobs,
    notifications,
    raw_messages,
    seen_well,
    silences,
    snmp_engines,
    unneeded,
)
from tests.unit.storage.facts import an_event, an_incident

NOW = 1_767_225_600_000
KEY = bytes(32)
BACKUP = Backup("b1", "gw-1", NOW, NOW, "ab", 10, "f")

READS: dict[str, Callable[[sqlite3.Connection], Any]] = {
    "events": lambda c: {event.id for event in (*events.active(c), *events.page(c).events)},
    "incidents": lambda c: {incident.id for incident in (*incidents.unfinished(c), *incidents.page(c)[0])},
    "backups": lambda c: {backup.id for backup in backups.of_component(c, "gw-1")},
    "inventory": lambda c: set(inventory.everything(c)),
    "jobs": lambda c: {job.id for job in (*jobs.unfinished(c), *jobs.latest(c))},
    "snmp_engines": lambda c: set(snmp_engines.known(c)),
    "host_keys": lambda c: {key.algorithm for key in host_keys.of_address(c, "10.0.0.1")},
    "calendar_runs": lambda c: set(calendar_runs.everything(c)),
    "meta": lambda c: {outbox.source_of(c), outbox.backlog(c).depth},
    "notifications": lambda c: {each.id for each in notifications.queued(c)},
    "notified": lambda c: {each.incident for each in notifications.notified(c)},
    "silences": lambda c: {each.id for each in silences.known(c)},
    "emergency_calls": lambda c: {call.id for call in emergency_calls.latest(c)},
    "raw_messages": lambda c: {event for n in (1, 2) for event in raw_messages.of_event(c, f"e{n}")},
    "device_starts": lambda c: set(device_starts.known(c)),
    "seen_well": lambda c: set(seen_well.known(c)),
    "epochs": outbox.last_sequence,
    "audit": lambda c: audit.page(c),
    "audit_told": lambda c: audit.acknowledged(c),
    "dead_letters": lambda c: None,
    "idempotency": lambda c: None,
    "inventory_history": lambda c: None,
    "inventory_changes": lambda c: {change.component for change in inventory_changes.latest(c)},
    "inventory_sent": lambda c: set(inventory.sent(c)),
    "components_seen": lambda c: set(components_seen.known(c)),
    "unneeded_contents": lambda c: unneeded.of(c, "gw-1"),
}
"""What is read of each table at a start and on a first page."""


def fill(tx: sqlite3.Connection) -> None:
    """Two rows of everything; the second is damaged."""
    for n in (1, 2):
        events.insert(tx, an_event(n))
        incidents.save(tx, an_incident(incidents.number(n)))
        backups.save(tx, replace(BACKUP, id=f"b{n}", component=f"gw-{n}"))
        inventory.save(tx, f"gw-{n}", {"model": "x"}, NOW)
        inventory.mark_sent(tx, f"gw-{n}", "e", NOW)
        inventory_changes.add(tx, f"gw-{n}", [InventoryChange(f"gw-{n}", NOW, "model", "", "x", "y")])
        components_seen.save(tx, {f"gw-{n}": (NOW, NOW)})
        jobs.save(tx, Job(f"j{n}", "poll", "gw-1", "me", NOW))
        jobs.remember(tx, f"k{n}", "me", b"x", jobs.KeptAnswer(200, b"{}"), NOW)
        snmp_engines.remember(tx, f"10.0.0.{n}", b"abc", NOW)
        host_keys.pin(tx, "10.0.0.1", host_keys.PinnedHostKey(f"ssh-{n}", b"key", NOW))
        emergency_calls.save(tx, EmergencyCall(f"e{n}", "gw-1", "paris", "112", NOW + n))
        device_starts.save(tx, f"gw-{n}", device_starts.KeptUptime(NOW, 100))
        raw_messages.add(tx, [(f"e{n}", NOW, b"sealed")])
        seen_well.save(tx, f"gw-{n}", [("x", "y")])
        notifications.put(tx, OutgoingNotification(f"n{n}", ("a@b.example",), "s", "b", "i", NOW, next_at=NOW))
        notifications.remember(tx, [Notified(f"i{n}", 0, "P1", "new", NOW)])
        silences.save(tx, Silence(f"s{n}", "silence", Matcher(site="x"), NOW, NOW + 1, "me", "why", NOW))
        calendar_runs.record(tx, f"c{n}", NOW)
        unneeded.add(tx, f"gw-{n}", [f"{n}" * 64])
        outbox.append(tx, event_record(an_event(n)), NOW)
        audit.append(tx, KEY, audit.AuditEntry(NOW, "me", "local", "GET", "x", "done"))
    snmp_engines.boot(tx)
    meta.put(tx, "clock.known", NOW)


async def opened(path: Path) -> Database:
    return await open_state(path, "apl", clock=SystemClock(), counters=Counters(), reserve=0)


@pytest.fixture
async def sound(tmp_path: Path) -> Path:
    database = await opened(tmp_path / "state.db")
    await database.write(fill)
    await database.close()
    return tmp_path / "state.db"


def tables(path: Path) -> dict[str, list[str]]:
    """Every table of the schema with its columns."""
    with closing(sqlite3.connect(path)) as connection:
        names = [str(name) for (name,) in connection.execute("select name from sqlite_schema where type = 'table'")]
        kept = [name for name in names if not name.startswith("sqlite_") and name not in ("outbox", "dead_rows")]
        return {name: [str(row[1]) for row in connection.execute(f"pragma table_info({name})")] for name in kept}


def damaged(path: Path, table: str, column: str, value: object, which: str) -> bool:
    """Change a field of one row; False where SQLite itself would not have it so."""
    with closing(sqlite3.connect(path)) as connection:
        keys = [str(row[1]) for row in connection.execute(f"pragma table_info({table})") if row[5]]
        key = ", ".join(keys)
        try:
            connection.execute(
                f"update {table} set {column} = ? where ({key}) in"
                f" (select {key} from {table} order by {key} {which} limit 1)",
                (value,),
            )
        except sqlite3.Error:
            return False
        connection.commit()
        return True


async def test_every_field_of_every_table(sound: Path) -> None:
    keep, checked = shutil.copy(sound, sound.with_suffix(".sound")), 0
    known = tables(sound)
    assert known.keys() == READS.keys(), "a table without a look at its rows"
    for table, columns in known.items():
        for column in columns:
            for value in (b"\x00\xff\xfe", "\x00text", -7, 9e99):
                shutil.copy(keep, sound)
                if not damaged(sound, table, column, value, "desc"):
                    continue
                database = await opened(sound)
                assert database.opening.set_aside is None
                for name, read in READS.items():
                    assert read is not None, name
                    await database.read(read)
                await database.write(snmp_engines.boot)
                await database.write(lambda tx: outbox.append(tx, event_record(an_event(9)), NOW))
                await database.write(incidents.next_number)
                await database.close()
                checked += 1
    assert checked > 200


@pytest.mark.parametrize(
    ("table", "column", "name", "left"),
    [
        ("events", "body", "0193-2", {"0193-1"}),
        ("incidents", "body", "2", {"0193-INC-000001"}),
        ("backups", "body", "b2", {"b1"}),
        ("inventory", "body", "gw-2", {"gw-1"}),
        ("jobs", "body", "j2", {"j1"}),
        ("silences", "body", "s2", {"s1"}),
        ("notifications", "body", "n2", {"n1"}),
        ("notified", "body", "i2 0", {"i1"}),
        ("device_starts", "body", "gw-2", {"gw-1"}),
        ("emergency_calls", "body", "e2", {"e1"}),
        ("seen_well", "body", "gw-2", {"gw-1"}),
        ("snmp_engines", "seen_at", "10.0.0.2", {"10.0.0.1"}),
        ("host_keys", "key", "10.0.0.1", {"ssh-1"}),
        ("calendar_runs", "ran_at", "c2", {"c1"}),
    ],
)
async def test_the_row_is_named_and_the_rest_is_there(
    sound: Path, table: str, column: str, name: str, left: set[str]
) -> None:
    assert damaged(sound, table, column, "garbage", "desc")
    database = await opened(sound)
    assert await database.read(READS[table]) == left
    (dead,) = await database.read(dead_rows.not_noted)
    assert (dead.place, dead.name) == (table, name)
    assert dead.reason.startswith(column)
    await database.write(lambda tx: dead_rows.note(tx, [dead]))
    assert await database.read(dead_rows.not_noted) == []
    await database.close()


async def test_a_damaged_epoch_begins_another_one_with_all_that_waits(sound: Path) -> None:
    assert damaged(sound, "epochs", "base", "x", "desc")
    database = await opened(sound)
    batch = await database.read(lambda connection: outbox.read_batch(connection, 0))
    assert batch is not None
    assert (batch.first, batch.last) == (1, 4)
    assert b'"recovered"' in batch.body
    await database.close()
