"""The outbox for people: what waits, its dead letters, its check and its repair."""

import sqlite3
from dataclasses import asdict, dataclass

from cmsp_agent.aio.clock import Clock
from cmsp_agent.model.errors import Conflict
from cmsp_agent.model.event import Transition
from cmsp_agent.storage import outbox
from cmsp_agent.storage.outbox import dead_letters, gaps
from cmsp_agent.storage.outbox.dead_letters import Checked, DeadLetter
from cmsp_agent.storage.outbox.numbering import current
from cmsp_agent.storage.outbox.soundness import RowsDamaged
from cmsp_agent.storage.sqlite.database import Database
from cmsp_agent.storage.tables import events, incidents

__all__ = ["DeadLetter", "OutboxReport", "OutboxService"]


@dataclass(frozen=True, slots=True)
class OutboxReport:
    """How the outbox stands, as one reading of it says."""

    epoch: str
    depth: int
    oldest_at: int | None
    last: int
    durable: int
    sent: int
    dead_letters: int
    letters: tuple[DeadLetter, ...]


class OutboxService:
    """Reads and mends the outbox in `state.db`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def report(self, limit: int) -> OutboxReport:
        """What waits to be forwarded, and the first dead letters."""

        def read(connection: sqlite3.Connection) -> OutboxReport:
            backlog = outbox.backlog(connection)
            return OutboxReport(
                current(connection).epoch,
                backlog.depth,
                backlog.oldest_at,
                backlog.last,
                backlog.durable,
                outbox.sent(connection),
                gaps.dead_letters(connection),
                tuple(dead_letters.page(connection, limit)),
            )

        return await self._database.read(read)

    async def check(self, after: int) -> Checked:
        """Read a page of the outbox, each record against its checksum."""
        return await self._database.read(lambda connection: dead_letters.check(connection, after))

    async def repair(self, after: int) -> Checked:
        """Check a page; what is damaged becomes a dead letter, and a gap stands in its place."""

        def mend(tx: sqlite3.Connection) -> Checked:
            found = dead_letters.check(tx, after)
            for damaged in found.damaged:
                gaps.replace_damaged(tx, RowsDamaged(**asdict(damaged)), self._clock.now())
            return found

        return await self._database.write(mend)

    async def letter(self, letter: int) -> DeadLetter:
        """A dead letter with what is left of its record.

        Raises:
            NotFound: there is none.
        """
        return await self._database.read(lambda connection: dead_letters.find(connection, letter))

    async def retry(self, letter: int) -> int:
        """Send the record once more; its new sequence.

        Raises:
            NotFound: there is no such dead letter.
            Conflict: it is damaged, or the head-end knows better by now.
        """
        now = self._clock.now()

        def again(tx: sqlite3.Connection) -> int:
            if why := overtaken(tx, dead_letters.find(tx, letter)):
                raise Conflict(f"{why}: drop it: cmsp-agent outbox drop {letter}")
            return dead_letters.retry(tx, letter, now)

        return await self._database.write(again)

    async def drop(self, letter: int) -> None:
        """Drop a dead letter for good.

        Raises:
            NotFound: there is no such dead letter.
        """
        await self._database.write(lambda tx: dead_letters.drop(tx, letter))


def overtaken(connection: sqlite3.Connection, letter: DeadLetter) -> str:
    """Why a dead letter must not be sent any more: what it says has changed, and the head-end goes by what comes last.

    Empty where it may be.
    """
    data = letter.data
    if letter.type == "cmsp.event.v1" and data.get("state") == Transition.RAISE:
        known = events.is_active(connection, str(data.get("alarm")))
        return "" if known else "the alarm that it raises has ended, and would stay raised at the head-end"
    if letter.type == "cmsp.incident.v1" and data:
        incident = incidents.find(connection, str(data.get("id")))
        as_sent = (data.get("state"), data.get("priority"), data.get("urgency"))
        if incident is None or as_sent != (incident.state.value, incident.priority.value, incident.urgency.value):
            return "the incident has changed since, and would be as it was at the head-end"
    return ""
