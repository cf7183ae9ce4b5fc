"""Serious faults that only messages reported are polled for at once, and no forger makes us poll without end."""

import asyncio
from dataclasses import replace

import pytest

from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.event import Event, Source, Transition
from cmsp_agent.model.severity import Severity
from cmsp_agent.pipeline.alarm_state import Changes
from cmsp_agent.services.polling.confirmation import Confirming, is_doubtful
from tests.lab.clock import ManualClock

REPORTED = Event(
    "1", "gw-1", "paris", "Gi0/0", "link.down", Severity.MAJOR, Transition.RAISE, 0, 0, "received", (Source.TRAP,), "x"
)


@pytest.mark.parametrize(
    ("event", "doubtful"),
    [
        (REPORTED, True),
        (replace(REPORTED, sources=(Source.SYSLOG,), severity=Severity.CRITICAL), True),
        (replace(REPORTED, sources=(Source.POLL,)), False),
        (replace(REPORTED, severity=Severity.MINOR), False),
        (replace(REPORTED, state=Transition.CLEAR), False),
        (replace(REPORTED, component=""), False),
    ],
)
def test_what_is_doubtful(event: Event, *, doubtful: bool) -> None:
    assert is_doubtful(event) is doubtful


async def test_it_is_polled_within_seconds_and_once_more_while_it_is_in_doubt() -> None:
    clock, counters, polled = ManualClock(), Counters(), []

    async def poll(name: str) -> None:
        polled.append(name)

    held = {"link.down": {REPORTED.key: REPORTED}}
    confirming = Confirming(poll, lambda _: held, clock, counters)
    loop = asyncio.ensure_future(confirming.run())
    for number in range(3):
        confirming(Changes(new={str(number): replace(REPORTED, id=str(number))}))
        await clock.advance(2)
    assert polled == ["gw-1"]
    assert counters.value("polls.not_confirming", "gw-1") == 2
    await clock.advance(10)
    assert polled == ["gw-1", "gw-1"]  # the second look, and no third
    await clock.advance(60)
    assert polled == ["gw-1", "gw-1"]
    held.clear()
    confirming(Changes(new={"9": REPORTED}))
    await clock.advance(60)
    assert polled == ["gw-1"] * 3
    loop.cancel()
