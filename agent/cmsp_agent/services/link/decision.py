"""What to do after an answer: the forwarder's state machine. Pure; `forwarder` carries the steps out.

`decide(link, sent, answer, chance)` returns the next state and a step. The state is what is known of the head-end; the
step says what has to be done to the outbox and how long to wait.
"""

from dataclasses import dataclass, replace

from cmsp_agent.services.link.answers import (
    AccessRefused,
    BatchRefused,
    Durable,
    Expected,
    Failed,
    HeadendAnswer,
    RecordRefused,
    TooLarge,
    Unsent,
    Wait,
)
from cmsp_agent.services.link.backoff import backoff

MOST_RECORDS = 1000
FIRST_ACCESS_WAIT = 30.0
LONGEST_ACCESS_WAIT = 900.0
SHORTEST_WAIT = 1.0
"""Also where the head-end asks for none: it may say so again and again."""
UNREADABLE_BORNE = 12
"""Answers in a row that can't be read before a record is taken for their cause: some ten minutes of backoff."""


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
    failures: int = 0
    """In a row."""
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
    violation: bool = False
    wait: float = 0.0


def decide(
    link: Link, numbers: Numbers, sent: Sent | None, answer: HeadendAnswer, chance: float
) -> tuple[Link, LinkStep]:
    """The next state and the step.

    Args:
        link: what was known before.
        numbers: where the outbox stands.
        sent: what was answered.
        answer: the answer.
        chance: a random number from 0 to 1, for the jitter.
    """
    match answer:
        case Durable():
            return _durable(link, numbers, sent, answer, chance)
        case Expected():
            return _expected(link, numbers, sent, answer, chance)
        case TooLarge():
            return _too_large(link, sent, chance)
        case RecordRefused():
            return _refused(link, sent, answer, chance)
        case BatchRefused():
            return _batch_refused(link, sent, answer, chance)
        case Unsent():
            return replace(link, asked=False), LinkStep()
        case Wait(seconds):
            return replace(link, access_refused=False, reason="asked to wait"), LinkStep(
                wait=max(seconds, SHORTEST_WAIT)
            )
        case AccessRefused(status):
            failures = link.failures + 1
            wait = backoff(failures, 0.5 + chance / 2, FIRST_ACCESS_WAIT, LONGEST_ACCESS_WAIT)
            reason = f"access refused ({status})"
            return replace(link, asked=False, failures=failures, access_refused=True, reason=reason), LinkStep(
                wait=wait
            )
        case Failed():
            return _failed(link, answer, chance)


def _failed(link: Link, answer: Failed, chance: float) -> tuple[Link, LinkStep]:
    failures = link.failures + 1
    wait = backoff(failures, chance)
    after = replace(link, asked=False, failures=failures, access_refused=False, reason=answer.reason)
    return after, LinkStep(violation=answer.violation, wait=wait)


