"""The simulated devices can fail in the ways that real ones do, so that others can be tested against that."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import asyncssh
import pytest
import pytest_asyncio

from tests.lab.site.ios_config import IosConfig
from tests.lab.site.ios_shell import IosDevice
from tests.lab.site.ledger import Ledger
from tests.lab.site.snmp_agent import SnmpAgent, SnmpFault
from tests.lab.site.ssh_server import IosSshServer, Misbehaviour, SshAccount
from tests.lab.site.walk import parse_walk

LINES = "\n".join(f"interface GigabitEthernet0/{number}\n description port {number}" for number in range(200))


@pytest_asyncio.fixture
async def ssh() -> AsyncIterator[IosSshServer]:
    device = IosDevice(IosConfig.parse(f"hostname gw\n{LINES}"), {})
    server = IosSshServer(device, SshAccount("cmsp", "right"))
    yield server
    await server.stop()


async def show(port: int) -> str:
    async with asyncssh.connect(
        "127.0.0.1", port, username="cmsp", password="right", known_hosts=None, client_keys=None, config=None
    ) as connection:
        return str((await connection.run("show running-config", encoding="latin-1")).stdout)


async def test_a_sound_device_shows_its_configuration(ssh: IosSshServer) -> None:
    text = await show(await ssh.start("127.0.0.1", 0))
    assert text.startswith("Building configuration...")
    assert text.rstrip().endswith("end")


@pytest.mark.parametrize(
    "misbehaviour",
    [Misbehaviour.SILENT_AT_BANNER, Misbehaviour.SILENT_AT_AUTHENTICATION, Misbehaviour.SILENT_IN_CONFIGURATION],
)
async def test_a_silent_device_keeps_one_waiting(ssh: IosSshServer, misbehaviour: Misbehaviour) -> None:
    ssh.misbehaviour = misbehaviour
    port = await ssh.start("127.0.0.1", 0)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1):
            await show(port)


async def test_a_device_can_hang_up_in_the_middle_or_answer_garbage(ssh: IosSshServer) -> None:
    ssh.misbehaviour = Misbehaviour.CUT_IN_CONFIGURATION
    port = await ssh.start("127.0.0.1", 0)
    assert not (await show(port)).rstrip().endswith("end")
    ssh.misbehaviour = Misbehaviour.GARBAGE
    assert "\x00" in await show(port)


@pytest.mark.filterwarnings("ignore:Diffie-Hellman over finite fields")
async def test_an_old_device_offers_old_algorithms_only() -> None:
    server = IosSshServer(IosDevice(IosConfig.parse("hostname gw"), {}), SshAccount("cmsp", "right"), legacy=True)
    port = await server.start("127.0.0.1", 0)
    try:
        with pytest.raises(asyncssh.KeyExchangeFailed):
            await asyncssh.connect("127.0.0.1", port, kex_algs=["curve25519-sha256"], known_hosts=None)
        async with asyncssh.connect(
            "127.0.0.1",
            port,
            username="cmsp",
            password="right",
            known_hosts=None,
            client_keys=None,
            config=None,
            kex_algs=["diffie-hellman-group14-sha1"],
            encryption_algs=["aes128-cbc"],
            server_host_key_algs=["ssh-rsa"],
        ) as connection:
            assert "hostname gw" in str((await connection.run("show running-config")).stdout)
    finally:
        await server.stop()


class Asker(asyncio.DatagramProtocol):
    """Takes one answer."""

    def __init__(self) -> None:
        self.answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: object) -> None:
        self.answer.set_result(data)


@pytest.mark.parametrize(
    ("fault", "size"), [(SnmpFault.SILENT, 0), (SnmpFault.GARBAGE, 200), (SnmpFault.HUGE, 60006), (SnmpFault.SLOW, 43)]
)
async def test_an_snmp_agent_can_fail(fault: SnmpFault, size: int) -> None:
    agent = SnmpAgent(
        "gw", parse_walk("1.3.6.1.2.1.1.5.0 text gw"), lambda: 1.0, Ledger(), "public", fault=fault, slow_by=0.1
    )
    port = await agent.open("127.0.0.1", 0)
    transport, asker = await asyncio.get_running_loop().create_datagram_endpoint(Asker, remote_addr=("127.0.0.1", port))
    transport.sendto(bytes.fromhex("302602010104067075626c6963a01902020100020100020100300d300b06072b060102010105 0500"))
    try:
        async with asyncio.timeout(0.5):
            assert len(await asker.answer) >= min(size, 30)
    except TimeoutError:
        assert size == 0
    finally:
        transport.close()
        agent.close()
