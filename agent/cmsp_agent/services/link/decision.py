"""What to do after an answer: the forwarder's state machine. Pure; `forwarder` carries the steps out.

`decide(link, sent, answer, chance)` returns the next state and a step. The state is what is known of the head-end; the
step says what has to be done to the outbox and how long to wait.
"""

from dataclasses import replace

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
from cmsp_agent.services.link.link_state import MOST_RECORDS, Link, LinkStep, Numbers, Sent
from cmsp_agent.services.link.refusals import (
    FIRST_ACCESS_WAIT,
    LONGEST_ACCESS_WAIT,
    batch_refused,
    failed,
    forbidden,
    out_of_contract,
    record_refused,
    too_large,
)

SHORTEST_WAIT = 1.0
"""Also where the head-end asks for none: it may say so again and again."""


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
            return too_large(link, sent, chance)
        case RecordRefused():
            return record_refused(link, sent, answer, chance)
        case BatchRefused():
            return batch_refused(link, sent, answer, chance)
        case Unsent():
            return replace(link, asked=False), LinkStep()
        case Wait(seconds):
            return replace(link, access_refused=False, reason="asked to wait"), LinkStep(
                wait=max(seconds, SHORTEST_WAIT)
            )
        case AccessRefused(403) if sent is not None and link.asked:
            return forbidden(link, sent, chance)
        case AccessRefused(status):
            failures = link.failures + 1
            wait = backoff(failures, 0.5 + chance / 2, FIRST_ACCESS_WAIT, LONGEST_ACCESS_WAIT)
            reason = f"access refused ({status})"
            return replace(link, asked=False, failures=failures, access_refused=True, reason=reason), LinkStep(
                wait=wait
            )
        case Failed():
            return failed(link, answer, chance)


def _well(link: Link, after: int) -> Link:
    alone = link.alone if link.alone > after else 0
    # what was taken before is no progress: a head-end that says it again and again must not make us spin
    failures = 0 if after > link.reached else link.failures
    well = Link(asked=True, after=after, alone=alone, failures=failures, reached=max(link.reached, after))
    if link.suspect > after:
        # half of what is left of a batch that was refused, until its bad record is found
        return replace(well, limit=(link.suspect - after + 1) // 2, suspect=link.suspect)
    return replace(well, limit=min(MOST_RECORDS, link.limit * 2))


def _durable(link: Link, numbers: Numbers, sent: Sent | None, answer: Durable, chance: float) -> tuple[Link, LinkStep]:
    if sent is None:
        return _stands_at(link, numbers, answer.epoch, answer.durable, chance)
    if answer.epoch is None:
        return batch_refused(link, sent, out_of_contract("acknowledged without an epoch"), chance)
    if answer.epoch != numbers.epoch:
        return batch_refused(link, sent, out_of_contract("acknowledged another epoch than was sent"), chance)
    if answer.durable > sent.last:
        return batch_refused(link, sent, out_of_contract("acknowledged more than was sent"), chance)
    if answer.durable < sent.first:
        nothing = BatchRefused("acknowledged nothing of what was sent", doubtful=True)
        return batch_refused(link, sent, nothing, chance)
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
    after = replace(
        link, asked=True, after=durable, alone=well.alone, suspect=well.suspect, access_refused=False, reason=""
    )
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
        return failed(link, Failed("answered 409 to a question", violation=True), chance)
    if answer.epoch == numbers.epoch and answer.expected <= numbers.sent + 1:
        if answer.expected == sent.first:
            return batch_refused(link, sent, out_of_contract("expects what it was sent"), chance)
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
    return failed(link, Failed(f"expects {answer.expected} of epoch {answer.epoch}"), chance)


def _once(link: Link, chance: float) -> float:
    """No wait for the first correction in a row, backoff from the second on."""
    return backoff(link.failures, chance) if link.failures else 0.0
