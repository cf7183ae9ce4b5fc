"""Edges and the heartbeat's rhythm, with fakes."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Self, cast

from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.errors import HeadendUnreachable, StorageFull
from cmsp_agent.services.link.answers import RecordRefused
from cmsp_agent.services.link.headend_state import Edges
from cmsp_agent.services.link.heartbeat import Heartbeat
from cmsp_agent.transports.headend import HeadendClient, HeadendReply
from tests.lab.clock import ManualClock


class Noted:
    def __init__(self) -> None:
        self.alarms: list[tuple[str, bool]] = []
        self.texts: list[str] = []
        self.notes: list[str] = []

    def note(self, kind: str, name: str, text: str, component: str = "") -> None:
        self.notes.append(text)

    def alarm(self, kind: str, name: str, text: str, *, raised: bool, component: str = "") -> None:
        self.alarms.append((kind, raised))
        self.texts.append(text)


class TestEdges:
    def test_lost_and_recovered_are_reported_once_each(self) -> None:
        noted = Noted()
        edges = Edges(noted, ManualClock())
        for failures in range(1, 10):
            edges.failing("https://a", failures, "silent", refused=False)
        assert noted.alarms == [("headend.lost", True)]
        assert edges.lost
        edges.well()
        edges.well()
        assert noted.alarms == [("headend.lost", True), ("headend.lost", False)]
        assert not edges.lost

    def test_one_failure_alone_is_not_reported(self) -> None:
        noted = Noted()
        edges = Edges(noted, ManualClock())
        edges.failing("https://a", 1, "silent", refused=False)
        edges.well()
        assert noted.alarms == []

    def test_an_outage_that_the_last_run_reported_is_ended_by_the_next_one(self) -> None:
        noted = Noted()
        edges = Edges(noted, ManualClock(), {"headend.lost", "storage.full"})
        edges.failing("https://a", 5, "silent", refused=False)
        edges.well()
        assert noted.alarms == [("headend.lost", True), ("headend.lost", False)]

    async def test_what_holds_is_one_alarm_for_the_reason_of_now(self) -> None:
        noted, clock = Noted(), ManualClock()
        edges = Edges(noted, clock)
        edges.failing("https://a", 1, "access refused (403)", refused=True)
        edges.failing("https://a", 2, "answered 400", refused=False)
        assert noted.alarms == [("headend.refused", True), ("headend.refused", False), ("headend.lost", True)]
        assert noted.texts[-1] == "the head-end does not take our records: https://a: answered 400"
        for sequence in range(4711, 4719):
            edges.failing("https://b", 3, f"expects {sequence} of epoch e", refused=False)
            await clock.advance(61)
        assert noted.texts[3:] == [
            "the head-end does not take our records: https://a: answered 400; https://b: expects 4712 of epoch e"
        ]
        edges.moved()
        edges.failing("https://c", 3, "https://c: no route", refused=True)
        assert noted.alarms[4:] == [("headend.lost", False), ("headend.refused", True)]
        assert noted.texts[-1] == "the head-end refuses this appliance: https://c: no route"

    def test_a_record_is_refused_once_what_stands_in_for_it_is_taken(self) -> None:
        noted = Noted()
        edges = Edges(noted, ManualClock())
        edges.refused_alone(RecordRefused(7, "bad"))
        edges.put_back()
        edges.taken(9)
        assert noted.notes == []
        edges.refused_alone(RecordRefused(7, "bad"))
        edges.taken(6)
        edges.taken(7)
        assert noted.notes == ["1 refused, last of sequence 7: bad"]

    async def test_refused_records_are_reported_in_sum(self) -> None:
        noted, clock = Noted(), ManualClock()
        edges = Edges(noted, clock)
        for sequence in range(5):
            edges.record_refused(RecordRefused(sequence, "bad"))
        assert noted.notes == ["1 refused, last of sequence 0: bad"]
        await clock.advance(601)
        edges.record_refused(RecordRefused(9, "bad"))
        assert noted.notes[1] == "5 refused, last of sequence 9: bad"


class FakeClient:
    """Remembers heartbeats and answers as planned."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.sent: list[float] = []
        self.bodies: list[bytes] = []
        self.answers: list[HeadendReply | Exception] = []

    async def heartbeat(self, body: bytes) -> HeadendReply:
        self.sent.append(self.clock.monotonic() - 1000)
        self.bodies.append(body)
        answer = self.answers.pop(0) if self.answers else HeadendReply(200, {})
        if isinstance(answer, Exception):
            raise answer
        return answer


class Beating:
    """A heartbeat that runs on a clock of the test's own."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.client = FakeClient(self.clock)
        self.counters = Counters()
        self.content_fails = False
        self.heartbeat = Heartbeat(cast("HeadendClient", self.client), self._content, self.clock, self.counters)

    async def _content(self) -> Mapping[str, Any]:
        if self.content_fails:
            raise StorageFull("disk")
        return {"n": len(self.client.sent)}

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self.heartbeat.run())
        await self.clock.advance(0.1)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


class TestHeartbeat:
    async def test_once_a_minute(self) -> None:
        async with Beating() as beating:
            await beating.clock.advance(185)
            assert [round(at) for at in beating.client.sent] == [0, 60, 120, 180]
            assert json.loads(beating.client.bodies[1]) == {"n": 1}

    async def test_soon_after_a_change(self) -> None:
        async with Beating() as beating:
            await beating.clock.advance(20)
            beating.heartbeat.soon()
            beating.heartbeat.soon()
            await beating.clock.advance(5)
            assert [round(at) for at in beating.client.sent] == [0, 20]
            await beating.clock.advance(60)
            assert [round(at) for at in beating.client.sent] == [0, 20, 80]

    async def test_a_change_while_one_is_sent_makes_another(self) -> None:
        async with Beating() as beating:
            beating.heartbeat.soon()
            await beating.clock.advance(5)
            assert [round(at) for at in beating.client.sent] == [0, 1]

    async def test_a_failed_one_is_repeated_within_5_s_and_then_slower(self) -> None:
        async with Beating() as beating:
            await beating.clock.advance(10)
            beating.client.answers = [HeadendUnreachable("x"), HeadendReply(500, None), HeadendReply(404, None)]
            beating.heartbeat.soon()
            await beating.clock.advance(30)
            assert [round(at) for at in beating.client.sent] == [0, 10, 12, 16, 24]
            assert beating.counters.value("heartbeat.failed") == 3

    async def test_a_content_that_cannot_be_made_does_not_end_it(self) -> None:
        async with Beating() as beating:
            beating.content_fails = True
            await beating.clock.advance(70)
            beating.content_fails = False
            await beating.clock.advance(70)
            assert len(beating.client.sent) >= 2
