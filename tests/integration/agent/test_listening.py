"""The whole agent where a port or a path is somebody else's: it runs, says who has it, and takes it when it is free."""

import asyncio
import os
import socket
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from cmsp_agent.app.agent import Agent, running
from tests.integration.agent.stage import Stage, staged
from tests.integration.agent.test_lifecycle import polled, until
from tests.lab.agent.api import AgentApi
from tests.lab.agent.process import AgentProcess

ACTIVATE = """
import os, socket, sys
end = sys.argv.index("--")
made = []
for name, address, port in (word.split() for word in sys.argv[1:end]):
    one = socket.socket(type=socket.SOCK_DGRAM)
    one.bind((address, int(port)))
    made.append((name, one.detach()))
for place, (_, descriptor) in enumerate(made):
    os.dup2(os.dup(descriptor), 100 + place)
for place in range(len(made)):
    os.dup2(100 + place, 3 + place)
    os.close(100 + place)
os.environ.update(LISTEN_FDS=str(len(made)), LISTEN_PID=str(os.getpid()), LISTEN_FDNAMES=":".join(n for n, _ in made))
os.execv(sys.argv[end + 1], sys.argv[end + 1:])
"""
"""Hands sockets over as systemd does (sd_listen_fds(3)), then becomes the command."""


def held(agent: Agent) -> dict[str, str]:
    """The texts of the alarms about listening, by object."""
    active = agent.events.service.alarm_state.active
    return {key.object: event.text for key, event in active.items() if key.type == "listen.failed"}


def occupy(address: str, port: int, kind: socket.SocketKind = socket.SOCK_DGRAM) -> socket.socket:
    taken = socket.socket(type=kind)
    taken.bind((address, port))
    if kind is socket.SOCK_STREAM:
        taken.listen()
    return taken


async def test_a_port_that_is_taken_costs_that_port_and_only_until_it_is_free(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        name = f"listen.traps 127.0.0.1:{stage.ports.traps}"
        with occupy("127.0.0.1", stage.ports.traps):
            async with running(stage.load()) as agent:
                await until(lambda: bool(held(agent)))
                assert f"(process {os.getpid()})" in held(agent)[name]
                await until(polled(agent, 8))
                assert agent.receiving.addresses["traps"] == []
                assert agent.receiving.addresses["syslog-udp"] == [("127.0.0.1", stage.ports.syslog)]
        async with running(stage.load()) as agent:
            await until(lambda: not held(agent))
            assert agent.receiving.addresses["traps"] == [("127.0.0.1", stage.ports.traps)]


async def test_it_takes_the_port_when_the_other_ends(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        other = occupy("127.0.0.1", stage.ports.traps)
        async with running(stage.load()) as agent:
            await until(lambda: bool(held(agent)))
            other.close()
            await until(lambda: not held(agent))
            before = agent.runtime.counters.value("traps.received")
            stage.site.fail_pri("gw-1")
            await until(lambda: agent.runtime.counters.value("traps.received") > before)


@pytest.mark.parametrize("key", ["api.listen", "api.socket"])
async def test_the_api_may_wait_for_its_place_too(tmp_path: Path, key: str) -> None:
    async with staged(tmp_path) as stage:
        other = take_the_apis(stage, key)
        async with running(stage.load()) as agent:
            await until(lambda: any(name.startswith(key) for name in held(agent)))
            await until(polled(agent, 8))
            other.close()
            await until(lambda: not held(agent))


def take_the_apis(stage: Stage, key: str) -> socket.socket:
    if key == "api.listen":
        other = occupy("127.0.0.1", 0, socket.SOCK_STREAM)
        stage.rewrite('listen: "127.0.0.1:0"', f'listen: "127.0.0.1:{other.getsockname()[1]}"')
        return other
    other = socket.socket(socket.AF_UNIX)
    other.bind(str(stage.workspace.api_socket))
    other.listen()
    return other


async def test_an_inherited_socket_that_the_file_does_not_ask_for_is_closed_and_said(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        handed = (f"traps 127.0.0.1 {stage.ports.traps}", "syslog-udp 127.0.0.1 0")
        prefix = (sys.executable, "-c", ACTIVATE, *handed, "--")
        async with AgentProcess(stage.workspace, prefix) as agent, AgentApi(stage.workspace.api_socket) as api:
            await settled(lambda: closed(api))
            (event,) = await closed(api)
            assert event["object"].startswith("syslog-udp 127.0.0.1:")
            assert datagram_ports(agent.pid) >= {stage.ports.traps, stage.ports.syslog}
            assert int(event["object"].rpartition(":")[2]) not in datagram_ports(agent.pid)


async def closed(api: AgentApi) -> list[dict[str, Any]]:
    document = await api.get("/v1/events?limit=200")
    return [event for event in document["items"] if event["type"] == "listen.closed"]


async def settled(seen: Callable[[], Awaitable[Any]], within: float = 15.0) -> None:
    async with asyncio.timeout(within):
        while not await seen():  # noqa: ASYNC110 - what is awaited is in another process
            await asyncio.sleep(0.05)


def datagram_ports(pid: int) -> set[int]:
    """The UDP ports of a process, by the kernel's tables."""
    inodes = {os.readlink(each)[8:-1] for each in Path(f"/proc/{pid}/fd").iterdir() if _is_socket(each)}
    rows = [line.split() for line in Path("/proc/net/udp").read_text().splitlines()[1:]]
    return {int(row[1].rpartition(":")[2], 16) for row in rows if row[9] in inodes}


def _is_socket(descriptor: Path) -> bool:
    try:
        return os.readlink(descriptor).startswith("socket:[")
    except OSError:
        return False
