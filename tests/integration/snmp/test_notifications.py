"""net-snmp sends traps and informs of every version and pair of algorithms; our decoder understands and answers."""

import asyncio
from collections.abc import AsyncIterator
from typing import cast

import pytest

from cmsp_agent.aio.clock import SystemClock
from cmsp_agent.storage.tables.snmp_engines import unkept
from cmsp_agent.transports.snmp.authoritative import OwnEngine
from cmsp_agent.transports.snmp.ber import DecodeError
from cmsp_agent.transports.snmp.notifications import NotificationDecoder
from cmsp_agent.transports.snmp.trap_datagram import Notification, ReportReply
from cmsp_agent.transports.snmp.users import user_from
from tests.integration.snmp.peers import (
    AUTH_NAMES,
    AUTH_PASSWORD,
    NEEDS_COMMANDS,
    PRIV_NAMES,
    PRIV_PASSWORD,
    command,
    pairs,
    user_name,
    usm,
)

pytestmark = NEEDS_COMMANDS

LINK_DOWN = "1.3.6.1.6.3.1.1.5.3"
IF_INDEX = "1.3.6.1.2.1.2.2.1.1.7"


class Receiver(asyncio.DatagramProtocol):
    """What a trap service does, on one socket: decode, answer informs and discovery."""

    def __init__(self, decoder: NotificationDecoder) -> None:
        self.decoder = decoder
        self.received: list[Notification] = []
        self.replies: list[str] = []
        self.refused: list[str] = []
        self.transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        assert self.transport is not None
        try:
            received = self.decoder.decode(data, addr[0])
        except DecodeError as error:
            self.refused.append(str(error))
            return
        if isinstance(received, ReportReply):
            self.replies.append(received.reason)
            self.transport.sendto(received.data, addr)
            return
        self.received.append(received)
        if received.kind == "inform":
            self.transport.sendto(self.decoder.respond(received), addr)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """A receiver with a user for each pair, on a port of its own."""
    users = [user_from(usm(auth, priv)) for auth, priv in pairs()]
    clock = SystemClock()
    decoder = NotificationDecoder(users, OwnEngine(unkept(), 1, clock), clock)
    transport, protocol = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: Receiver(decoder), local_addr=("127.0.0.1", 0)
    )
    yield protocol
    transport.close()
    await asyncio.sleep(0)


def place(receiver: Receiver) -> str:
    assert receiver.transport is not None
    return f"127.0.0.1:{receiver.transport.get_extra_info('sockname')[1]}"


async def settled(receiver: Receiver) -> Notification:
    for _ in range(200):
        if receiver.received:
            return receiver.received[-1]
        await asyncio.sleep(0.01)
    raise AssertionError(f"nothing received; refused: {receiver.refused}")


def v3_options(auth: str, priv: str) -> list[str]:
    level = "authPriv" if priv else "authNoPriv" if auth else "noAuthNoPriv"
    options = ["-v3", "-u", user_name(auth, priv), "-l", level]
    options += ["-a", AUTH_NAMES[auth], "-A", AUTH_PASSWORD] if auth else []
    return options + (["-x", PRIV_NAMES[priv], "-X", PRIV_PASSWORD] if priv else [])


async def test_v1_traps_are_mapped(receiver: Receiver) -> None:
    code, out = await command(
        "snmptrap",
        "-v1",
        "-cpublic",
        place(receiver),
        "1.3.6.1.4.1.9.1.1",
        "192.0.2.7",
        "2",
        "0",
        "77",
        IF_INDEX,
        "i",
        "7",
    )
    assert code == 0, out
    received = await settled(receiver)
    assert (received.version, received.kind, received.trap_oid) == ("1", "trap", LINK_DOWN)
    assert (received.agent_address, received.uptime, received.varbinds) == ("192.0.2.7", 77, ((IF_INDEX, 7),))
    receiver.received.clear()
    await command("snmptrap", "-v1", "-cpublic", place(receiver), "1.3.6.1.4.1.9.9.41.2", "", "6", "3", "")
    assert (await settled(receiver)).trap_oid == "1.3.6.1.4.1.9.9.41.2.0.3"


@pytest.mark.parametrize("kind", ["trap", "inform"])
async def test_v2c(receiver: Receiver, kind: str) -> None:
    code, out = await command(
        f"snmp{kind}",
        "-v2c",
        "-cpublic",
        place(receiver),
        "99",
        LINK_DOWN,
        IF_INDEX,
        "i",
        "7",
        "1.3.6.1.2.1.1.5.0",
        "s",
        "x",
    )
    assert code == 0, out
    received = await settled(receiver)
    assert (received.version, received.kind, received.trap_oid, received.uptime) == ("2c", kind, LINK_DOWN, 99)
    assert received.varbinds == ((IF_INDEX, 7), ("1.3.6.1.2.1.1.5.0", b"x"))
    assert received.community == b"public"
    assert "public" not in repr(received)


@pytest.mark.parametrize(("auth", "priv"), pairs())
async def test_v3_informs_with_our_engine(receiver: Receiver, auth: str, priv: str) -> None:
    code, out = await command(
        "snmpinform", *v3_options(auth, priv), "-t10", "-r1", place(receiver), "99", LINK_DOWN, IF_INDEX, "i", "7"
    )
    assert code == 0, out
    received = await settled(receiver)
    assert (received.version, received.kind, received.trap_oid) == ("3", "inform", LINK_DOWN)
    assert received.varbinds == ((IF_INDEX, 7),)
    assert received.authentic is bool(auth)
    assert receiver.replies[0] == "usmStatsUnknownEngineIDs"


@pytest.mark.parametrize(("auth", "priv"), pairs())
async def test_v3_traps_of_engines_never_listed(receiver: Receiver, auth: str, priv: str) -> None:
    for number in range(3):
        engine = f"0x80000009040{number}aabbcc0{number}"
        code, out = await command(
            "snmptrap",
            *v3_options(auth, priv),
            "-e",
            engine,
            place(receiver),
            str(number),
            LINK_DOWN,
            IF_INDEX,
            "i",
            "7",
        )
        assert code == 0, out
        received = await settled(receiver)
        assert (received.kind, received.uptime, received.trap_oid) == ("trap", number, LINK_DOWN)
        assert received.engine_id == bytes.fromhex(engine[2:])
        receiver.received.clear()


async def test_a_wrong_password_is_refused(receiver: Receiver) -> None:
    options = ["-v3", "-u", user_name("SHA-1", ""), "-l", "authNoPriv", "-a", "SHA", "-A", "not-the-password"]
    code, _ = await command("snmpinform", *options, "-t0.5", "-r0", place(receiver), "99", LINK_DOWN)
    assert code != 0
    await command("snmptrap", *options, "-e", "0x8000000904aabbccdd", place(receiver), "99", LINK_DOWN)
    for _ in range(100):
        if receiver.refused:
            break
        await asyncio.sleep(0.01)
    assert receiver.received == []
    assert "usmStatsWrongDigests" in receiver.replies
    assert receiver.refused == ["wrong digest"]
