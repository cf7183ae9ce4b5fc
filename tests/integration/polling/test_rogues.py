"""Devices that answer garbage, huge, slow or never: each counted by kind, and nobody else's poll is late."""

import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from itertools import pairwise

import pytest

from cmsp_agent.model.component import Component, PollPlan
from cmsp_agent.model.credentials import SnmpCredential
from cmsp_agent.services.polling.snmp_access import PATIENCE
from tests.integration.polling.conftest import COMMUNITY, USER, Answer, Rogue, Site, component

Make = Callable[[Answer, float], Awaitable[tuple[int, Rogue]]]

HUGE = os.urandom(60_000)


def never(_: bytes) -> Sequence[bytes]:
    return ()


def garbage(_: bytes) -> Sequence[bytes]:
    return (os.urandom(200), b"", b"\x30", b"\x30\x84\xff\xff\xff\xff")


def huge(_: bytes) -> Sequence[bytes]:
    return (HUGE,) * 5


def cut_short(data: bytes) -> Sequence[bytes]:
    return (data[:-3],)


def echo(data: bytes) -> Sequence[bytes]:
    """The request itself as the answer: a PDU of the wrong kind."""
    return (data,)


def error(data: bytes) -> Sequence[bytes]:
    """A Response with genErr to whatever was asked, without its objects."""
    place = data.rfind(b"\xa0", 0, 40)
    answer = bytearray(data)
    if place > 0:
        answer[place] = 0xA2
        status = answer.find(b"\x02\x01\x00\x02\x01\x00", place)
        if status > 0:
            answer[status + 2] = 5
    return (bytes(answer),)


ROGUES: dict[str, tuple[Answer, float]] = {
    "never": (never, 0),
    "garbage": (garbage, 0),
    "huge": (huge, 0),
    "cut-short": (cut_short, 0),
    "echo": (echo, 0),
    "error": (error, 0),
    "slow": (echo, 0.25),
}


@pytest.mark.parametrize("kind", ROGUES)
async def test_a_rogue_is_no_device_that_answers(site: Site, rogue: Make, kind: str) -> None:
    port, device = await rogue(*ROGUES[kind])
    await site.poll(component(kind, port, every=2.0))
    signal = await site.after(kind)
    assert signal.snmp is False
    assert signal.reason in ("silent", "invalid")
    assert not signal.samples
    assert device.asked > 0
    assert site.counters.total("polls.failed") >= 1


async def test_others_are_polled_on_time_beside_rogues(site: Site, snmpd: int, rogue: Make) -> None:
    components: list[Component] = [component(f"good-{n}", snmpd, every=0.5) for n in range(5)]
    for number in range(5):
        for kind, behaviour in ROGUES.items():
            port, _ = await rogue(*behaviour)
            components.append(component(f"{kind}-{number}", port, every=1.0))
    await site.poll(*components)
    for number in range(5):
        await site.after(f"good-{number}", 1, within=20)
    late = site.counters.gauges()["polls.worst_lateness_s"]
    for number in range(5):
        await site.after(f"good-{number}", 12, within=20)
    assert site.counters.gauges()["polls.worst_lateness_s"] < max(late + 0.001, 0.25)
    for number in range(5):
        reported = site.signals[f"good-{number}"]
        assert all(signal.snmp for _, signal in reported)
        gaps = [after - before for (before, _), (after, _) in pairwise(reported[3:])]
        assert max(gaps) < 0.9
    assert site.counters.total("tasks.failed") == 0
    failed = {name for name, reported in site.signals.items() if not any(signal.snmp for _, signal in reported)}
    assert failed == {f"{kind}-{number}" for kind in ROGUES for number in range(5)}


@pytest.mark.parametrize("credential", [COMMUNITY, USER], ids=["v2c", "v3"])
async def test_a_dead_device_costs_one_datagram_in_an_interval(
    site: Site, rogue: Make, credential: SnmpCredential
) -> None:
    port, device = await rogue(never, 0)
    await site.poll(replace(component("dead", port, credential), poll=PollPlan(0.4, 0.05, 2)))
    await site.after("dead", PATIENCE)
    asked = device.asked
    await site.after("dead", PATIENCE + 4)
    assert device.asked - asked <= 5, "one for each poll, and one that may be under way"
    assert device.asked - asked >= 3
