"""SNMPv3 devices that break RFC 3414, are exchanged or cloned: polling recovers, and believes what is signed."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import cast

import pytest

from cmsp_agent.model.errors import AuthenticationRejected, DeviceError
from cmsp_agent.transports.snmp import ber, exchange, pdu, usm
from cmsp_agent.transports.snmp.authoritative import AuthoritativeUsm, OwnEngine, Request, UsmReport
from cmsp_agent.transports.snmp.engines import NoObserver
from cmsp_agent.transports.snmp.keys import KeyRing
from cmsp_agent.transports.snmp.notifications import NotificationDecoder
from cmsp_agent.transports.snmp.timeliness import SignedTimes
from cmsp_agent.transports.snmp.trap_datagram import Notification, NotificationRefused
from cmsp_agent.transports.snmp.users import LocalUser, UsmUser, localized, user_from
from cmsp_agent.transports.snmp.varbinds import encode_value, encode_varbinds
from tests.integration.snmp.peers import SYS_NAME, Rig
from tests.integration.snmp.peers import usm as credential

USER = credential("SHA-1", "AES-128")
ENGINE = bytes.fromhex("80000009030000aabbcc01")
OTHER = bytes.fromhex("80000009030000aabbcc02")
RING = KeyRing()
NAMED = {SYS_NAME: b"gw-v3"}
Change = Callable[[bytes], list[bytes]]


class OwnClock:
    """A clock that a test may set."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def now(self) -> int:
        return 0

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time() + self.ahead

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class V3Device(asyncio.DatagramProtocol):
    """A device with one user, over a real socket.

    Attributes:
        unsigned: its REPORTs that the time is wrong have no signature.
        lax: it looks at nobody's time.
        silent: it says nothing to those who name another engine ID.
        change: what becomes of its answers on the way.
    """

    def __init__(self) -> None:
        self.unsigned = self.lax = self.silent = False
        self.change: Change = lambda answer: [answer]
        self.clock = OwnClock()
        self.boot(ENGINE, 1)

    def boot(self, engine_id: bytes, boots: int, time: float = 0) -> None:
        """Start anew: engineTime begins at `time`."""
        self.clock.ahead = 0.0
        self.engine = OwnEngine(engine_id, boots, self.clock)
        self.usm = AuthoritativeUsm(self.engine, [user_from(USER)], RING, ber.OidTexts())
        self.clock.ahead = time

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)
        self.port = self.transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        for out in self.answers(data):
            self.transport.sendto(out, addr)

    def believer(self, asked: usm.V3Message) -> AuthoritativeUsm:
        """One whose time is whatever the message says."""
        clock = OwnClock()
        engine = OwnEngine(self.engine.engine_id, asked.boots, clock)
        clock.ahead = asked.time
        return AuthoritativeUsm(engine, [user_from(USER)], RING, ber.OidTexts())

    def answers(self, data: bytes) -> list[bytes]:
        asked = usm.decode(data)
        if self.silent and asked.engine_id not in (b"", self.engine.engine_id):
            return []
        said = (self.believer(asked) if self.lax else self.usm).receive(data, asked)
        if isinstance(said, Request):
            value = encode_varbinds([(name, encode_value(ber.OCTET_STRING, b"gw-v3")) for name in said.pdu.names])
            body = pdu.encode_pdu(pdu.RESPONSE, said.pdu.request_id, 0, 0, value)
            return self.change(self.usm.respond(said, body))
        if isinstance(said, UsmReport):
            return self.change(without_signature(said.data) if self.unsigned else said.data)
        return []


def without_signature(report: bytes) -> bytes:
    """A REPORT as some devices send it: no flags, no authentication parameters."""
    received = usm.decode(report)
    said = usm.scoped_pdu(report, received, usm.NOBODY, ber.OidTexts()).pdu
    return unsigned_report(received, usm.report_name(said, ber.OidTexts()))


def unsigned_report(received: usm.V3Message, counter: str, boots: int | None = None, engine_id: bytes = b"") -> bytes:
    stat = encode_varbinds([(ber.oid_octets(counter), encode_value(ber.COUNTER32, 1))])
    body = pdu.encode_pdu(pdu.REPORT, received.msg_id, 0, 0, stat)
    engine_id = engine_id or received.engine_id
    onlooker = LocalUser(UsmUser(received.user), engine_id, None, None)
    scoped = usm.encode_scoped(engine_id, b"", body)
    return usm.encode(onlooker, received.boots if boots is None else boots, received.time, received.msg_id, scoped, 0)


