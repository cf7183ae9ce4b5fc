"""Notifications of known, relayed and unknown senders; informs; communities that nobody agreed on."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import cast

from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.errors import StorageFull
from cmsp_agent.model.signal import Signal, TrapSignal, Unreadable
from cmsp_agent.services.devices.senders import Senders
from cmsp_agent.services.receiving.traps import SNMP_TRAP_COMMUNITY, Agreed, TrapService
from cmsp_agent.transports.recvmmsg import Datagram
from cmsp_agent.transports.snmp.ber import DecodeError
from cmsp_agent.transports.snmp.message import CommunityMessage
from cmsp_agent.transports.snmp.notifications import NotificationDecoder
from cmsp_agent.transports.snmp.pdu import INFORM, Pdu
from cmsp_agent.transports.snmp.trap_datagram import Notification, NotificationRefused, ReportReply
from tests.lab.clock import ManualClock

LINK_DOWN = "1.3.6.1.6.3.1.1.5.3"
IF_INDEX = "1.3.6.1.2.1.2.2.1.1.3"


class Decoder:
    """Says what the datagram names."""

    def __init__(self, said: dict[bytes, Notification | ReportReply | DecodeError]) -> None:
        self.said = said

    def decode(self, data: bytes, _sender: str) -> Notification | ReportReply:
        received = self.said[data]
        if isinstance(received, DecodeError):
            raise received
        return received

    def respond(self, inform: Notification) -> bytes:
        return b"response to " + inform.trap_oid.encode()


def trap(
    kind: str = "trap", *, community: bytes = b"agreed", version: str = "2c", user: str = "", agent: str = ""
) -> Notification:
    return Notification(
        version=version,  # type: ignore[arg-type]
        kind=kind,  # type: ignore[arg-type]
        trap_oid=LINK_DOWN,
        uptime=42,
        varbinds=((IF_INDEX, 3), ("1.3.6.1.9", None), (SNMP_TRAP_COMMUNITY, community)),
        agent_address=agent,
        user=user,
        community=community,
    )


class Site:
    def __init__(self, said: Notification | ReportReply | DecodeError, *, strict: bool = False) -> None:
        self.counters = Counters()
        self.clock = ManualClock()
        self.senders = Senders(self.counters)
        self.senders.configure({"gw-1": ["10.0.0.1"], "gw-3": ["10.0.0.3"]})
        self.signals: list[Signal] = []
        self.sent: list[bytes] = []
        self.full = False
        decoder = cast("NotificationDecoder", Decoder({b"datagram": said}))
        agreed = {"gw-1": Agreed(b"agreed"), "gw-3": Agreed(user="cmsp")}
        self.service = TrapService(self.senders, decoder, agreed, self.take, self.clock, self.counters, strict=strict)

    async def take(self, signals: Sequence[Signal]) -> None:
        assert not self.sent
        if self.full:
            raise StorageFull("disk full")
        self.signals += signals

    def answer(self, _asked: Datagram, payload: bytes) -> bool:
        self.sent.append(payload)
        return True

    async def hear(self, host: str = "10.0.0.1") -> list[Signal]:
        self.service.receive([(b"datagram", (host, 162))], self.answer)
        task = asyncio.create_task(self.service.run())
        for _ in range(20):
            await asyncio.sleep(0)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        return self.signals


async def test_a_trap_of_a_component_without_what_must_not_go_further() -> None:
    site = Site(trap())
    assert await site.hear() == [TrapSignal("gw-1", site.clock.now(), LINK_DOWN, ((IF_INDEX, 3),), 42)]
    assert site.sent == []
    assert b"agreed" not in repr(site.signals).encode()


async def test_an_inform_is_answered_after_the_commit() -> None:
    site = Site(trap("inform"))
    (signal,) = await site.hear()
    assert isinstance(signal, TrapSignal)
    assert signal.inform
    assert site.sent == [b"response to " + LINK_DOWN.encode()]
    assert site.counters.value("traps.informs_answered") == 1


async def test_an_inform_that_could_not_be_stored_is_not_answered() -> None:
    site = Site(trap("inform"))
    site.full = True
    assert await site.hear() == []
    assert site.sent == []
    assert site.counters.value("traps.not_stored", key="gw-1") == 1


async def test_an_inform_that_could_not_be_stored_is_new_when_it_comes_again() -> None:
    asked = Pdu(INFORM, 77, 0, 0, [], [], raw=b"bindings")
    site = Site(trap("inform")._replace(origin=CommunityMessage(1, b"agreed", asked)))
    site.full = True
    assert await site.hear() == []
    site.full = False
    assert len(await site.hear()) == 1
    assert len(site.sent) == 1


async def test_an_agent_address_that_a_stranger_gives_is_not_believed() -> None:
    site = Site(trap(agent="10.0.0.3"))
    assert await site.hear("192.0.2.9") == []
    assert [sender.address for sender in site.senders.unknown()] == ["192.0.2.9"]


async def test_a_relay_that_is_a_component_is_not_blamed_for_what_it_relays() -> None:
    site = Site(trap(agent="10.0.0.3"))
    site.senders.trust(["10.0.0.1"])
    (signal,) = await site.hear("10.0.0.1")
    assert isinstance(signal, TrapSignal)
    assert signal.component == "gw-3"
    nobody = Site(trap(agent="10.9.9.9"))
    nobody.senders.trust(["10.0.0.1"])
    assert await nobody.hear("10.0.0.1") == []


async def test_a_relay_s_trap_belongs_to_the_address_that_it_names() -> None:
    site = Site(trap(agent="10.0.0.3"))
    site.senders.trust(["192.0.2.9"])
    (signal,) = await site.hear("192.0.2.9")
    assert isinstance(signal, TrapSignal)
    assert signal.component == "gw-3"
    assert site.counters.value("traps.relayed", "192.0.2.9") == 1


async def test_an_unknown_sender_s_inform_is_counted_and_not_answered() -> None:
    site = Site(trap("inform"))
    assert await site.hear("192.0.2.9") == []
    assert site.sent == []
    assert [(sender.address, sender.kind) for sender in site.senders.unknown()] == [("192.0.2.9", "traps")]


async def test_another_community_is_taken_and_counted() -> None:
    site = Site(trap(community=b"other"))
    assert len(await site.hear()) == 1
    assert site.counters.value("traps.other_community", "gw-1") == 1


async def test_another_community_is_refused_where_that_is_wished() -> None:
    site = Site(trap(community=b"other"), strict=True)
    assert await site.hear() == []
    assert site.counters.value("traps.other_community", "gw-1") == 1


async def test_a_community_of_a_component_with_snmpv3_is_counted() -> None:
    site = Site(trap())
    assert len(await site.hear("10.0.0.3")) == 1
    assert site.counters.value("traps.unauthenticated", "gw-3") == 1


async def test_the_agreed_user_is_nothing_to_count() -> None:
    site = Site(trap(version="3", user="cmsp", community=b""))
    assert len(await site.hear("10.0.0.3")) == 1
    assert site.counters.total("traps.other_user") == 0


async def test_reports_go_to_components_at_once_and_to_nobody_else() -> None:
    known, unknown = (
        Site(ReportReply(b"report", "unknown engine ID")),
        Site(ReportReply(b"report", "unknown engine ID")),
    )
    await known.hear()
    await unknown.hear("192.0.2.9")
    assert (known.sent, unknown.sent) == ([b"report"], [])


async def test_what_can_not_be_decoded_is_counted_by_kind() -> None:
    for said, counted in (
        (NotificationRefused("wrong digest"), ("traps.refused", "wrong digest", 1)),
        (DecodeError("x"), ("traps.malformed", "gw-1", 1)),
    ):
        site = Site(said)
        assert await site.hear() == []
        assert counted in site.counters.labelled()


def test_an_agreed_community_shows_in_no_repr() -> None:
    assert repr(Agreed(b"public", "")) == "Agreed(user='')"


async def test_a_binding_that_can_not_be_decoded_is_kept_for_people() -> None:
    bad = Unreadable("number of no octets", b"")
    site = Site(trap()._replace(unreadable=((IF_INDEX, bad),)))
    await site.hear()
    assert len(site.signals) == 1
    assert site.counters.value("traps.unreadable", "gw-1") == 1
    [kept] = site.service.unreadable.of("gw-1")
    assert (kept.oid, kept.value, kept.count) == (IF_INDEX, bad, 1)
