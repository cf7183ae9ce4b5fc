"""Gaps in the sequence (cmsp.gap.v1): each replaces records that were evicted, refused or forgotten too early.

A gap is a row at the hole's last number that knows the hole's first; its body keeps the counts and the reason, and is
made a CloudEvent when it is read, because the head-end may have taken a part of the hole meanwhile.
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from cmsp_agent.model.ids import NewId, uuid7
from cmsp_agent.storage.encoding import DocumentInvalid, decode, encode
from cmsp_agent.storage.outbox import acknowledged
from cmsp_agent.storage.outbox.numbering import current, oldest_row
from cmsp_agent.storage.outbox.records import NO_SEVERITY, SEVERITIES, TYPES, Record, gap_record
from cmsp_agent.storage.outbox.soundness import GAP_KIND, RowsDamaged, checksum
from cmsp_agent.storage.sqlite import meta

EVICTED = "disk budget used up"
REFUSED = "refused by the head-end"
REFUSED_GAP = "a gap that was refused by the head-end"
FORGOTTEN = "acknowledged earlier and forgotten"
DAMAGED = "damaged on the appliance's disk"
EVICT_AT_A_TIME = 5000
SAMPLE = 200
ROW_OVERHEAD = 24
"""Bytes of a row beside its body."""
LAST_LETTER = "dead_letters.last"
"""The highest id that a dead letter ever had."""

Counts = dict[str, dict[str, int]]
"""Record type → severity (`none` where it has none) → number."""


@dataclass(frozen=True, slots=True)
class Hole:
    """What a gap row's body keeps."""

    id: str
    counts: Counts
    reason: str


def record(body: bytes, first: int, last: int, at: int) -> Record:
    """The contract record of a stored gap for first..last."""
    hole = _hole(body)
    return gap_record(hole.id, at, first, last, {"counts": hole.counts}, hole.reason)


def _hole(body: object) -> Hole:
    """What a gap's body says; a gap without counts where it can't be read."""
    try:
        return decode(body if isinstance(body, bytes) else b"", Hole)
    except DocumentInvalid:
        return Hole(uuid7(0), {}, DAMAGED)


def _insert(tx: sqlite3.Connection, first: int, row: int, now: int, hole: Hole) -> None:
    body = encode(hole)
    tx.execute(
        "insert or replace into outbox(row, first, kind, severity, appended_at, body, checksum)"
        " values(?, ?, ?, ?, ?, ?, ?)",
        (row, first, GAP_KIND, NO_SEVERITY, now, body, checksum(GAP_KIND, NO_SEVERITY, now, body)),
    )


def replace_damaged(tx: sqlite3.Connection, damaged: RowsDamaged, now: int, new_id: NewId = uuid7) -> None:
    """Put a gap where rows are missing or are not as they were written; what is there becomes a dead letter.

    A damaged gap that reached further back leaves the rest of its hole missing: it is found and replaced in turn.
    """
    epoch = current(tx)
    _keep(tx, epoch.epoch, damaged.last, damaged.last + epoch.base, damaged.reason, now)
    hole = Hole(new_id(now), {}, DAMAGED)
    _insert(tx, damaged.first + epoch.base, damaged.last + epoch.base, now, hole)


def _keep(tx: sqlite3.Connection, epoch: str, sequence: int, row: int, detail: str, now: int) -> None:
    """Copy a row of the outbox to the dead letters, whatever is in it, under an id that none had before."""
    (newest,) = tx.execute("select coalesce(max(row), 0) from dead_letters").fetchone()
    letter = max(meta.get_int(tx, LAST_LETTER), newest) + 1
    kept = tx.execute(
        "insert into dead_letters(row, epoch, sequence, kind, refused_at, detail, body)"
        " select ?, ?, ?, coalesce(kind, -1), ?, ?, coalesce(body, x'') from outbox where row = ?",
        (letter, epoch, sequence, now, detail[:500], row),
    )
    if kept.rowcount:
        meta.put(tx, LAST_LETTER, letter)


def dead_letter(tx: sqlite3.Connection, sequence: int, detail: str, now: int, new_id: NewId = uuid7) -> bool:
    """Move a refused record to the dead letters and put a gap in its place; False where it is not there any more."""
    epoch = current(tx)
    place = sequence + epoch.base
    row = tx.execute("select kind, severity, first, body from outbox where row = ?", (place,)).fetchone()
    if row is None:
        return False
    kind, severity, first, body = row
    if first is not None and _hole(body).reason == REFUSED_GAP:
        return False  # nothing smaller can stand in its place
    _keep(tx, epoch.epoch, sequence, place, detail, now)
    if first is None:
        _insert(tx, place, place, now, Hole(new_id(now), _counted([(kind, severity, 1)]), REFUSED))
    else:
        _insert(tx, first, place, now, Hole(new_id(now), {}, REFUSED_GAP))
    return True