class Received(NoObserver):
    """An observer that remembers."""

    def __init__(self) -> None:
        self.said: list[tuple[object, ...]] = []

    def duplicate_engine(self, engine_id: bytes, addresses: tuple[str, ...]) -> None:
        self.said.append(("duplicate", engine_id, *addresses))

    def boots_reset(self, address: str, known: int, now: int) -> None:
        self.said.append(("boots", known, now))

    def engine_changed(self, address: str, known: bytes, now: bytes) -> None:
        self.said.append(("changed", known, now))

    def recovered(self, address: str, how: str) -> None:
        self.said.append(("recovered", how))


class Kept:
    """An engine store in memory."""

    def __init__(self) -> None:
        self.engines: dict[str, bytes] = {}

    def load(self) -> dict[str, bytes]:
        return self.engines

    def remember(self, address: str, engine_id: bytes) -> None:
        self.engines[address] = engine_id


@asynccontextmanager
async def playing(address: str = "127.0.0.1") -> AsyncIterator[V3Device]:
    loop = asyncio.get_running_loop()
    transport, device = await loop.create_datagram_endpoint(V3Device, local_addr=(address, 0))
    try:
        yield device
    finally:
        transport.close()


def session(rig: Rig, device: V3Device, address: str = "127.0.0.1"):  # type: ignore[no-untyped-def]
    return rig.session(USER, device.port, address, timeout=0.15, retries=1)


async def test_unsigned_reports_of_a_wrong_time_serve_to_send_only() -> None:
    received, store = Received(), Kept()
    async with playing() as device:
        device.unsigned = True
        device.boot(ENGINE, 1, 400_000)
        async with Rig(observer=received, engines=store) as rig:
            asking = session(rig, device)
            assert await asking.get(SYS_NAME) == NAMED
            device.boot(ENGINE, 2)
            assert await asking.get(SYS_NAME) == NAMED
            assert received.said == [("recovered", exchange.UNSIGNED)]
            device.boot(ENGINE, 3)
        async with Rig(observer=received, engines=store) as rig:  # the agent starts anew, and knows the engine ID
            assert await session(rig, device).get(SYS_NAME) == NAMED
            assert rig.counters.value("snmp.engines.discovered") == 0
            assert rig.counters.total("snmp.engines.resynchronised") == 1


@pytest.mark.parametrize("unsigned", [False, True], ids=["signed", "unsigned"])
@pytest.mark.parametrize(("boots", "time"), [(3, 0.0), (3, 5_000.0), (7, 10.0)])
async def test_boots_or_time_that_go_back_are_believed_when_signed(unsigned: bool, boots: int, time: float) -> None:
    received = Received()
    async with playing() as device, Rig(observer=received) as rig:
        device.unsigned = unsigned
        device.boot(ENGINE, 7, 4_000)
        asking = session(rig, device)
        assert await asking.get(SYS_NAME) == NAMED
        device.boot(ENGINE, boots, time)
        assert await asking.get(SYS_NAME) == NAMED
        assert (("boots", 7, 3) in received.said) == (boots == 3)
        assert await asking.get(SYS_NAME) == NAMED


async def test_a_device_that_never_counts_its_boots_is_asked_by_its_time() -> None:
    clock = OwnClock()
    async with playing() as device, Rig(clock) as rig:
        device.boot(ENGINE, 0, 1_000)
        asking = session(rig, device)
        assert await asking.get(SYS_NAME) == NAMED
        reports = rig.counters.total("snmp.reports")
        for _ in range(3):
            clock.ahead += 300
            device.clock.ahead += 300
            assert await asking.get(SYS_NAME) == NAMED
        assert rig.counters.total("snmp.reports") == reports


async def test_a_device_that_looks_at_no_time_costs_no_poll_when_it_goes_back() -> None:
    received, clock = Received(), OwnClock()
    async with playing() as device, Rig(clock, observer=received) as rig:
        device.lax = True
        device.boot(ENGINE, 7, 4_000)
        asking = session(rig, device)
        assert await asking.get(SYS_NAME) == NAMED
        for boots, time in ((2, 0.0), (2, 50.0), (1, 9.0)):
            clock.ahead += 600
            device.boot(ENGINE, boots, time)
            assert await asking.get(SYS_NAME) == NAMED
        assert received.said[:2] == [("boots", 7, 2), ("recovered", exchange.BACK)]


