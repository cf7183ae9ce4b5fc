"""Accepted jobs, durable before the caller is answered, and the answers given for idempotency keys."""

import hashlib
import sqlite3
from dataclasses import dataclass

from cmsp_agent.model.errors import Conflict
from cmsp_agent.model.job import Job, JobState
from cmsp_agent.storage.encoding import decode, decoded, encode


def save(tx: sqlite3.Connection, job: Job) -> None:
    """Insert or replace a job, known by its id."""
    tx.execute(
        "insert or replace into jobs(id, state, created_at, body) values(?, ?, ?, ?)",
        (job.id, job.state.value, job.created_at, encode(job)),
    )


def find(connection: sqlite3.Connection, job_id: str) -> Job | None:
    """One job by its id."""
    row = connection.execute("select body from jobs where id = ?", (job_id,)).fetchone()
    return None if row is None else decode(row[0], Job)


def unfinished(connection: sqlite3.Connection) -> list[Job]:
    """Jobs that are queued or were running when the agent ended, the oldest first: to be taken up at start."""
    rows = connection.execute(
        "select body from jobs where state in (?, ?) order by id", (JobState.QUEUED.value, JobState.RUNNING.value)
    )
    return decoded(rows, Job)


def latest(connection: sqlite3.Connection, limit: int = 50) -> list[Job]:
    """The newest jobs first."""
    rows = connection.execute("select body from jobs order by id desc limit ?", (limit,))
    return decoded(rows, Job)


def forget_before(tx: sqlite3.Connection, before: int) -> None:
    """Delete jobs that are over, and idempotency keys, older than a time (ms since the epoch)."""
    tx.execute(
        "delete from jobs where created_at < ? and state not in (?, ?)",
        (before, JobState.QUEUED.value, JobState.RUNNING.value),
    )
    tx.execute("delete from idempotency where answered_at < ?", (before,))


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """The answer that a caller got the first time, to be given again."""

    status: int
    body: bytes


def answered(connection: sqlite3.Connection, key: str, principal: str, request: bytes) -> KeptAnswer | None:
    """The answer already given to this caller for this key; None where the request is new.

    Raises:
        Conflict: the key was used for another request.
    """
    row = connection.execute(
        "select request, status, body from idempotency where key = ? and principal = ?", (key, principal)
    ).fetchone()
    if row is None:
        return None
    if row[0] != _digest(request):
        raise Conflict("this idempotency key was used for another request")
    return KeptAnswer(row[1], row[2])


def remember(tx: sqlite3.Connection, key: str, principal: str, request: bytes, answer: KeptAnswer, now: int) -> None:
    """Keep the answer, in the transaction of what it promises."""
    tx.execute(
        "insert into idempotency(key, principal, request, answered_at, status, body) values(?, ?, ?, ?, ?, ?)",
        (key, principal, _digest(request), now, answer.status, answer.body),
    )


def _digest(request: bytes) -> bytes:
    return hashlib.sha256(request).digest()
