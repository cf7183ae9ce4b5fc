"""ICMP by unprivileged ping sockets and TCP connect checks, against a real kernel."""

import asyncio
import os
import socket
import subprocess
import sys
import textwrap
from collections.abc import Iterator

import pytest

from cmsp_agent.model.errors import NotPermittedHere
from cmsp_agent.transports import tcp
from cmsp_agent.transports.tcp import TcpAnswer

NETNS = f"reach{os.getpid()}"
PING = textwrap.dedent("""
    import asyncio, sys
    from cmsp_agent.model.errors import NotPermittedHere
    from cmsp_agent.transports.icmp import ping
    async def main():
        for address in sys.argv[1:]:
            try:
                trip = await ping(address, 0.5)
                print(address, "silent" if trip is None else "answered" if 0 < trip < 0.5 else trip)
            except NotPermittedHere:
                print(address, "not permitted here")
        try:
            await ping("127.0.0.1", 0.5, "203.0.113.1")
        except NotPermittedHere as error:
            print(error)
    asyncio.run(main())
""")


@pytest.fixture
def namespace() -> Iterator[str]:
    """A network namespace with nothing but loopback."""
    subprocess.run(["ip", "netns", "add", NETNS], check=True)
    try:
        subprocess.run(["ip", "-n", NETNS, "link", "set", "lo", "up"], check=True)
        yield NETNS
    finally:
        subprocess.run(["ip", "netns", "del", NETNS], check=True)


def ping_in(namespace: str, *addresses: str) -> list[str]:
    """What `ping` says of each address, in the namespace."""
    command = ["ip", "netns", "exec", namespace, sys.executable, "-c", PING, *addresses]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


@pytest.mark.root
def test_ping_where_ping_sockets_are_closed(namespace: str) -> None:
    assert ping_in(namespace, "127.0.0.1")[0] == "127.0.0.1 not permitted here"


@pytest.mark.root
def test_ping_where_ping_sockets_are_open(namespace: str) -> None:
    opened = ["ip", "netns", "exec", namespace, "sysctl", "-q", "-w", "net.ipv4.ping_group_range=0 2147483647"]
    subprocess.run(opened, check=True)
    subprocess.run(["ip", "-n", namespace, "route", "add", "blackhole", "192.0.2.0/24"], check=True)
    assert ping_in(namespace, "127.0.0.1", "::1", "192.0.2.1", "198.51.100.1") == [
        "127.0.0.1 answered",
        "::1 answered",
        "192.0.2.1 silent",
        "198.51.100.1 silent",
        "can't send from 203.0.113.1 (Cannot assign requested address)",
    ]


async def test_checking_a_port() -> None:
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    assert await tcp.check_port("127.0.0.1", port, 1.0, "127.0.0.1") is TcpAnswer.CONNECTED
    server.close()
    await server.wait_closed()
    assert await tcp.check_port("127.0.0.1", port, 1.0) is TcpAnswer.REFUSED


async def test_a_source_address_that_is_not_ours_says_nothing_of_the_device() -> None:
    with pytest.raises(NotPermittedHere):
        await tcp.check_port("127.0.0.1", 9, 1.0, "203.0.113.1")


async def test_a_port_that_never_answers() -> None:
    """A listener whose queue is full drops the SYN, as a firewall does."""
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        address = full.getsockname()
        waiting = [socket.socket() for _ in range(3)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(address)
        assert await tcp.check_port("127.0.0.1", address[1], 0.3) is TcpAnswer.SILENT
        for one in waiting:
            one.close()