@pytest.mark.parametrize("silent", [False, True], ids=["says so", "says nothing"])
async def test_an_exchanged_device_is_found_again(silent: bool) -> None:
    received, store = Received(), Kept()
    async with playing() as device, Rig(observer=received, engines=store) as rig:
        device.boot(ENGINE, 9, 1_000)
        asking = session(rig, device)
        assert await asking.get(SYS_NAME) == NAMED
        device.boot(OTHER, 1)
        device.silent = silent
        for _ in range(exchange.FAILURES if silent else 0):
            with pytest.raises(DeviceError):
                await asking.get(SYS_NAME)
        assert await asking.get(SYS_NAME) == NAMED
        assert received.said == [("changed", ENGINE, OTHER)]
        assert list(store.engines.values()) == [OTHER]


async def test_a_clone_keeps_a_time_of_its_own() -> None:
    received = Received()
    async with playing() as device, playing("127.0.0.2") as clone, Rig(observer=received) as rig:
        device.boot(ENGINE, 9, 1_000)
        clone.boot(OTHER, 4, 50)
        one, two = session(rig, device), session(rig, clone, address="127.0.0.2")
        assert await one.get(SYS_NAME) == await two.get(SYS_NAME) == NAMED
        clone.boot(ENGINE, 2)
        for _ in range(2):
            assert await one.get(SYS_NAME) == await two.get(SYS_NAME) == NAMED
        places = f"127.0.0.1 port {device.port}", f"127.0.0.2 port {clone.port}"
        assert received.said == [("changed", OTHER, ENGINE), ("duplicate", ENGINE, *places)]


async def test_answers_that_are_false_for_some_polls_end() -> None:
    received = Received()
    async with playing() as device, Rig(observer=received) as rig:
        asking = session(rig, device)
        assert await asking.get(SYS_NAME) == NAMED
        device.change = lambda answer: [answer[:-1] + bytes((answer[-1] ^ 1,))]
        for _ in range(exchange.FAILURES + 2):
            with pytest.raises(DeviceError):
                await asking.get(SYS_NAME)
        device.change = lambda answer: [answer]
        assert await asking.get(SYS_NAME) == NAMED
        [(what, how)] = received.said
        assert what == "recovered"
        assert "not true" in str(how)
        assert rig.counters.total("snmp.engines.forgotten") == 1


@pytest.mark.parametrize("counter", [usm.NOT_IN_TIME_WINDOW, usm.UNKNOWN_ENGINE])
@pytest.mark.parametrize("engine_id", [ENGINE, OTHER], ids=["its engine", "another"])
async def test_forged_reports_instead_of_answers_reset_nothing(counter: str, engine_id: bytes) -> None:
    """An onlooker who holds back the true answers costs answers; what he says is never taken for the engine's."""
    received, store, clock = Received(), Kept(), OwnClock()
    async with playing() as device, Rig(clock, observer=received, engines=store) as rig:
        device.boot(ENGINE, 5, 1_000)
        asking = session(rig, device)
        assert await asking.get(SYS_NAME) == NAMED
        device.change = lambda answer: [unsigned_report(usm.decode(answer), counter, 99, engine_id)]
        for _ in range(exchange.FAILURES - 1):
            with pytest.raises(DeviceError):
                await asking.get(SYS_NAME)
        assert rig.counters.total("snmp.engines.resynchronised") <= 1
        assert rig.counters.total("snmp.engines.discovered") <= 2
        assert list(store.engines.values()) == [ENGINE]
        device.change = lambda answer: [answer]
        clock.ahead += exchange.BELIEVE_AGAIN
        assert await asking.get(SYS_NAME) == NAMED
        assert list(store.engines.values()) == [ENGINE]
        assert not [said for said in received.said if said[0] in ("changed", "boots")]


async def test_forged_reports_before_the_answers_stand_in_nobodys_way() -> None:
    received = Received()
    async with playing() as device, Rig(observer=received) as rig:
        asking = session(rig, device)
        assert await asking.get(SYS_NAME) == NAMED
        device.change = lambda answer: [unsigned_report(usm.decode(answer), usm.NOT_IN_TIME_WINDOW, 99), answer]
        for _ in range(5):
            assert await asking.get(SYS_NAME) == NAMED
        assert rig.counters.total("snmp.engines.resynchronised") == 0
        assert received.said == []


