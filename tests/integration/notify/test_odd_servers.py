"""Mail servers that are odd: they refuse some recipients, answer late, drop the line; each gets a mail once."""

import asyncio
import ssl
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from cmsp_agent.aio.counters import Counters
from cmsp_agent.aio.threads import SYSTEM_THREADS
from cmsp_agent.model.ids import uuid7
from cmsp_agent.model.notification import OutgoingNotification
from cmsp_agent.plugin.api import ChannelSettings
from cmsp_agent.plugin.host import PluginHost
from cmsp_agent.plugin.quarantine import Quarantine
from cmsp_agent.services.events.conditions import Conditions
from cmsp_agent.services.notify import handing_over
from cmsp_agent.services.notify.handing_over import HandingOver
from cmsp_agent.services.notify.outgoing import FAILED, Outgoing
from cmsp_agent.services.notify.refused_recipients import REFUSED, RefusedRecipients
from cmsp_agent.storage.sqlite.database import Database
from cmsp_agent.storage.state import open_state
from cmsp_agent.storage.tables import notifications
from tests.integration.notify.test_mails import subject_of
from tests.lab.certificates import Authority
from tests.lab.clock import ManualClock
from tests.lab.ports import free_port

DUTY, BOSS = "duty@example.org", "boss@example.org"


@dataclass
class OddServer:
    """Says what it is told to; keeps who got what."""

    refuses: dict[str, str] = field(default_factory=dict)
    late: float = 0.0
    drops: bool = False
    farewell: str = "221 Bye"
    taken: list[tuple[str, str]] = field(default_factory=list)
    came: threading.Event = field(default_factory=threading.Event)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Sequence[str]
    ) -> str:
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.taken += [(whom, subject_of(envelope)) for whom in envelope.rcpt_tos]
        self.came.set()
        await asyncio.sleep(self.late)
        if self.drops and isinstance(server.transport, asyncio.WriteTransport):
            server.transport.abort()
        return "250 taken"

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        return self.farewell


class Alarms:
    """Keeps the alarms that hold."""

    def __init__(self) -> None:
        self.held: dict[tuple[str, str], str] = {}

    def alarm(self, kind: str, name: str, text: str, *, raised: bool, component: str = "") -> None:
        assert component == ""
        if raised:
            self.held[kind, name] = text
        else:
            del self.held[kind, name]


@dataclass
class Queue:
    """The queue of notifications with its worker, on a clock that stands still."""

    database: Database
    clock: ManualClock
    outgoing: Outgoing
    alarms: Alarms

    async def put(self, *subjects: str, to: tuple[str, ...] = (DUTY,), attempts: int = 0, after: int = 0) -> None:
        now = self.clock.now()
        for subject in subjects:
            one = OutgoingNotification(uuid7(now), to, subject, "b", "", now, attempts, next_at=now + after * 1000)
            await self.database.write(lambda tx, one=one: notifications.put(tx, one))  # type: ignore[misc]

    async def waiting(self) -> list[tuple[str, tuple[str, ...]]]:
        return [(each.subject, each.recipients) for each in await self.database.read(notifications.queued)]


@asynccontextmanager
async def queue(folder: Path, port: int, **more: str | float) -> AsyncIterator[Queue]:
    clock, counters = ManualClock(), Counters()
    host = PluginHost(Quarantine(folder / "quarantine.json"), clock, counters)
    host.load()
    settings: ChannelSettings = {"host": "localhost", "port": port, "from": "cmsp@x", "tls": "none", **more}
    send = HandingOver("smtp", host, lambda: {"smtp": settings}, SYSTEM_THREADS)
    database = await open_state(folder / "state.db", "apl", clock=clock, counters=counters, reserve=0)
    alarms = Alarms()
    refusals = RefusedRecipients(Conditions(REFUSED, alarms), counters)
    how = Conditions(FAILED, alarms), refusals, clock, counters, uuid7, believed
    yield Queue(database, clock, Outgoing(database, lambda _: True, send, *how), alarms)
    await send.calls.close(1.0)
    await database.close()


async def believed() -> bool:
    return True


