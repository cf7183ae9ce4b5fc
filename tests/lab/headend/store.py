"""What the head-end has made durable: records exactly once by (appliance, epoch, sequence), in order, without holes.

The rules are those of the head-end's contract; knows nothing of HTTP.
"""

import json
import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import msgspec

SCHEMA = """
create table if not exists appliances(id text primary key, epoch text, durable integer not null) without rowid;
create table if not exists epochs(appliance text, epoch text, began integer primary key autoincrement);
create table if not exists records(appliance text, epoch text, sequence integer, id text, type text, source text,
    subject text, data text, primary key(appliance, epoch, sequence)) without rowid;
create table if not exists heartbeats(number integer primary key autoincrement, appliance text, body text);
"""

REQUIRED = {
    kind: fields.split()
    for kind, fields in {
        "cmsp.event.v1": "component site object type severity state occurred_at received_at sources count text",
        "cmsp.incident.v1": "id number state priority urgency impact title components alarms opened_at",
        "cmsp.backup.v1": "component result started_at ended_at",
        "cmsp.epoch.v1": "previous_epoch last_sequence reason",
        "cmsp.gap.v1": "first last reason",
    }.items()
}
"""Fields without which a record of this type is refused."""


class CloudEvent(msgspec.Struct):
    """CloudEvents 1.0 with our two extensions, data not yet parsed."""

    specversion: str
    id: str
    source: str
    type: str
    time: str
    epoch: str
    sequence: str
    data: msgspec.Raw
    subject: str = ""
    datacontenttype: str = "application/json"


class Unreadable(ValueError):
    """Not a batch of CloudEvents."""


class Refused(Exception):
    """One record of a batch is not what the contract says."""

    def __init__(self, sequence: int, detail: str) -> None:
        super().__init__(detail)
        self.sequence = sequence


@dataclass(frozen=True, slots=True)
class Durable:
    """Everything up to here is safe."""

    epoch: str | None
    durable: int


@dataclass(frozen=True, slots=True)
class Expected:
    """A batch that does not follow: what would."""

    epoch: str | None
    expected: int


@dataclass(frozen=True, slots=True)
class Stored:
    """A record as the head-end keeps it."""

    epoch: str
    sequence: int
    id: str
    type: str
    source: str
    subject: str
    data: dict[str, Any]


_BATCH = msgspec.json.Decoder(list[CloudEvent])


def parse(body: bytes) -> list[CloudEvent]:
    """The events of a batch.

    Raises:
        Unreadable: not JSON, or an attribute is missing.
    """
    try:
        return _BATCH.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unreadable(str(error)) from error


def span(event: CloudEvent) -> tuple[int, int]:
    """The first and last sequence that the event is or stands for.

    Raises:
        Refused: the record breaks the contract.
    """
    last = int(event.sequence) if event.sequence.isdecimal() else 0
    if event.specversion != "1.0" or len(event.sequence) != 20 or not last:
        raise Refused(last, "not a CloudEvent 1.0 with a sequence of 20 digits")
    if event.type not in REQUIRED:
        return last, last
    data = msgspec.json.decode(event.data, type=dict[str, msgspec.Raw])
    missing = [field for field in REQUIRED[event.type] if field not in data]
    if missing:
        raise Refused(last, f"{event.type} without {', '.join(missing)}")
    if event.type != "cmsp.gap.v1":
        return last, last
    first, end = msgspec.json.decode(data["first"]), msgspec.json.decode(data["last"])
    if end != last or not isinstance(first, int) or not 0 < first <= last:
        raise Refused(last, "a gap's sequence is its last, and its first comes before")
    return first, last


