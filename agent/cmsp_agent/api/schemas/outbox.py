"""The outbox, its dead letters and its check."""

from cmsp_agent.api.schemas.base import Paged, Shape


class DeadLetterView(Shape):
    """A record that the head-end refused for good, or that was damaged; a gap stands in its place."""

    id: int
    epoch: str
    sequence: int
    type: str
    refused_at: str
    reason: str


class DeadLetterText(DeadLetterView):
    """A dead letter with what is left of its record."""

    text: str


class OutboxState(Paged):
    """What waits to be forwarded, and the dead letters, the newest first."""

    epoch: str
    depth: int
    oldest_at: str | None
    last: int
    durable: int
    sent: int
    dead_letters: int
    items: list[DeadLetterView]


class DamagedRecords(Shape):
    """A run of sequences that are missing or not as they were written."""

    first: int
    last: int
    reason: str


class OutboxCheck(Shape):
    """One page of a check; `next` asks for the following one, 0 at the end."""

    rows: int
    damaged: list[DamagedRecords]
    repaired: int
    next: int


class Appended(Shape):
    """The sequence under which a record is sent once more."""

    sequence: int


class Dropped(Shape):
    """The dead letter that was dropped."""

    id: int
