"""What the forwarder knows of the head-end, and the step that follows from an answer. Decides nothing: see decision."""

from dataclasses import dataclass, field

from cmsp_agent.services.link.answers import RecordRefused

MOST_RECORDS = 1000


@dataclass(frozen=True, slots=True)
class Numbers:
    """Where the outbox stands at the moment of a decision."""

    epoch: str
    earlier: frozenset[str]
    """Epochs of ours before this one."""
    last: int
    """The highest sequence given out."""
    durable: int = 0
    """The highest that was acknowledged in this epoch."""
    sent: int = 0
    """The highest that may have been sent in this epoch: a head-end that holds more shows that we were reverted."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The batch that was answered; None in its place means the question of what is durable."""

    first: int
    last: int
    count: int


@dataclass(frozen=True, slots=True)
class Link:
    """What we know of the head-end."""

    asked: bool = False
    """It has said what is durable since the last failure."""
    after: int = 0
    """The next batch holds what follows this sequence."""
    limit: int = MOST_RECORDS
    """Records in the next batch at most: halved by 413, doubled by each success."""
    alone: int = 0
    """Refused once: to be sent without others; 0: none."""
    suspect: int = 0
    """What was refused without a name is not after this sequence; 0: nothing is looked for."""
    dead_letters: int = 0
    """Records in a row that became dead letters without a name, and nothing taken between."""
    refusals: int = 0
    """Of the record that is sent alone, in a row."""
    refuses_all: bool = False
    """It refused the gap that stood in for a refused record too: the record was put back, and need not be the cause."""
    failures: int = 0
    """In a row."""
    reached: int = field(default=0, compare=False)
    """The highest that was ever taken in this epoch: what is sent does not depend on it."""
    access_refused: bool = False
    doubt: str = ""
    """What it said once that would make us begin a new epoch, if it says it again."""
    reason: str = ""
    """Why the last attempt failed; empty while all is well."""

    def span(self) -> tuple[int, int | None]:
        """Records in the next batch at most, and the last sequence that may be in it (None: any)."""
        if self.alone > self.after + 1:
            return self.limit, self.alone - 1
        if self.alone == self.after + 1:
            return 1, None
        return self.limit, None


@dataclass(frozen=True, slots=True)
class LinkStep:
    """What has to be done. `wait` is in seconds, after everything else."""

    forget: int = 0
    """The head-end has made everything up to here durable."""
    fill_from: int = 0
    """It expects this; where we no longer have it, a gap must stand in."""
    begin_epoch: str = ""
    """Reason for a new epoch."""
    lost: int = 0
    """Records that the head-end has of us and we do not."""
    dead_letter: RecordRefused | None = None
    unnamed: bool = False
    """The head-end did not name the dead letter: where it refuses the gap in its place too, it is put back."""
    violation: bool = False
    wait: float = 0.0