class Store:
    """The head-end's own SQLite; `:memory:` or a path. Safe to use from several threads."""

    def __init__(self, path: str = ":memory:") -> None:
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.execute("pragma journal_mode = wal").fetchall()
        self._connection.execute("pragma synchronous = full")
        self._connection.executescript(SCHEMA)

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def durable(self, appliance: str) -> Durable:
        """Where this appliance stands; (None, 0) for one that is not known."""
        with self._lock:
            return self._durable(appliance)

    def _durable(self, appliance: str) -> Durable:
        row = self._connection.execute("select epoch, durable from appliances where id = ?", (appliance,)).fetchone()
        return Durable(*row) if row else Durable(None, 0)

    def accept(self, appliance: str, events: Sequence[CloudEvent]) -> Durable | Expected:
        """Make durable what follows, pass over what is known already, say what would follow where there is a hole.

        Raises:
            Refused: a record breaks the contract; what came before it in the batch is durable.
        """
        with self._lock:
            self._connection.execute("begin immediate")
            try:
                return self._accept(appliance, events)
            finally:
                self._connection.execute("commit")

    def _accept(self, appliance: str, events: Sequence[CloudEvent]) -> Durable | Expected:
        at = self._durable(appliance)
        rows: list[tuple[Any, ...]] = []
        try:
            for event in events:
                following = self._following(appliance, at, event)
                if isinstance(following, Expected):
                    return following
                if following != at:
                    at = following
                    rows.append(
                        (appliance, at.epoch, at.durable, event.id, event.type, event.source, event.subject, event.data)
                    )
        finally:
            self._connection.executemany("insert into records values(?, ?, ?, ?, ?, ?, ?, cast(? as text))", rows)
            self._set(appliance, at.epoch, at.durable)
        return at

    def _following(self, appliance: str, at: Durable, event: CloudEvent) -> Durable | Expected:
        """What is durable with this event too; the same as before for one that is known already."""
        first, last = span(event)
        if event.epoch != at.epoch:
            if self._is_old(appliance, event.epoch):
                return Expected(at.epoch, at.durable + 1)
            if first != 1:
                return Expected(event.epoch, 1)
            if event.type not in ("cmsp.epoch.v1", "cmsp.gap.v1"):
                raise Refused(last, "an epoch begins with cmsp.epoch.v1")
            self._connection.execute("insert into epochs(appliance, epoch) values(?, ?)", (appliance, event.epoch))
            return Durable(event.epoch, last)
        if last <= at.durable:
            return at
        return Durable(at.epoch, last) if first == at.durable + 1 else Expected(at.epoch, at.durable + 1)

    def _is_old(self, appliance: str, epoch: str) -> bool:
        found = self._connection.execute(
            "select 1 from epochs where appliance = ? and epoch = ?", (appliance, epoch)
        ).fetchone()
        return found is not None

    def _set(self, appliance: str, epoch: str | None, durable: int) -> None:
        self._connection.execute("insert or replace into appliances values(?, ?, ?)", (appliance, epoch, durable))

    def heartbeat(self, appliance: str, body: bytes) -> None:
        with self._lock:
            self._connection.execute("insert into heartbeats(appliance, body) values(?, ?)", (appliance, body.decode()))

    def heartbeats(self, appliance: str) -> list[dict[str, Any]]:
        """All heartbeats, the oldest first."""
        with self._lock:
            rows = self._connection.execute(
                "select body from heartbeats where appliance = ? order by number", (appliance,)
            ).fetchall()
        return [json.loads(body) for (body,) in rows]

    def records(self, appliance: str, type_: str = "") -> list[Stored]:
        """Everything that was reported, in the order of epochs and sequences; of one type where it is named."""
        with self._lock:
            rows = self._connection.execute(
                "select r.epoch, sequence, id, type, source, subject, data from records r join epochs e"
                " on e.appliance = r.appliance and e.epoch = r.epoch where r.appliance = ?1 and (?2 = '' or type = ?2)"
                " order by e.began, sequence",
                (appliance, type_),
            ).fetchall()
        columns = [field.name for field in fields(Stored)]
        return [Stored(**dict(zip(columns, (*row[:-1], json.loads(row[-1])), strict=True))) for row in rows]

    def count(self, appliance: str) -> int:
        """How many records are kept, gaps and epochs included."""
        with self._lock:
            return int(
                self._connection.execute("select count(*) from records where appliance = ?", (appliance,)).fetchone()[0]
            )

    def holes(self, appliance: str) -> list[tuple[str, int]]:
        """(epoch, sequence) that should be there and is not, nor is stood in for by a gap. Empty: all is there."""
        missing: list[tuple[str, int]] = []
        expected: dict[str, int] = {}
        for record in self.records(appliance):
            first = int(record.data["first"]) if record.type == "cmsp.gap.v1" else record.sequence
            wanted = expected.get(record.epoch, 1)
            missing += [(record.epoch, sequence) for sequence in range(wanted, min(first, record.sequence))]
            expected[record.epoch] = record.sequence + 1
        return missing

    def lose_everything(self) -> None:
        """The head-end's database is gone."""
        with self._lock:
            for table in ("appliances", "epochs", "records", "heartbeats"):
                self._connection.execute(f"delete from {table}")

    def fall_back(self, appliance: str, durable: int) -> None:
        """The head-end was restored from an older copy of itself: it is behind what it acknowledged."""
        with self._lock:
            epoch = self._durable(appliance).epoch
            self._set(appliance, epoch, durable)
            self._connection.execute(
                "delete from records where appliance = ? and epoch = ? and sequence > ?", (appliance, epoch, durable)
            )

    def run_ahead(self, appliance: str, durable: int) -> None:
        """The appliance was reverted: the head-end has more of its epoch than the appliance itself."""
        with self._lock:
            self._set(appliance, self._durable(appliance).epoch, durable)
