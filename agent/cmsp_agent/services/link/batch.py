"""The next batch of the outbox, read and compressed on a reading thread. Sends nothing: see forwarder."""

import sqlite3
from dataclasses import dataclass

from cmsp_agent.services.link.link_state import Link, Numbers, Sent
from cmsp_agent.storage import outbox
from cmsp_agent.storage.compression import compress
from cmsp_agent.storage.outbox.numbering import current, known


@dataclass(frozen=True, slots=True)
class Parcel:
    """Where the outbox stands, and the next batch, compressed; None where nothing waits."""

    link: Link
    """For which it was packed."""
    numbers: Numbers
    sent: Sent | None
    wire: bytes


def pack(connection: sqlite3.Connection, link: Link) -> Parcel:
    """Read and compress the next batch; runs on a reading thread."""
    epoch = current(connection)
    earlier = frozenset(known(connection)) - {epoch.epoch}
    backlog = outbox.backlog(connection)
    numbers = Numbers(epoch.epoch, earlier, backlog.last, backlog.durable, outbox.sent(connection))
    limit, until = link.span()
    batch = outbox.read_batch(connection, link.after, limit, until=until) if link.asked else None
    if batch is None and until is not None and link.asked:
        # what is to go alone lies inside a gap: the gap itself goes alone
        batch = outbox.read_batch(connection, link.after, 1)
    if batch is None:
        return Parcel(link, numbers, None, b"")
    return Parcel(link, numbers, Sent(batch.first, batch.last, batch.count), compress(batch.body))
