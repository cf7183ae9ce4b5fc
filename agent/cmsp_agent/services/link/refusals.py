"""What to do after an answer that takes nothing: a failure, or a refusal of what was sent. Pure, as `decision` is."""

from dataclasses import replace

from cmsp_agent.services.link.answers import BatchRefused, Failed, RecordRefused
from cmsp_agent.services.link.backoff import backoff
from cmsp_agent.services.link.link_state import Link, LinkStep, Sent

FIRST_ACCESS_WAIT = 30.0
LONGEST_ACCESS_WAIT = 900.0
DOUBTFUL_BORNE = 12
"""Doubtful refusals of a record alone before it is taken for their cause: some ten minutes of backoff."""


def failed(link: Link, answer: Failed, chance: float) -> tuple[Link, LinkStep]:
    """No answer, or one that says nothing of what was sent: everything is kept, and tried again ever more slowly."""
    failures = link.failures + 1
    wait = backoff(failures, chance)
    after = replace(link, asked=False, failures=failures, access_refused=False, reason=answer.reason)
    return after, LinkStep(violation=answer.violation, wait=wait)


def too_large(link: Link, sent: Sent | None, chance: float) -> tuple[Link, LinkStep]:
    """413: half of the batch next; a record that is too large alone is refused."""
    if sent is None:
        return failed(link, Failed("answered 413 to a question", violation=True), chance)
    if sent.count == 1:
        return batch_refused(link, sent, BatchRefused("too large alone"), chance)
    return replace(link, limit=sent.count // 2, reason="batch too large"), LinkStep()


def record_refused(link: Link, sent: Sent | None, answer: RecordRefused, chance: float) -> tuple[Link, LinkStep]:
    """422 with a sequence: that record alone next, and then a dead letter."""
    if sent is None or not sent.first <= answer.sequence <= sent.last:
        return batch_refused(link, sent, out_of_contract("refused a record that was not sent"), chance)
    if sent.count == 1 and link.alone == answer.sequence:
        return replace(link, alone=0, reason="record refused"), LinkStep(dead_letter=answer)
    return replace(link, alone=answer.sequence, reason="record refused"), LinkStep()


def out_of_contract(reason: str) -> BatchRefused:
    """An answer that the contract does not permit: nothing shows that the record is its cause."""
    return BatchRefused(reason, violation=True, doubtful=True)


def forbidden(link: Link, sent: Sent, chance: float) -> tuple[Link, LinkStep]:
    """Access refused to what was sent, and a moment ago not to the question: by something that reads what is sent?

    As slowly as any refusal of access, and reported as one, until a record is found to which it is refused alone.
    """
    after, step = batch_refused(link, sent, BatchRefused("access refused (403)", doubtful=True), chance)
    if step.dead_letter is not None:
        return after, step
    wait = backoff(after.failures, 0.5 + chance / 2, FIRST_ACCESS_WAIT, LONGEST_ACCESS_WAIT)
    return replace(after, access_refused=True), replace(step, wait=wait)


def put_back(link: Link) -> Link:
    """The state once a head-end that refuses a gap too has shown that the record need not be the cause."""
    return replace(link, refuses_all=True, limit=1)


def batch_refused(link: Link, sent: Sent | None, answer: BatchRefused, chance: float) -> tuple[Link, LinkStep]:
    """Halve until the bad record is alone, ask whether the head-end is well, send it again, then set it aside.

    What stands in for it is the proof: a head-end that takes that refused the record; one that refuses it too refuses
    everything, and the record is put back. A doubtful answer may be of a proxy: it costs time first, and a record only
    where it stays so.
    """
    if sent is None:
        return failed(link, Failed(answer.reason, answer.violation), chance)
    doubtful = answer.doubtful or link.refuses_all
    after = replace(link, failures=link.failures + 1, access_refused=False, suspect=sent.last, reason=answer.reason)
    wait = backoff(link.failures, chance) if doubtful else 0.0
    if sent.count > 1:
        # a doubtful answer may hide one that was taken: ask
        halved = replace(after, asked=not doubtful, limit=sent.count // 2)
        return halved, LinkStep(violation=answer.violation, wait=wait)
    alone = link.alone == sent.last
    refusals = link.refusals + 1 if alone else 1
    if not alone or (doubtful and refusals < DOUBTFUL_BORNE):
        if link.dead_letters:
            wait = backoff(link.dead_letters, chance, FIRST_ACCESS_WAIT, LONGEST_ACCESS_WAIT)
        after = replace(after, asked=False, alone=sent.last, refusals=refusals)
        return after, LinkStep(violation=answer.violation, wait=wait)
    after = replace(
        after, alone=0, suspect=0, limit=1, refusals=0, refuses_all=False, dead_letters=link.dead_letters + 1
    )
    return after, LinkStep(
        dead_letter=RecordRefused(sent.last, answer.reason), unnamed=True, violation=answer.violation
    )