@pytest.fixture
async def odd() -> AsyncIterator[tuple[OddServer, int]]:
    server = OddServer()
    controller = Controller(server, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield server, controller.port
    controller.stop()


@pytest.mark.parametrize("said", ["450 greylisted, come again", "552 too many recipients", "530 STARTTLS first"])
async def test_who_was_taken_gets_a_mail_once_and_the_others_are_tried_again(
    tmp_path: Path, odd: tuple[OddServer, int], said: str
) -> None:
    server, port = odd
    server.refuses[BOSS] = said
    async with queue(tmp_path, port) as one:
        await one.put("news", to=(DUTY, BOSS))
        await one.outgoing.send_due()
        assert await one.waiting() == [("news", (BOSS,))]
        server.refuses.clear()
        await one.clock.advance(61)
        await one.outgoing.send_due()
        assert await one.waiting() == []
    assert server.taken == [(DUTY, "news"), (BOSS, "news")]


async def test_who_is_refused_for_good_is_said_and_not_tried_again_while_the_others_get_their_mails(
    tmp_path: Path, odd: tuple[OddServer, int]
) -> None:
    server, port = odd
    late = "late@example.org"
    server.refuses |= {BOSS: "550 5.1.1 no such user", late: "450 greylisted"}
    async with queue(tmp_path, port) as one:
        await one.put("news", to=(BOSS, late, DUTY))
        await one.put("for the boss", to=(BOSS,))
        await one.outgoing.send_due()
        assert await one.waiting() == [("news", (late,))]
        assert "550 5.1.1 no such user" in one.alarms.held["notification.refused", BOSS]
        server.refuses.clear()
        await one.clock.advance(61)
        await one.put("more news", to=(BOSS,))
        await one.outgoing.send_due()
        assert await one.waiting() == []
        assert one.alarms.held == {}
    assert server.taken == [(DUTY, "news"), (late, "news"), (BOSS, "more news")]


async def test_an_answer_to_the_farewell_is_no_failure_of_the_mail(tmp_path: Path, odd: tuple[OddServer, int]) -> None:
    server, port = odd
    server.farewell = "421 too busy to say goodbye"
    async with queue(tmp_path, port) as one:
        await one.put("news")
        await one.outgoing.send_due()
        assert await one.waiting() == []
    assert server.taken == [(DUTY, "news")]


async def test_a_server_that_answers_late_is_not_given_the_mail_again(
    tmp_path: Path, odd: tuple[OddServer, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handing_over, "BEYOND_THE_TIMEOUT", 0.1)
    server, port = odd
    server.late = 1.2
    async with queue(tmp_path, port, timeout=0.3) as one:
        await one.put("news")
        await one.outgoing.send_due()
        assert await one.waiting() == [("news", (DUTY,))]
        await asyncio.sleep(1.3)
        await one.clock.advance(61)
        await one.outgoing.send_due()
        assert await one.waiting() == []
    assert server.taken == [(DUTY, "news")]


async def test_a_mail_that_is_in_hand_as_the_agent_stops_is_not_sent_again(
    tmp_path: Path, odd: tuple[OddServer, int]
) -> None:
    server, port = odd
    server.late = 0.7
    async with queue(tmp_path, port) as one:
        await one.put("news")
        worker = asyncio.create_task(one.outgoing.run())
        assert await asyncio.to_thread(server.came.wait, 10)
        worker.cancel()
        await asyncio.wait([worker])
        assert await one.waiting() == []


async def test_a_line_that_drops_before_the_answer_costs_no_mail(tmp_path: Path, odd: tuple[OddServer, int]) -> None:
    server, port = odd
    server.drops = True
    async with queue(tmp_path, port) as one:
        await one.put("news")
        await one.outgoing.send_due()
        assert await one.waiting() == [("news", (DUTY,))]


async def test_a_clock_that_has_gone_back_for_years_holds_no_mail(tmp_path: Path, odd: tuple[OddServer, int]) -> None:
    server, port = odd
    async with queue(tmp_path, port) as one:
        await one.put("news")
        one.clock.step(-4 * 365 * 86_400)
        await one.outgoing.send_due()
        assert await one.waiting() == []
    assert server.taken == [(DUTY, "news")]


async def test_what_waited_for_hours_is_one_mail_also_where_it_was_to_wait_longer(
    tmp_path: Path, odd: tuple[OddServer, int]
) -> None:
    server, port = odd
    async with queue(tmp_path, port) as one:
        for number in range(12):
            await one.put(f"news {number}", attempts=3, after=number * 300)
        await one.outgoing.send_due()
        assert await one.waiting() == []
    assert [subject.strip().partition(" since ")[0] for _, subject in server.taken] == [
        "news 0",
        "11 news of incidents that could not be sent",
    ]


async def test_a_certificate_of_nobody_we_trust_gets_nothing_and_is_said(tmp_path: Path) -> None:
    server = OddServer()
    own = Authority(tmp_path, "nobody").server("mail")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own.certificate, own.key)
    controller = Controller(server, hostname="127.0.0.1", port=free_port(), tls_context=context)
    controller.start()
    try:
        async with queue(tmp_path, controller.port, tls="starttls") as one:
            await one.put("news")
            await one.outgoing.send_due()
            assert await one.waiting() == [("news", (DUTY,))]
    finally:
        controller.stop()
    assert server.taken == []
