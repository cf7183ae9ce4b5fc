from typing import Any

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
    Wait,
    understood,
)
from cmsp_agent.transports.headend import HeadendReply

NOW = 1_767_225_600_000


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        (HeadendReply(200, {"epoch": "E", "durable": 7}), Durable("E", 7)),
        (HeadendReply(200, {"epoch": None, "durable": 0}), Durable(None, 0)),
        (HeadendReply(200, {"epoch": "E", "durable": 7, "later": [1]}), Durable("E", 7)),
        (HeadendReply(409, {"epoch": "E", "expected": 7}), Expected("E", 7)),
        (HeadendReply(413, None), TooLarge()),
        (HeadendReply(422, {"sequence": 7, "detail": "no"}), RecordRefused(7, "no")),
        (HeadendReply(422, {"sequence": 7}), RecordRefused(7, "")),
        (HeadendReply(401, None), AccessRefused(401)),
        (HeadendReply(403, {"x": 1}), AccessRefused(403)),
        (HeadendReply(429, None, "30"), Wait(30)),
        (HeadendReply(503, None, " 0 "), Wait(0)),
        (HeadendReply(503, None, "99999999999999999999"), Wait(3600)),
        (HeadendReply(503, None, "Thu, 01 Jan 2026 00:02:00 GMT"), Wait(120)),
        (HeadendReply(503, None, "Thu, 01 Jan 2026 00:02:00 -0000"), Wait(120)),
        (HeadendReply(503, None, "Thu, 01 Jan 2020 00:00:00 GMT"), Wait(0)),
        (HeadendReply(503, None, "Thu, 01 Jan 2099 00:00:00 GMT"), Wait(3600)),
    ],
)
def test_by_the_contract(reply: HeadendReply, answer: HeadendAnswer) -> None:
    assert understood(reply, NOW) == answer


@pytest.mark.parametrize("day", [0, 86_400_000, -86_400_000])
def test_a_date_to_wait_for_is_by_the_head_ends_clock(day: int) -> None:
    dates = "Thu, 01 Jan 2026 00:02:00 GMT", "", "Thu, 01 Jan 2026 00:00:00 GMT"
    assert understood(HeadendReply(503, None, *dates), NOW + day) == Wait(120)


@pytest.mark.parametrize(
    "document",
    [
        None,
        {},
        {"epoch": "E"},
        {"durable": None, "epoch": "E"},
        {"durable": "7", "epoch": "E"},
        {"durable": 7.0, "epoch": "E"},
        {"durable": True, "epoch": "E"},
        {"durable": -1, "epoch": "E"},
        {"durable": 1 << 80, "epoch": "E"},
        {"durable": 7, "epoch": 7},
        {"durable": 7, "epoch": ["E"]},
    ],
)
def test_nonsense_is_a_protocol_violation(document: dict[str, Any] | None) -> None:
    answer = understood(HeadendReply(200, document, None, "not JSON"), NOW)
    assert isinstance(answer, BatchRefused)
    assert answer.violation


@pytest.mark.parametrize("status", [409, 422])
@pytest.mark.parametrize("number", [0, -5, "5", None, 5.5, True])
def test_nonsense_in_refusals_is_a_protocol_violation(status: int, number: object) -> None:
    answer = understood(HeadendReply(status, {"epoch": "E", "expected": number, "sequence": number}), NOW)
    assert isinstance(answer, BatchRefused)
    assert answer.violation


@pytest.mark.parametrize(
    "header", [None, "", "soon", "-5", "1.5", "Thu, 99 Jan 2026", "Thu, 01 Jan 99999999 00:00:00 GMT"]
)
def test_a_wait_without_a_time_is_a_failure(header: str | None) -> None:
    assert isinstance(understood(HeadendReply(503, None, header), NOW), Failed)


@pytest.mark.parametrize("status", [400, 415])
def test_what_was_sent_is_refused_without_a_word_of_which_record(status: int) -> None:
    assert understood(HeadendReply(status, {}), NOW) == BatchRefused(f"answered {status}")


@pytest.mark.parametrize("status", [402, 404, 405, 406, 410, 411, 414, 417, 418, 421, 431, 451, 499])
def test_a_refusal_that_need_not_be_of_what_was_sent_is_doubtful(status: int) -> None:
    assert understood(HeadendReply(status, {}), NOW) == BatchRefused(f"answered {status}", doubtful=True)


@pytest.mark.parametrize("status", [100, 201, 202, 204, 301, 408, 423, 425, 426, 500, 502])
def test_anything_else_is_a_failure_but_no_protocol_violation(status: int) -> None:
    assert understood(HeadendReply(status, {}), NOW) == Failed(f"answered {status}")
