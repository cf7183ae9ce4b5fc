"""The table of answers of the contract, as transitions."""

from dataclasses import replace

import pytest

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
from cmsp_agent.services.link.decision import decide, settled
from cmsp_agent.services.link.link_state import Link, LinkStep, Numbers, Sent

NUMBERS = Numbers("E", frozenset({"D"}), last=120, durable=40, sent=100)
LINK = Link(asked=True, after=50)
SENT = Sent(51, 60, 10)


def after(
    answer: HeadendAnswer, link: Link = LINK, sent: Sent | None = SENT, chance: float = 0.5
) -> tuple[Link, LinkStep]:
    return decide(link, NUMBERS, sent, answer, chance)


def twice(answer: HeadendAnswer) -> tuple[Link, LinkStep]:
    """The head-end says the same two times when it is asked."""
    link, step = after(answer, Link(), None)
    assert step.begin_epoch == ""
    return after(answer, link, None)


class TestAcknowledged:
    def test_everything(self) -> None:
        link, step = after(Durable("E", 60))
        assert step == LinkStep(forget=60)
        assert link == Link(asked=True, after=60)

    def test_a_part(self) -> None:
        link, step = after(Durable("E", 55))
        assert (link.after, step) == (55, LinkStep(forget=55))

    def test_failures_are_over(self) -> None:
        link, _ = after(Durable("E", 60), replace(LINK, failures=7, limit=125, reason="x"))
        assert (link.failures, link.limit, link.reason) == (0, 250, "")

    def test_what_was_durable_before_is_no_progress_and_the_wait_grows(self) -> None:
        link, waits = LINK, []
        for _ in range(12):
            # answers the question with less, and each batch with the same number, in its middle
            link, step = after(Durable("E", 35), replace(link, asked=True, after=30), Sent(31, 40, 10), chance=1.0)
            link, step = after(Durable("E", 35), link, Sent(36, 45, 10), chance=1.0)
            waits.append(step.wait)
            link, _ = after(Durable("E", 30), link, None)
        assert waits[:4] == [1, 2, 4, 8]
        assert waits[-1] == 300

    @pytest.mark.parametrize("answer", [Durable("E", 61), Durable("D", 60), Durable("X", 60), Durable(None, 60)])
    def test_nonsense_forgets_nothing_and_asks(self, answer: Durable) -> None:
        link, step = after(answer)
        assert step == LinkStep(violation=True, wait=1.0)
        assert not link.asked

    def test_nothing_of_what_was_sent_asks_too(self) -> None:
        link, step = after(Durable("E", 50))
        assert step == LinkStep(wait=1.0)
        assert (link.asked, link.failures) == (False, 1)


class TestAnswersAtTheStart:
    def test_goes_on_from_there(self) -> None:
        link, step = after(Durable("E", 70), Link(), None)
        assert (link.asked, link.after, step) == (True, 70, LinkStep(forget=70, fill_from=71))

    def test_unknown_to_the_head_end(self) -> None:
        link, step = after(Durable(None, 0), Link(), None)
        assert (link.asked, link.after, step) == (True, 0, LinkStep(fill_from=1))

    def test_knows_an_earlier_epoch_only(self) -> None:
        link, step = after(Durable("D", 900), Link(), None)
        assert (link.asked, link.after, step) == (True, 0, LinkStep(fill_from=1))

    def test_holds_what_we_have_but_never_sent(self) -> None:
        assert twice(Durable("E", 110))[1].begin_epoch == "behind"

    def test_is_ahead_of_us(self) -> None:
        assert twice(Durable("E", 101)) == (
            Link(asked=True, failures=1),
            LinkStep(begin_epoch="behind", lost=1, wait=1.0),
        )

    def test_knows_an_epoch_that_we_do_not(self) -> None:
        assert twice(Durable("X", 5))[1].begin_epoch == "unknown"

    def test_what_was_said_once_only_begins_nothing(self) -> None:
        link, step = after(Durable("X", 5), Link(), None)
        assert (link.asked, step) == (False, LinkStep(wait=1.0))
        link, step = after(Durable("E", 70), link, None)
        assert step == LinkStep(forget=70, fill_from=71)
        link, _ = after(Durable("E", 80), link, Sent(71, 80, 10))
        assert after(Durable("X", 5), link, None)[1].begin_epoch == ""

    def test_an_unknown_epoch_of_ours_introduces_itself(self) -> None:
        link, step = decide(Link(), replace(NUMBERS, durable=0), None, Durable("X", 5), 0.5)
        assert (link.after, step) == (0, LinkStep(fill_from=1, lost=5))

    def test_an_answer_to_a_question_does_not_end_the_backoff(self) -> None:
        link, _ = after(Durable("E", 70), Link(failures=5), None)
        assert link.failures == 5
        assert settled(link).failures == 0

    def test_nonsense_cannot_make_us_begin_epochs_in_a_row_without_waiting(self) -> None:
        link, waits = Link(), []
        for _ in range(24):
            link, step = after(Durable("X", 5), link, None, chance=1.0)
            waits.append(step.wait)
        assert waits[:6] == [1, 2, 2, 4, 4, 8]
        assert waits[-1] == 300


