"""The built-in site really does what the demonstration relies on: it is asked over sockets, as the agent asks it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import cast

import pytest_asyncio
from netmiko import ConnectHandler

from cmsp_agent.transports import tcp
from cmsp_agent.transports.snmp import ber, message, pdu
from cmsp_agent.transports.snmp.varbinds import unspecified
from tests.lab.site import happenings
from tests.lab.site.emitter import Receivers
from tests.lab.site.happenings import FIRST_PRI, LAPD_OPER_STATUS, LAYER2_CHANGE
from tests.lab.site.ledger import Kind
from tests.lab.site.notices import SyslogLine
from tests.lab.site.site import Site

TEXTS = ber.OidTexts()


class Box(asyncio.DatagramProtocol):
    """A receiver that keeps what comes, with the address that it came from."""

    def __init__(self) -> None:
        self.got: asyncio.Queue[tuple[bytes, str]] = asyncio.Queue()
        self.transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.got.put_nowait((data, addr[0]))
        if data[0] == 0x30:
            asked = message.decode(data, TEXTS).pdu
            if isinstance(asked, pdu.Pdu) and asked.kind == pdu.INFORM and self.transport is not None:
                reply = pdu.encode_pdu(pdu.RESPONSE, asked.request_id, 0, 0, unspecified(asked.names))
                self.transport.sendto(message.encode(message.prefix(1, b"lab-c0mmunity-string"), reply), addr)

    async def next(self) -> tuple[bytes, str]:
        return await asyncio.wait_for(self.got.get(), 3)


async def box() -> tuple[Box, tuple[str, int]]:
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_datagram_endpoint(Box, local_addr=("127.0.0.1", 0))
    return protocol, transport.get_extra_info("sockname")


Lab = tuple[Site, Box, Box]


@pytest_asyncio.fixture
async def lab() -> AsyncIterator[Lab]:
    traps, traps_at = await box()
    lines, lines_at = await box()
    async with Site(Receivers(traps_at, lines_at)) as site:
        yield site, traps, lines
    for one in (traps, lines):
        assert one.transport is not None
        one.transport.close()


async def ask(site: Site, name: str, oid: str, community: bytes = b"lab-c0mmunity-string") -> object:
    asker, _ = await box()
    request = message.encode(
        message.prefix(1, community), pdu.encode_pdu(pdu.GET, 7, 0, 0, unspecified([ber.oid_octets(oid)]))
    )
    assert asker.transport is not None
    asker.transport.sendto(request, (site[name].definition.address, site.access.snmp_port))
    try:
        datagram, sender = await asyncio.wait_for(asker.got.get(), 0.5)
    except TimeoutError:
        return None
    finally:
        asker.transport.close()
    assert sender == site[name].definition.address
    answer = message.decode(datagram, TEXTS).pdu
    assert isinstance(answer, pdu.Pdu)
    return answer.values[0]


async def test_devices_answer_from_their_own_addresses_and_are_counted(lab: Lab) -> None:
    site, _, _ = lab
    assert await ask(site, "ups-1", "1.3.6.1.2.1.33.1.2.4.0") == 100
    assert await ask(site, "sbc-1", "1.3.6.1.2.1.1.5.0") == b"sbc-1"
    assert await ask(site, "sbc-1", "1.3.6.1.2.1.1.5.0", b"wrong") is None
    assert site.ledger.counts["sbc-1", "snmp.answered"] == 1
    assert site.ledger.counts["sbc-1", "snmp.refused"] == 1


async def test_a_failed_pri_changes_the_walk_and_is_reported_twice(lab: Lab) -> None:
    site, traps, lines = lab
    site.fail_pri("gw-3")
    assert await ask(site, "gw-3", f"{LAPD_OPER_STATUS}.{FIRST_PRI.channel}") == 2
    datagram, sender = await traps.next()
    reported = message.decode(datagram, TEXTS).pdu
    assert isinstance(reported, pdu.Pdu)
    assert (sender, reported.values[1], reported.values[2:]) == ("127.0.3.1", LAYER2_CHANGE, [20, 2])
    line, sender = await lines.next()
    assert sender == "127.0.3.1"
    assert line.endswith(b": %ISDN-6-LAYER2DOWN: Layer 2 for Interface Se0/1/0:15, TEI 0 changed to down")
    assert site.ledger.emitted_of(Kind.TRAP, Kind.SYSLOG) == 2


async def test_informs_are_repeated_until_acknowledged(lab: Lab) -> None:
    site, traps, _ = lab
    site.happen("gw-2", happenings.interface(2, "GigabitEthernet0/0/1", up=False))
    await traps.next()
    for _ in range(100):
        if site.ledger.counts["gw-2", "inform.acknowledged"]:
            break
        await asyncio.sleep(0.01)
    assert site.ledger.emitted_of(Kind.INFORM) == 1
    assert site.ledger.counts["gw-2", "inform.acknowledged"] == 1


async def test_a_dead_device_is_silent_and_what_is_behind_it_too(lab: Lab) -> None:
    site, traps, lines = lab
    port = site.access.ssh_port
    assert await tcp.check_port("127.0.1.1", port, 1) is tcp.TcpAnswer.CONNECTED
    await site.kill("gw-1")
    assert [name for name, device in site.devices.items() if not device.alive] == ["gw-1", "vg-1"]
    assert await tcp.check_port("127.0.1.1", port, 0.3) is tcp.TcpAnswer.SILENT
    assert await tcp.check_port("127.0.1.10", port, 0.3) is tcp.TcpAnswer.SILENT
    assert await ask(site, "vg-1", "1.3.6.1.2.1.1.5.0") is None

    await site.revive("gw-1")
    assert await tcp.check_port("127.0.1.1", port, 1) is tcp.TcpAnswer.CONNECTED
    assert await ask(site, "vg-1", "1.3.6.1.2.1.1.5.0") == b"vg-1"
    reported = message.decode((await traps.next())[0], TEXTS).pdu
    assert isinstance(reported, pdu.Pdu)
    assert reported.values[1] == happenings.COLD_START
    assert b"%SYS-5-RESTART: System restarted --" in (await lines.next())[0]


def edit_and_save(site: Site) -> tuple[str, str, str]:
    with ConnectHandler(
        device_type="cisco_ios",
        host="127.0.1.1",
        port=site.access.ssh_port,
        username=site.access.ssh_user,
        password=site.access.ssh_password,
    ) as session:
        before = str(session.send_command("show running-config"))
        session.send_config_set(["interface GigabitEthernet0/0/1", "description spare, tested"])
        session.save_config()
        return (
            before,
            str(session.send_command("show running-config")),
            str(session.send_command("show startup-config")),
        )


async def test_the_command_line_is_good_enough_for_netmiko(lab: Lab) -> None:
    site, _, lines = lab
    before, after, saved = await asyncio.to_thread(edit_and_save, site)
    assert before.endswith("end")
    assert " description spare, tested\n" not in before
    assert " description spare, tested\n" in after
    assert " description spare, tested\n" in saved
    assert b"%SYS-5-CONFIG_I: Configured from console by cmsp on vty0" in (await lines.next())[0]
    assert site.ledger.counts["gw-1", "ssh.accepted"] == 1


async def test_a_flood_is_counted_and_arrives(lab: Lab) -> None:
    site, _, lines = lab
    await site["gw-3"].emitter.flood(SyslogLine("SYS-6-LOGOUT", "User cmsp has exited"), count=300, per_second=20_000)
    assert [b"%SYS-6-LOGOUT" in (await lines.next())[0] for _ in range(300)] == [True] * 300
    assert site.ledger.counts["gw-3", "flooded"] == 300
    assert site.ledger.emitted_of(Kind.SYSLOG) == 0
