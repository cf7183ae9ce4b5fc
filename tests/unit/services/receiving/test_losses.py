"""Lost messages: whose, why, reported once, and over when nothing was lost for a while."""

from typing import Any

import pytest

from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.event import AlarmKey
from cmsp_agent.services.devices.senders import Senders
from cmsp_agent.services.events.conditions import Conditions
from cmsp_agent.services.receiving.losses import EVERY, MESSAGES_LOST, OVER_AFTER, MessageLosses
from tests.lab.clock import ManualClock


class Site:
    def __init__(self, *active: AlarmKey) -> None:
        self.counters = Counters()
        self.clock = ManualClock()
        self.senders = Senders(self.counters)
        self.senders.configure({"gw-1": ["10.0.0.1"], "gw-2": ["10.0.0.2"]})
        self.reported: list[tuple[str, str, bool, str]] = []
        self.losses = MessageLosses(self.counters, self.senders, Conditions(MESSAGES_LOST, self, active), self.clock)

    def alarm(self, kind: str, name: str, text: str, *, raised: bool, component: str = "") -> None:
        assert kind == MESSAGES_LOST
        self.reported.append((component, name, raised, text))

    async def look(self, seconds: float = EVERY) -> list[tuple[str, str, bool, str]]:
        await self.clock.advance(seconds)
        self.reported.clear()
        self.losses.look()
        return self.reported


async def test_a_component_that_loses_lines_has_an_alarm_once_and_its_end() -> None:
    site = Site()
    assert await site.look() == []
    site.counters.add("syslog.dropped", 1_200, "gw-1")
    text = "syslog of gw-1: 1200 lost in 15 s, because the receive queue was full"
    assert await site.look() == [("gw-1", "syslog", True, text)]
    site.counters.add("syslog.dropped", 7, "gw-1")
    assert await site.look() == [], "the same reason is reported once"
    assert await site.look(OVER_AFTER - 1) == []
    [(component, what, raised, _)] = await site.look(1)
    assert (component, what, raised) == ("gw-1", "syslog", False)
    assert await site.look() == []


@pytest.mark.parametrize(
    ("counter", "key", "component", "what"),
    [
        ("syslog.not_stored", "gw-2", "gw-2", "syslog"),
        ("traps.dropped", "gw-1", "gw-1", "traps"),
        ("traps.malformed", "gw-1", "gw-1", "traps"),
        ("syslog.tcp.framing_errors", "10.0.0.2", "gw-2", "syslog"),
        ("syslog.tls.expired", "10.0.0.1", "gw-1", "syslog"),
        ("syslog.tls.no_certificate", "10.0.0.1", "gw-1", "syslog"),
    ],
)
async def test_each_way_to_lose_is_reported_its_component(counter: str, key: str, component: str, what: str) -> None:
    site = Site()
    site.counters.add(counter, 1, key)
    assert [reported[:3] for reported in await site.look()] == [(component, what, True)]


async def test_a_further_reason_is_reported_and_strangers_are_not() -> None:
    site = Site()
    site.counters.add("syslog.dropped", 1, "gw-1")
    await site.look()
    site.counters.add("syslog.tcp.half_frames", 1, "10.0.0.1")
    site.counters.add("syslog.tls.no_tls", 1, "192.0.2.9")
    site.counters.add("syslog.dropped", 1, "unknown senders")
    [(component, _, raised, text)] = await site.look()
    assert (component, raised) == ("gw-1", True)
    assert "the receive queue was full" in text
    assert "in the middle of a message" in text


async def test_what_the_kernel_drops_is_nobodys() -> None:
    site = Site()
    dropped = 0
    site.counters.gauge("syslog.udp.kernel_dropped", lambda: float(dropped))
    assert await site.look() == []
    dropped = 5
    assert [reported[:3] for reported in await site.look()] == [("", "syslog", True)]


async def test_an_alarm_of_the_last_run_ends_when_it_was_looked_at_for_long_enough() -> None:
    held: Any = AlarmKey("gw-1", MESSAGES_LOST, "syslog")
    site = Site(held)
    assert await site.look() == []
    assert [reported[:3] for reported in await site.look(OVER_AFTER)] == [("gw-1", "syslog", False)]