class TestExpectsAnother:
    def test_a_later_one(self) -> None:
        link, step = after(Expected("E", 56))
        assert (link.after, step) == (55, LinkStep(fill_from=56))

    def test_an_earlier_one_is_filled_up(self) -> None:
        link, step = after(Expected("E", 3))
        assert (link.after, step) == (2, LinkStep(fill_from=3))

    def test_the_same_again_and_again_waits(self) -> None:
        link, step = after(Expected("E", 51))
        assert (step.violation, step.wait, link.asked) == (True, 1.0, False)

    def test_to_and_fro_waits_from_the_second_time_on(self) -> None:
        link, step = after(Expected("E", 56))
        assert step.wait == 0
        link, step = after(Expected("E", 20), link, Sent(56, 60, 5), chance=1.0)
        assert step.wait == 2.0

    def test_more_than_we_have_asks_first(self) -> None:
        link, step = after(Expected("E", 200))
        assert (link.asked, step.begin_epoch) == (False, "")

    def test_an_earlier_epoch_begins_with_the_first(self) -> None:
        link, step = after(Expected("D", 900))
        assert (link.after, step) == (0, LinkStep(fill_from=1))
        assert after(Expected("D", 900), LINK, Sent(1, 10, 10))[1] == LinkStep(wait=1.0)

    def test_a_newer_epoch_than_ours_means_that_we_were_reverted(self) -> None:
        first, again = Sent(1, 10, 10), Expected("X", 9)
        link, step = after(again, LINK, first)
        assert (link.asked, step.begin_epoch) == (False, "")
        assert after(again, link, first)[1].begin_epoch == "unknown"
        assert after(Expected("X", 9))[1].begin_epoch == ""

    def test_to_a_question_is_nonsense(self) -> None:
        assert after(Expected("E", 9), Link(), None)[1].violation


class TestTooLarge:
    def test_halves(self) -> None:
        link, step = after(TooLarge())
        assert (link.limit, step) == (5, LinkStep())

    def test_one_alone_is_tried_once_more(self) -> None:
        link, step = after(TooLarge(), LINK, Sent(51, 51, 1))
        assert (link.alone, step) == (51, LinkStep())
        link, step = after(TooLarge(), link, Sent(51, 51, 1))
        assert step.dead_letter == RecordRefused(51, "too large alone")
        assert link.alone == 0


class TestRecordRefused:
    refused = RecordRefused(55, "no such field")

    def test_the_first_time_it_is_sent_alone_after_those_before_it(self) -> None:
        link, step = after(self.refused)
        assert step == LinkStep()
        assert link.span() == (1000, 54)
        link, _ = after(Durable("E", 54), link, Sent(51, 54, 4))
        assert link.span() == (1, None)

    def test_the_second_time_it_is_a_dead_letter(self) -> None:
        link, step = after(self.refused, Link(asked=True, after=54, alone=55), Sent(55, 55, 1))
        assert step == LinkStep(dead_letter=self.refused)
        assert link.span() == (1000, None)

    def test_refused_once_then_taken(self) -> None:
        link, _ = after(Durable("E", 55), Link(asked=True, after=54, alone=55), Sent(55, 55, 1))
        assert link.span() == (1000, None)

    def test_one_that_was_not_sent_is_nonsense(self) -> None:
        assert after(RecordRefused(99, ""))[1].violation
        assert after(self.refused, Link(), None)[1].violation