async def test_a_forged_time_never_lets_an_old_answer_in() -> None:
    """The true time is put in doubt by a forged REPORT; what was signed for an earlier request stays refused."""
    async with playing() as device, Rig() as rig:
        asking = session(rig, device)
        recorded: list[bytes] = []

        def record(answer: bytes) -> list[bytes]:
            recorded.append(answer)
            return [answer]

        device.change = record
        assert await asking.get(SYS_NAME) == NAMED
        old = recorded[-1]
        device.change = lambda answer: [unsigned_report(usm.decode(answer), usm.NOT_IN_TIME_WINDOW, 0), old]
        with pytest.raises(DeviceError):
            await asking.get(SYS_NAME)


async def test_a_wrong_password_stays_refused_however_often_it_is_tried() -> None:
    async with playing() as device, Rig() as rig:
        asking = rig.session(credential("SHA-1", "AES-128", password="not-the-password"), device.port, timeout=0.1)
        for _ in range(exchange.FAILURES + 2):
            with pytest.raises(AuthenticationRejected):
                await asking.get(SYS_NAME)
        assert rig.counters.total("snmp.engines.forgotten") == 1


@pytest.mark.parametrize("auth", ["SHA-1", ""], ids=["signed", "unsigned"])
async def test_signed_answers_from_elsewhere_are_taken_and_shown(auth: str) -> None:
    async with playing() as device, playing("127.0.0.2") as other, Rig() as rig:
        asking = session(rig, device)
        if not auth:
            asking = rig.session(credential(), device.port, timeout=0.1, retries=0)
        original = device.datagram_received

        def divert(data: bytes, addr: tuple[str, int]) -> None:
            device.transport, kept = other.transport, device.transport
            original(data, addr)
            device.transport = kept

        device.datagram_received = divert  # type: ignore[method-assign]
        if auth:
            assert await asking.get(SYS_NAME) == NAMED
            assert asking.quirks.answers_from == f"127.0.0.2 port {other.port}"
            assert rig.counters.total("snmp.answers.other_address") > 0
        else:
            with pytest.raises(DeviceError):
                await asking.get(SYS_NAME)
            assert rig.counters.total("snmp.answers.other_address_refused") > 0


def trap(boots: int, time: int) -> bytes:
    bindings = encode_varbinds(
        [
            (ber.oid_octets("1.3.6.1.2.1.1.3.0"), encode_value(ber.TIME_TICKS, 1)),
            (
                ber.oid_octets("1.3.6.1.6.3.1.1.4.1.0"),
                encode_value(ber.OBJECT_IDENTIFIER, "1.3.6.1.6.3.1.1.5.3"),
            ),
        ]
    )
    local = localized(user_from(USER), ENGINE, RING)
    body = usm.encode_scoped(ENGINE, b"", pdu.encode_pdu(pdu.TRAP, 1, 0, 0, bindings))
    return usm.encode(local, boots, time, 1, body, local.level)


@pytest.mark.parametrize(("boots", "time"), [(2, 20), (7, 20)], ids=["lower boots", "the same boots, lower time"])
async def test_traps_with_the_lower_time_that_polls_have_authenticated_are_accepted(boots: int, time: int) -> None:
    times, clock = SignedTimes(), OwnClock()
    decoder = NotificationDecoder([user_from(USER)], None, clock, ring=RING, times=times)
    async with playing() as device, Rig(times=times) as rig:
        device.boot(ENGINE, 7, 4_000)
        asking = session(rig, device)
        assert await asking.get(SYS_NAME) == NAMED
        assert isinstance(decoder.decode(trap(7, 4_000), "127.0.0.1"), Notification)
        device.boot(ENGINE, boots, time)
        with pytest.raises(NotificationRefused, match="time window"):  # nobody but the trap itself says so yet
            decoder.decode(trap(boots, time), "127.0.0.1")
        assert await asking.get(SYS_NAME) == NAMED
        assert isinstance(decoder.decode(trap(boots, time), "127.0.0.1"), Notification)
        assert isinstance(decoder.decode(trap(boots, time + 1), "127.0.0.1"), Notification)
        with pytest.raises(NotificationRefused, match="time window"):
            decoder.decode(trap(boots - 1, time), "127.0.0.1")
