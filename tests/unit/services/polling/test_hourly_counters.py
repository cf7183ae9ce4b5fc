"""Ratios over the last hour: answers of all calls, seconds of a call."""

import asyncio
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmsp_agent.plugin.api import Kpi
from cmsp_agent.services.polling.hourly_counters import LastHour
from tests.unit.services.polling.test_device import TYPE, UPTIME, Bench

ANSWERED, FAILED, SECONDS = "1.3.9.10", "1.3.9.11", "1.3.9.12"
ASR = Kpi("asr", "percent", (ANSWERED,), kind="ratio", hourly=(ANSWERED, FAILED), least=10, per="first", scale=100.0)
ACD = Kpi("acd", "s", (SECONDS,), kind="ratio", hourly=(ANSWERED,), per="first")
KIND = replace(TYPE, kpis=(ASR, ACD))


@given(st.lists(st.integers(0, 50), min_size=70, max_size=200))
def test_it_is_what_was_counted_in_the_last_hour_and_little_more(calls: list[int]) -> None:
    hour, counted = LastHour(), 0
    for minute, some in enumerate(calls):
        counted += some
        grown = hour.grown("100", (counted,), minute * 60.0)
        if minute:
            least, most = sum(calls[max(1, minute - 59) : minute + 1]), sum(calls[max(1, minute - 64) : minute + 1])
            assert grown is not None
            assert least <= grown[0] <= most


def test_a_counter_that_went_back_begins_its_hour_anew() -> None:
    hour = LastHour()
    assert hour.grown("100", (500, 5), 0.0) is None
    assert hour.grown("100", (510, 6), 60.0) == (10, 1)
    assert hour.grown("100", (3, 0), 120.0) is None
    assert hour.grown("100", (5, 0), 180.0) == (2, 0)
    hour.forget_others({"200"})
    assert hour.grown("100", (7, 0), 240.0) is None


async def asked(bench: Bench, answered: int, failed: int, seconds: int) -> dict[str, float]:
    await bench.clock.advance(60)
    now = {f"{ANSWERED}.100.7": answered, f"{FAILED}.100.7": failed, f"{SECONDS}.100.7": seconds}
    bench.session.objects |= {**now, UPTIME: round(bench.clock.monotonic() * 100)}
    samples = (await bench.device.poll()).samples
    return {name: value for name, value in samples.items() if name.startswith("a")}


def test_answers_and_duration_by_dial_peer() -> None:
    async def poll() -> list[dict[str, float]]:
        bench = Bench(kind=KIND)
        return [
            await asked(bench, answered, failed, seconds)
            for answered, failed, seconds in (
                (1000, 50, 90_000),
                (1004, 51, 90_240),
                (1015, 55, 91_500),
                (4294967295, 4294967295, 91_600),
            )
        ]

    first, few, enough, unknown = asyncio.run(poll())
    assert first == {}, "nothing is known of the last hour yet"
    assert unknown == {}, "all bits set are no count"
    assert few == {"acd[100]": 60.0}, "five calls say nothing of the share that is answered"
    assert enough == {"asr[100]": pytest.approx(75.0), "acd[100]": 100.0}


def test_no_call_is_no_figure() -> None:
    async def poll() -> dict[str, float]:
        bench = Bench(kind=KIND)
        await asked(bench, 10, 0, 100)
        return await asked(bench, 10, 0, 100)

    assert asyncio.run(poll()) == {}
