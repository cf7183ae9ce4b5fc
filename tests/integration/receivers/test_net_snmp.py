"""Traps and informs of net-snmp, v1 to v3, through socket, decoder and service to a sink that commits when told to."""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from cmsp_agent.aio.clock import SystemClock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.aio.supervise import Supervisor
from cmsp_agent.model.credentials import SnmpCredential
from cmsp_agent.model.secret import Secret
from cmsp_agent.model.signal import Signal, TrapSignal
from cmsp_agent.services.devices.senders import Senders
from cmsp_agent.services.receiving.traps import Agreed, TrapService
from cmsp_agent.storage.tables.snmp_engines import unkept
from cmsp_agent.transports.datagrams import DatagramReceiver
from cmsp_agent.transports.snmp import ber, message, pdu
from cmsp_agent.transports.snmp.authoritative import OwnEngine
from cmsp_agent.transports.snmp.notifications import NotificationDecoder
from cmsp_agent.transports.snmp.users import user_from
from cmsp_agent.transports.snmp.varbinds import encode_value, encode_varbinds
from tests.integration.receivers.conftest import until
from tests.integration.snmp.peers import NEEDS_COMMANDS
from tests.lab.listening import bind_datagrams

pytestmark = [
    pytest.mark.usefixtures("nothing_left"),
    NEEDS_COMMANDS,
]

LINK_DOWN = "1.3.6.1.6.3.1.1.5.3"
BINDING = ["1.3.6.1.2.1.2.2.1.1.3", "i", "3"]
V2_BODY = ["4711", LINK_DOWN, *BINDING]
V3 = ["-v3", "-u", "cmsp", "-l", "authPriv", "-a", "SHA-256", "-A", "authenticate", "-x", "AES", "-X", "encrypt it"]
USER = SnmpCredential(
    version="3",
    user="cmsp",
    auth="SHA-256",
    auth_key=Secret("auth", lambda: "authenticate"),
    priv="AES-128",
    priv_key=Secret("priv", lambda: "encrypt it"),
)


class Station:
    """Trap reception put together as in the agent, with a commit that can be held back."""

    def __init__(self, known: str) -> None:
        self.counters = Counters()
        self.clock = SystemClock()
        self.signals: list[Signal] = []
        self.commit = asyncio.Event()
        self.commit.set()
        self.senders = Senders(self.counters)
        self.senders.configure({"gw-1": [known]})
        decoder = NotificationDecoder([user_from(USER)], OwnEngine(unkept(), 1, self.clock), self.clock)
        agreed = {"gw-1": Agreed(b"public", "cmsp")}
        self.service = TrapService(self.senders, decoder, agreed, self.take, self.clock, self.counters)
        self.receiver = DatagramReceiver("traps", bind_datagrams(0), self.service.receive, self.counters, answers=True)

    async def take(self, signals: Sequence[Signal]) -> None:
        self.signals += signals
        await self.commit.wait()

    async def send(self, program: str, *arguments: str, host: str = "127.0.0.1", body: Sequence[str] = V2_BODY) -> int:
        peer = f"udp6:[{host}]" if ":" in host else f"udp:{host}"
        peer = f"{peer}:{self.receiver.addresses[0][1]}"
        process = await asyncio.create_subprocess_exec(program, *arguments, "-t", "1", "-r", "3", peer, *body)
        return await process.wait()


@asynccontextmanager
async def station(known: str = "127.0.0.1") -> AsyncIterator[Station]:
    made = Station(known)
    async with Supervisor(made.clock, made.counters) as supervisor:
        supervisor.keep_running("traps", made.service.run)
        made.receiver.start()
        yield made
        made.receiver.close()


def only(signals: list[Signal]) -> TrapSignal:
    (signal,) = signals
    assert isinstance(signal, TrapSignal)
    assert (signal.component, signal.trap_oid, signal.varbinds[:1]) == ("gw-1", LINK_DOWN, ((BINDING[0], 3),))
    return signal


@pytest.mark.parametrize("arguments", [["-v2c", "-c", "public"], V3], ids=["v2c", "v3"])
async def test_traps(arguments: list[str]) -> None:
    async with station() as made:
        assert await made.send("snmptrap", *arguments) == 0
        await until(lambda: made.signals)
        signal = only(made.signals)
        assert (signal.uptime, signal.inform) == (4711, False)