def put_back(tx: sqlite3.Connection, sequence: int) -> bool:
    """Put a dead letter back in the place of its gap, which nobody took; False where no such gap is there."""
    epoch = current(tx)
    place = sequence + epoch.base
    row = tx.execute("select appended_at, body from outbox where row = ? and first = row", (place,)).fetchone()
    letter = tx.execute(
        "select row, kind, body from dead_letters where epoch = ? and sequence = ? and kind <> ? order by row desc",
        (epoch.epoch, sequence, GAP_KIND),
    ).fetchone()
    if row is None or letter is None or (hole := _hole(row[1])).reason != REFUSED:
        return False
    names = [name for counts in hole.counts.values() for name in counts]  # of one record
    severity = next((number for number, level in enumerate(SEVERITIES) if level.value in names), NO_SEVERITY)
    _, kind, body = letter
    summed = checksum(kind, severity, row[0], body)
    tx.execute(
        "update outbox set first = null, kind = ?, severity = ?, body = ?, checksum = ? where row = ?",
        (kind, severity, body, summed, place),
    )
    tx.execute("delete from dead_letters where row = ?", (letter[0],))
    return True


def dead_letters(connection: sqlite3.Connection) -> int:
    """How many records the head-end refused for good."""
    return int(connection.execute("select count(*) from dead_letters").fetchone()[0])


def fill_before(tx: sqlite3.Connection, expected: int, now: int, new_id: NewId = uuid7) -> bool:
    """Stand in for what the head-end expects and we forgot long ago; False where nothing is missing.

    What is forgotten and not yet deleted is sent again.
    """
    base = current(tx).base
    wanted = expected + base
    if wanted >= oldest_row(tx):
        return False
    acknowledged.recall(tx, wanted)
    start = oldest_row(tx)
    if wanted >= start:
        return False
    _insert(tx, wanted, start - 1, now, Hole(new_id(now), {}, FORGOTTEN))
    return True


def evict(tx: sqlite3.Connection, budget: int, now: int, new_id: NewId = uuid7) -> int:
    """Where the outbox is larger than `budget` bytes, give up a step of its oldest run; return how many rows.

    The size is reckoned from the mean of the oldest and the newest bodies, so that no scan is needed.
    """
    excess = size(tx) - budget
    if excess <= 0 or acknowledged.delete_some(tx):
        return 0
    rows = tx.execute(
        "select row, first, kind, severity, length(body),"
        " case when first is null then null else body end from outbox order by row limit ?",
        (EVICT_AT_A_TIME,),
    ).fetchall()
    run = []
    for row in rows[: max(1, len(rows) - 1)]:
        run.append(row)
        excess -= row[4] + ROW_OVERHEAD
        if excess <= 0:
            break
    counts = _counted([(kind, severity, 1) for _, first, kind, severity, _, _ in run if first is None])
    for _, first, _, _, _, body in run:
        if first is not None:
            counts = _joined(counts, _hole(body).counts)
    first_row, last_row = (run[0][0] if run[0][1] is None else run[0][1]), run[-1][0]
    tx.execute("delete from outbox where row <= ?", (last_row,))
    _insert(tx, first_row, last_row, now, Hole(new_id(now), counts, EVICTED))
    return len(run)


def size(connection: sqlite3.Connection) -> int:
    """Bytes in the outbox, about."""
    first, last = connection.execute("select min(row), max(row) from outbox").fetchone()
    if first is None:
        return 0
    mean = connection.execute(
        "select avg(size) from (select length(body) as size from"
        " (select body from outbox order by row limit :n) union all"
        " select length(body) from (select body from outbox order by row desc limit :n))",
        {"n": SAMPLE},
    ).fetchone()[0]
    return int((last - first + 1) * (mean + ROW_OVERHEAD))


def _counted(rows: list[tuple[int, int, int]]) -> Counts:
    counts: Counts = {}
    for kind, severity, n in rows:
        name = SEVERITIES[severity].value if severity in range(len(SEVERITIES)) else "none"
        by_severity = counts.setdefault(TYPES[kind] if kind in range(len(TYPES)) else "unknown", {})
        by_severity[name] = by_severity.get(name, 0) + n
    return counts


def _joined(some: Mapping[str, Mapping[str, int]], more: Mapping[str, Mapping[str, int]]) -> Counts:
    joined = {kind: dict(by_severity) for kind, by_severity in some.items()}
    for kind, by_severity in more.items():
        mine = joined.setdefault(kind, {})
        for severity, n in by_severity.items():
            mine[severity] = mine.get(severity, 0) + n
    return joined