class TestBatchRefused:
    """A head-end that refuses what holds `bad`, and does not say which record it is."""

    unnamed = BatchRefused("answered 400")

    def exchanges(self, bad: int, records: int) -> tuple[list[tuple[int, int]], RecordRefused | None]:
        """The batches that are sent until the bad record is a dead letter."""
        numbers = Numbers("E", frozenset(), last=records, sent=records)
        link, batches = Link(asked=True), []
        for _ in range(60):
            if not link.asked:
                link, _ = decide(link, numbers, None, Durable("E", link.after), 0.5)
            limit, until = link.span()
            sent = Sent(link.after + 1, min(link.after + limit, until or records, records), 0)
            sent = replace(sent, count=sent.last - sent.first + 1)
            batches.append((sent.first, sent.last))
            answer = self.unnamed if sent.first <= bad <= sent.last else Durable("E", sent.last)
            link, step = decide(link, numbers, sent, answer, 0.5)
            assert step.wait == 0
            if step.dead_letter is not None:
                return batches, step.dead_letter
        return batches, None

    @pytest.mark.parametrize("bad", [1, 2, 500, 501, 777, 999, 1000])
    def test_the_bad_record_is_found_by_halves_and_set_aside_alone(self, bad: int) -> None:
        batches, dead_letters = self.exchanges(bad, 1000)
        assert dead_letters == RecordRefused(bad, "answered 400")
        assert batches[-2:] == [(bad, bad)] * 2
        assert len(batches) <= 22

    def test_only_a_record_of_its_own(self) -> None:
        batches, dead_letters = self.exchanges(1, 1)
        assert (batches, dead_letters) == ([(1, 1)] * 2, RecordRefused(1, "answered 400"))

    def test_it_is_asked_whether_the_head_end_is_well_before_a_record_is_set_aside(self) -> None:
        link, step = after(self.unnamed, LINK, Sent(51, 51, 1))
        assert (link.asked, link.alone, step) == (False, 51, LinkStep())
        link, step = after(BatchRefused("a page", violation=True, doubtful=True), link, None)
        assert (link.asked, step.dead_letter, step.wait) == (False, None, 2.0)

    @pytest.mark.parametrize(
        "answer", [BatchRefused("a page", doubtful=True), Durable(None, 51), Durable("X", 51), Durable("E", 50)]
    )
    def test_answers_that_cannot_be_read_cost_time_before_they_cost_a_record(self, answer: HeadendAnswer) -> None:
        link, waits = LINK, []
        while True:
            link, step = after(answer, link, Sent(51, 51, 1), chance=1.0)
            waits.append(step.wait)
            if step.dead_letter is not None:
                break
        assert len(waits) == 12
        assert sum(waits) > 600

    def test_a_head_end_to_which_each_record_is_too_large_costs_them_as_seldom(self) -> None:
        link = replace(LINK, alone=51, dead_letters=3)
        link, _ = after(TooLarge(), link, Sent(51, 51, 1))
        _, step = after(TooLarge(), link, Sent(52, 52, 1), chance=1.0)
        assert step.wait == 480

    def test_a_head_end_that_refuses_everything_costs_a_record_ever_more_seldom(self) -> None:
        link, waits = LINK, []
        for _ in range(8):
            link, step = after(self.unnamed, link, Sent(51, 51, 1), chance=1.0)
            waits.append(step.wait)
            link, step = after(self.unnamed, link, Sent(51, 51, 1), chance=1.0)
            assert step.dead_letter is not None
        assert waits == [0, 60, 120, 240, 480, 900, 900, 900]
        assert after(Durable("E", 60), link)[0].dead_letters == 0


def test_a_connection_that_ended_is_no_failure_but_a_question() -> None:
    link, step = after(Unsent())
    assert (link, step) == (replace(LINK, asked=False), LinkStep())


class TestWaits:
    def test_to_be_asked_to_wait_no_time_is_a_second(self) -> None:
        assert after(Wait(0.0))[1].wait == 1.0

    def test_asked_to(self) -> None:
        link, step = after(Wait(17.0))
        assert step == LinkStep(wait=17.0)
        assert (link.asked, link.after) == (True, 50)

    def test_full_jitter_from_1_s_to_5_min(self) -> None:
        for chance in (0.0, 0.3, 1.0):
            link, waits = LINK, []
            for _ in range(15):
                link, step = after(Failed("silent"), link, chance=chance)
                waits.append(step.wait)
            assert min(waits) >= 1.0
            assert max(waits) == max(1.0, 300 * chance)
            assert waits == sorted(waits)

    def test_access_refused_is_tried_slowly(self) -> None:
        link, waits = LINK, []
        for _ in range(10):
            link, step = after(AccessRefused(403), link, chance=1.0)
            waits.append(step.wait)
        assert waits[:3] == [60, 120, 240]
        assert waits[-1] == 900
        assert link.access_refused
        assert not after(Durable("E", 60), link)[0].access_refused
