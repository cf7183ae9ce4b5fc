"""What is said again in the same words is counted; what has changed since is never taken for a repetition."""

from collections.abc import Iterable

from cmsp_agent.model.event import AlarmKey
from cmsp_agent.model.signal import PollSignal, Signal, SyslogSignal, TrapSignal
from cmsp_agent.pipeline.repeats import KEPT, MOST_KNOWN, Repeats

DOWN = SyslogSignal("gw", 1, "LINK-3-UPDOWN", "Interface Gi0/1, changed state to down", 3)
UP = SyslogSignal("gw", 1, "LINK-3-UPDOWN", "Interface Gi0/1, changed state to up", 3)
OTHER = SyslogSignal("gw", 1, "LINK-3-UPDOWN", "Interface Gi0/2, changed state to down", 3)
LINK_DOWN = TrapSignal("gw", 1, "1.3.6.1.6.3.1.1.5.3", (("1.3.6.1.2.1.2.2.1.1.1", 1),))


def key(signal: Signal) -> AlarmKey:
    words = getattr(signal, "text", "Gi0/1").partition(",")[0]
    return AlarmKey(signal.component, "interface.down", words.rpartition(" ")[2])


def judged(repeats: Repeats, signals: Iterable[Signal]) -> list[tuple[Signal, int]]:
    """One batch, made durable."""
    fresh = repeats.take(signals)
    repeats.learn([(signal, [key(signal)] if raises(signal) else []) for signal in fresh])
    return shown(fresh)


def raises(signal: Signal) -> bool:
    return not isinstance(signal, SyslogSignal) or "changed state" in signal.text


def shown(signals: Iterable[Signal]) -> list[tuple[Signal, int]]:
    return [
        (signal._replace(times=1), signal.times) if isinstance(signal, SyslogSignal | TrapSignal) else (signal, 1)
        for signal in signals
    ]


def test_repetitions_are_held_back_and_counted() -> None:
    repeats = Repeats()
    assert judged(repeats, [DOWN]) == [(DOWN, 1)]
    assert judged(repeats, [DOWN, DOWN]) == []
    assert judged(repeats, [DOWN]) == []
    assert shown(repeats.due()) == [(DOWN, 3)]
    assert repeats.due() == []


def test_those_of_one_batch_are_one_signal_with_the_time_of_the_first() -> None:
    fresh = Repeats().take([DOWN, DOWN._replace(received_at=9), OTHER, DOWN])
    assert shown(fresh) == [(DOWN, 2), (OTHER, 1), (DOWN, 1)]


def test_a_change_takes_along_what_was_held_and_ends_the_repetition() -> None:
    repeats = Repeats()
    judged(repeats, [DOWN])
    assert judged(repeats, [DOWN, UP, DOWN]) == [(DOWN, 1), (UP, 1), (DOWN, 1)]
    judged(repeats, [UP])
    assert judged(repeats, [DOWN]) == [(DOWN, 1)]
    assert judged(repeats, [DOWN]) == []


def test_two_alarms_repeat_side_by_side() -> None:
    repeats = Repeats()
    judged(repeats, [DOWN])
    judged(repeats, [OTHER])
    assert judged(repeats, [DOWN, OTHER, DOWN]) == []
    assert shown(repeats.due()) == [(DOWN, 2), (OTHER, 1)]


def test_another_component_ends_nothing() -> None:
    repeats = Repeats()
    judged(repeats, [DOWN])
    elsewhere = UP._replace(component="other")
    assert judged(repeats, [DOWN, elsewhere]) == [(elsewhere, 1)]
    assert judged(repeats, [DOWN]) == []


def test_a_poll_or_a_trap_that_reports_the_same_alarm_ends_the_repetition() -> None:
    for another in (PollSignal("gw", 2), LINK_DOWN):
        repeats = Repeats()
        judged(repeats, [DOWN])
        assert judged(repeats, [DOWN, another]) == [(DOWN, 1), (another, 1)]
        assert judged(repeats, [DOWN]) == [(DOWN, 1)]


def test_after_a_clear_by_whomever_the_same_words_are_news_and_what_was_held_is_not_lost() -> None:
    repeats = Repeats()
    judged(repeats, [DOWN])
    judged(repeats, [DOWN])
    repeats.end(key(DOWN))
    assert judged(repeats, [DOWN]) == [(DOWN, 1), (DOWN, 1)]


def test_what_only_passes_has_no_order() -> None:
    repeats = Repeats()
    passing = [SyslogSignal("gw", 1, "SYS-3-CPUHOG", f"Task {number} ran long", 3) for number in range(3)]
    assert judged(repeats, [*passing, DOWN]) == [(signal, 1) for signal in (*passing, DOWN)]
    assert judged(repeats, [*passing, UP, *passing, UP]) == [(UP, 2)]
    assert shown(repeats.due()) == [(signal, 2) for signal in passing]


def test_what_is_not_repeated_any_more_is_forgotten() -> None:
    repeats = Repeats()
    judged(repeats, [DOWN, OTHER])
    for _ in range(2 * KEPT):
        judged(repeats, [OTHER])
        repeats.due()
    assert judged(repeats, [OTHER]) == []
    assert judged(repeats, [DOWN]) == [(OTHER, 1), (DOWN, 1)]


def test_what_was_not_stored_is_not_known() -> None:
    repeats = Repeats()
    repeats.take([DOWN])
    repeats.forget()
    assert judged(repeats, [DOWN]) == [(DOWN, 1)]
    repeats.take([UP])
    repeats.forget()
    assert judged(repeats, [DOWN]) == [(DOWN, 1)]


def test_informs_are_never_held_back_and_traps_are() -> None:
    repeats = Repeats()
    inform = LINK_DOWN._replace(inform=True)
    assert judged(repeats, [inform, inform]) == [(inform, 1), (inform, 1)]
    assert judged(repeats, [inform]) == [(inform, 1)]
    judged(repeats, [LINK_DOWN])
    assert judged(repeats, [LINK_DOWN._replace(uptime=7)]) == []
    assert judged(repeats, [inform])[-1] == (inform, 1)


def test_thousands_that_differ_fill_no_memory() -> None:
    repeats = Repeats()
    flood = [DOWN._replace(text=f"Interface {number}, changed state to down") for number in range(3 * MOST_KNOWN)]
    judged(repeats, flood)
    said = repeats._said["gw"]
    assert len(said.ordered) == len(said.last_words) == MOST_KNOWN
    assert len(judged(repeats, flood[-1:])) == 1