async def test_v1_traps_are_mapped() -> None:
    async with station() as made:
        assert (
            await made.send("snmptrap", "-v1", "-c", "public", body=["", "127.0.0.1", "2", "0", "4711", *BINDING]) == 0
        )
        await until(lambda: made.signals)
        assert only(made.signals).version == "1"


@pytest.mark.parametrize("arguments", [["-v2c", "-c", "public"], V3], ids=["v2c", "v3"])
async def test_informs_are_answered_after_the_commit_and_from_the_address_asked(arguments: list[str]) -> None:
    async with station() as made:
        made.commit.clear()
        sending = asyncio.create_task(made.send("snmpinform", *arguments, host="127.0.0.99"))
        await until(lambda: made.signals)
        await asyncio.sleep(0.2)
        assert not sending.done()
        made.commit.set()
        assert await sending == 0
        assert only(made.signals[:1]).inform


async def test_informs_over_ipv6() -> None:
    async with station("::1") as made:
        assert await made.send("snmpinform", "-v2c", "-c", "public", host="::1") == 0
        assert only(made.signals).inform


async def test_an_inform_that_is_never_committed_is_never_answered() -> None:
    async with station() as made:
        made.commit.clear()
        sending = made.send("snmpinform", "-v2c", "-c", "public", "-t", "0.2", "-r", "1")
        assert await sending != 0
        made.commit.set()


async def test_a_relayed_trap_is_found_by_snmp_trap_address() -> None:
    async with station("192.0.2.7") as made:
        made.senders.trust(["127.0.0.1"])
        relayed = [*V2_BODY, "1.3.6.1.6.3.18.1.3.0", "a", "192.0.2.7"]
        assert await made.send("snmptrap", "-v2c", "-c", "public", body=relayed) == 0
        await until(lambda: made.signals)
        assert only(made.signals).component == "gw-1"


async def test_unknown_senders_and_wrong_keys_are_counted() -> None:
    async with station("192.0.2.7") as made:
        assert await made.send("snmptrap", "-v2c", "-c", "public") == 0
        await until(lambda: made.senders.unknown())
        wrong = [*V3[:-1], "encrypt that"]
        wrong[wrong.index("authenticate")] = "impersonate"
        assert await made.send("snmptrap", *wrong) == 0
        await until(lambda: made.counters.value("traps.refused", "wrong digest"))
        assert made.signals == []


@pytest.mark.parametrize("arguments", [["-v2c", "-c", "public"], V3], ids=["v2c", "v3"])
async def test_an_inform_that_is_sent_again_before_the_commit_is_one(arguments: list[str]) -> None:
    async with station() as made:
        made.commit.clear()
        sending = asyncio.create_task(made.send("snmpinform", *arguments))
        await until(lambda: made.counters.total("traps.informs_repeated") >= 2)
        assert made.counters.total("traps.informs_answered") == 0
        made.commit.set()
        assert await sending == 0
        assert only(made.signals).inform


def inform(request_id: int, uptime: int) -> bytes:
    bindings = encode_varbinds(
        [
            (ber.oid_octets("1.3.6.1.2.1.1.3.0"), encode_value(ber.TIME_TICKS, uptime)),
            (ber.oid_octets("1.3.6.1.6.3.1.1.4.1.0"), encode_value(ber.OBJECT_IDENTIFIER, LINK_DOWN)),
            (ber.oid_octets(BINDING[0]), encode_value(ber.INTEGER, 3)),
        ]
    )
    return message.encode(
        message.prefix(message.V2C, b"public"), pdu.encode_pdu(pdu.INFORM, request_id, 0, 0, bindings)
    )


async def test_an_inform_whose_acknowledgement_is_lost_is_one_and_acknowledged_each_time() -> None:
    async with station() as made:
        loop = asyncio.get_running_loop()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as device:
            device.setblocking(False)
            device.bind(("127.0.0.1", 0))
            place = ("127.0.0.1", made.receiver.addresses[0][1])
            for _ in range(3):
                device.sendto(inform(998_877, 4711), place)
                answer = await asyncio.wait_for(loop.sock_recv(device, 2000), 5)
                assert message.decode(answer, ber.OidTexts()).pdu.kind == pdu.RESPONSE  # type: ignore[union-attr]
            assert only(made.signals).inform
            assert made.counters.value("traps.informs_repeated", key="gw-1") == 2
            for again in (inform(998_878, 4711), inform(998_877, 12)):  # another one; the same ID after a restart
                device.sendto(again, place)
                await asyncio.wait_for(loop.sock_recv(device, 2000), 5)
            assert len(made.signals) == 3