def _well(link: Link, after: int) -> Link:
    alone = link.alone if link.alone > after else 0
    if link.suspect > after:
        # half of what is left of a batch that was refused, until its bad record is found
        return Link(asked=True, after=after, limit=(link.suspect - after + 1) // 2, alone=alone, suspect=link.suspect)
    return Link(asked=True, after=after, limit=min(MOST_RECORDS, link.limit * 2), alone=alone)


def _durable(link: Link, numbers: Numbers, sent: Sent | None, answer: Durable, chance: float) -> tuple[Link, LinkStep]:
    if sent is None:
        return _stands_at(link, numbers, answer.epoch, answer.durable, chance)
    if answer.epoch is None:
        return _batch_refused(link, sent, BatchRefused("acknowledged without an epoch", violation=True), chance)
    if answer.epoch != numbers.epoch:
        return _failed(link, Failed("acknowledged another epoch than was sent", violation=True), chance)
    if answer.durable > sent.last:
        return _failed(link, Failed("acknowledged more than was sent", violation=True), chance)
    if answer.durable < sent.first:
        return _failed(link, Failed("acknowledged nothing of what was sent"), chance)
    return _well(link, answer.durable), LinkStep(forget=answer.durable)


def _stands_at(link: Link, numbers: Numbers, epoch: str | None, durable: int, chance: float) -> tuple[Link, LinkStep]:
    """The head-end said where it stands, asked or by a 409: go on from there, or begin an epoch where that can't be."""
    if epoch is None or epoch in numbers.earlier:
        durable = 0
    elif epoch != numbers.epoch:
        if numbers.durable:
            return _doubted(link, "unknown", f"is in epoch {epoch}", chance, durable)
        # nothing of the present epoch was sent yet: its first record introduces it
        return replace(link, asked=True, after=0), LinkStep(fill_from=1, lost=durable)
    if durable > numbers.sent:
        return _doubted(link, "behind", f"has {durable}", chance, durable - numbers.sent)
    forget = durable if epoch == numbers.epoch else 0
    # an answer to a question is not yet a batch taken: what failed before may fail again
    well = _well(link, durable)
    after = replace(well, limit=link.limit, failures=link.failures, doubt=link.doubt, dead_letters=link.dead_letters)
    return after, LinkStep(forget=forget, fill_from=durable + 1)


def taken(link: Link, last: int) -> Link:
    """The state if the batch that ends with `last` will be taken as a whole: what to get ready for."""
    return _well(link, last)


def settled(link: Link) -> Link:
    """Nothing waits and the head-end answers: all is well."""
    return replace(link, failures=0, doubt="", reason="")


def _doubted(link: Link, reason: str, claim: str, chance: float, lost: int) -> tuple[Link, LinkStep]:
    """A new epoch sends what waits under new numbers: only for a claim that is made twice, and ever more slowly."""
    wait = backoff(link.failures, chance)
    if link.doubt != claim:
        failures = link.failures + 1
        return replace(link, asked=False, failures=failures, doubt=claim, reason=claim), LinkStep(wait=wait)
    return Link(asked=True, limit=link.limit, failures=link.failures), LinkStep(
        begin_epoch=reason, lost=lost, wait=wait
    )


def _expected(
    link: Link, numbers: Numbers, sent: Sent | None, answer: Expected, chance: float
) -> tuple[Link, LinkStep]:
    if sent is None:
        return _failed(link, Failed("answered 409 to a question", violation=True), chance)
    if answer.epoch == numbers.epoch and answer.expected <= numbers.sent + 1:
        if answer.expected == sent.first:
            return _failed(link, Failed("expects what it was sent", violation=True), chance)
        after, step = _stands_at(link, numbers, answer.epoch, answer.expected - 1, chance)
        # a hole is not a success: an answer that moves to and fro must not make us spin
        return replace(after, failures=link.failures + 1), replace(step, forget=0, wait=_once(link, chance))
    if answer.epoch in numbers.earlier and sent.first != 1:
        return replace(link, after=0, alone=0, failures=link.failures + 1), LinkStep(
            fill_from=1, wait=_once(link, chance)
        )
    if sent.first == 1 and answer.epoch not in (None, numbers.epoch, *numbers.earlier):
        # our epoch is an old one there: we were reverted to it
        return _doubted(link, "unknown", f"is in epoch {answer.epoch}", chance, answer.expected - 1)
    # more than we have, or no sense: ask before anything is begun anew
    return _failed(link, Failed(f"expects {answer.expected} of epoch {answer.epoch}"), chance)


def _once(link: Link, chance: float) -> float:
    """No wait for the first correction in a row, backoff from the second on."""
    return backoff(link.failures, chance) if link.failures else 0.0


def _too_large(link: Link, sent: Sent | None, chance: float) -> tuple[Link, LinkStep]:
    if sent is None:
        return _failed(link, Failed("answered 413 to a question", violation=True), chance)
    if sent.count == 1:
        return _batch_refused(link, sent, BatchRefused("too large alone"), chance)
    return replace(link, limit=sent.count // 2, reason="batch too large"), LinkStep()


def _refused(link: Link, sent: Sent | None, answer: RecordRefused, chance: float) -> tuple[Link, LinkStep]:
    if sent is None or not sent.first <= answer.sequence <= sent.last:
        return _batch_refused(link, sent, BatchRefused("refused a record that was not sent", violation=True), chance)
    if sent.count == 1 and link.alone == answer.sequence:
        return replace(link, alone=0, reason="record refused"), LinkStep(dead_letter=answer)
    return replace(link, alone=answer.sequence, reason="record refused"), LinkStep()


def _batch_refused(link: Link, sent: Sent | None, answer: BatchRefused, chance: float) -> tuple[Link, LinkStep]:
    """Halve until the bad record is alone, ask whether the head-end is well, send it again, then set it aside.

    A head-end that refuses everything costs a record ever more seldom: it looks like a run of bad records. An answer
    that can't be read may be of a proxy: it costs time first, and a record only where it stays so.
    """
    if sent is None:
        return _failed(link, Failed(answer.reason, answer.violation), chance)
    failures = link.failures + 1
    after = replace(link, failures=failures, access_refused=False, suspect=sent.last, reason=answer.reason)
    wait = backoff(link.failures, chance) if answer.violation else 0.0
    if sent.count > 1:
        # an answer that can't be read may hide one that was taken: ask
        halved = replace(after, asked=not answer.violation, limit=sent.count // 2)
        return halved, LinkStep(violation=answer.violation, wait=wait)
    if link.alone != sent.last or (answer.violation and failures < UNREADABLE_BORNE):
        if link.dead_letters:
            wait = backoff(link.dead_letters, chance, FIRST_ACCESS_WAIT, LONGEST_ACCESS_WAIT)
        return replace(after, asked=False, alone=sent.last), LinkStep(violation=answer.violation, wait=wait)
    after = replace(after, alone=0, suspect=0, limit=1, dead_letters=link.dead_letters + 1)
    return after, LinkStep(dead_letter=RecordRefused(sent.last, answer.reason), violation=answer.violation)
