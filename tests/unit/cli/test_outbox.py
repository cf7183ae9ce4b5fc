"""`cmsp-agent outbox …` and `cmsp-agent clock confirm`."""

from tests.unit.cli.fakes import cmsp_agent

LETTER = {
    "id": 3,
    "sequence": 4711,
    "epoch": "e",
    "type": "cmsp.event.v1",
    "refused_at": "2026-01-01T00:00:00.000Z",
    "reason": "no such field",
    "text": "{}",
}
STATE = {"depth": 12, "oldest_at": "2026-01-01T00:00:00.000Z", "dead_letters": 1, "items": [LETTER]}
LETTER_PATH = "/v1/outbox/dead-letters/3"
DAMAGE = {"first": 5, "last": 7, "reason": "missing"}


def test_what_waits_and_what_was_refused_is_listed_within_80_columns() -> None:
    ending = cmsp_agent("outbox", "list", answers={"/v1/outbox": STATE})
    assert ending.out.startswith("waiting: 12 records")
    assert "4711" in ending.out
    assert ending.width <= 80


def test_an_empty_outbox_is_one_line() -> None:
    empty: dict[str, object] = {"depth": 0, "oldest_at": None, "dead_letters": 0, "items": []}
    ending = cmsp_agent("outbox", "list", answers={"/v1/outbox": empty})
    assert ending.out == "waiting: 0 records; dead letters: 0\n"


def test_a_dead_letter_is_shown_sent_once_more_and_dropped() -> None:
    shown = cmsp_agent("outbox", "show", "3", answers={LETTER_PATH: LETTER})
    assert "reason: no such field" in shown.out
    sent = cmsp_agent("outbox", "retry", "3", answers={f"POST {LETTER_PATH}/retry": {"sequence": 4800}})
    assert sent.out == "dead letter 3 waits again, as sequence 4800\n"
    dropped = cmsp_agent("outbox", "drop", "3", answers={f"DELETE {LETTER_PATH}": {"id": 3}})
    assert dropped.out == "dead letter 3 is dropped\n"


def test_a_sound_outbox_ends_with_0_and_a_damaged_one_with_1() -> None:
    sound = {"rows": 900, "damaged": [], "repaired": 0, "next": 0}
    ending = cmsp_agent("outbox", "check", answers={"/v1/outbox/check": sound})
    assert (ending.code, ending.out) == (0, "900 records checked, none is damaged\n")
    ending = cmsp_agent("outbox", "check", answers={"/v1/outbox/check": {**sound, "damaged": [DAMAGE]}})
    assert ending.code == 1
    assert "missing" in ending.out
    assert "cmsp-agent outbox repair" in ending.err


def test_a_repair_says_how_much_it_did() -> None:
    page = {"rows": 900, "damaged": [DAMAGE], "repaired": 1, "next": 0}
    ending = cmsp_agent("outbox", "repair", answers={"POST /v1/outbox/repair?after=0": page})
    assert (ending.code, ending.out) == (0, "900 records checked, 1 repaired\n")


def test_the_clock_is_confirmed() -> None:
    answers = {"POST /v1/clock/confirm": {"now": "2026-01-01T00:00:00.000Z"}}
    assert cmsp_agent("clock", "confirm", answers=answers).out.endswith("2026-01-01T00:00:00.000Z\n")
