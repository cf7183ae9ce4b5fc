"""Power cuts: the agent is killed again and again under load, and keeps every promise that it made.

A promise is an INFORM answered, or an API call answered with 202. What was promised must reach the head-end, or be a
job that ended; and nothing may reach the head-end twice under two sequences.
"""

import asyncio
import os
import random
import socket
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from tests.lab.agent.process import AgentProcess
from tests.lab.agent.workspace import HeadendAccess, Workspace, free_udp_ports
from tests.lab.headend.server import Headend

KILLS = int(os.environ.get("CMSP_KILLS", "50" if os.environ.get("CMSP_LONG") else "20"))
TRAP = "1.3.6.1.4.1.99999.7"
DEVICE = "127.0.9.1"
FIRST_REQUEST = 1 << 28
"""Large enough for every request ID to take four octets."""
PACE = 0.002
"""Seconds between two informs: 500 a second."""

SITE = """\
appliance: {{name: cut, secrets: {secrets}, next_hop: 127.0.0.1, storage: {{state: {state}, backups: {backups}}}}}
headend: {{urls: [{url}], tunnel: external, tls: {{certificate: {certificate}, key: {key}, ca: {ca}}}}}
api: {{socket: {socket}}}
listen: {{traps: "127.0.0.1:{traps}", syslog: off, syslog_tcp: off, syslog_tls: off}}
sites: {{lab: {{people: 1}}}}
components:
  dev: {{address: {device}, site: lab, type: reachability, reach: {{icmp: false, tcp: 9}}, poll: {{every: 1h}}}}
"""


def tlv(tag: int, content: bytes) -> bytes:
    length = bytes([len(content)]) if len(content) < 128 else bytes([0x82]) + len(content).to_bytes(2, "big")
    return bytes([tag]) + length + content


def oid(text: str) -> bytes:
    first, second, *rest = (int(arc) for arc in text.split("."))
    encoded = bytes([first * 40 + second])
    for arc in rest:
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.append(arc & 0x7F | 0x80)
        encoded += bytes(reversed(groups))
    return tlv(6, encoded)


def inform(number: int) -> bytes:
    """An SNMPv2c INFORM whose trap OID and request ID are of this number alone."""
    uptime = tlv(0x30, oid("1.3.6.1.2.1.1.3.0") + tlv(0x43, b"\x01"))
    kind = tlv(0x30, oid("1.3.6.1.6.3.1.1.4.1.0") + oid(f"{TRAP}.{number}"))
    request = tlv(2, (FIRST_REQUEST + number).to_bytes(4, "big")) + tlv(2, b"\0") + tlv(2, b"\0")
    return tlv(0x30, tlv(2, b"\x01") + tlv(4, b"lab") + tlv(0xA6, request + tlv(0x30, uptime + kind)))


def acknowledged(answer: bytes) -> int:
    """The request ID of a Response-PDU."""
    at = answer.index(b"\xa2")
    start = answer.index(b"\x02\x04", at) + 2
    return int.from_bytes(answer[start : start + 4], "big") - FIRST_REQUEST


@dataclass
class Device:
    """Sends each inform once, at a steady pace, whoever listens, and remembers which were answered."""

    port: int
    sent: int = 0
    promised: set[int] = field(default_factory=set)

    async def run(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind((DEVICE, 0))
            sock.setblocking(False)
            asyncio.get_running_loop().add_reader(sock, self._answers, sock)
            try:
                while True:
                    self.sent += 1
                    sock.sendto(inform(self.sent), ("127.0.0.1", self.port))
                    await asyncio.sleep(PACE)
            finally:
                asyncio.get_running_loop().remove_reader(sock)

    def _answers(self, sock: socket.socket) -> None:
        try:
            while True:
                self.promised.add(acknowledged(sock.recv(2000)))
        except OSError:  # nothing more, or nobody listens at the moment
            return


async def ask_for_polls(workspace: Workspace, promised: set[str]) -> None:
    """Ask for polls as fast as they are accepted, until the agent is gone."""
    transport = httpx.AsyncHTTPTransport(uds=str(workspace.api_socket))
    async with httpx.AsyncClient(transport=transport, base_url="http://agent") as client:
        try:
            while True:
                headers = {"Idempotency-Key": os.urandom(8).hex()}
                answer = await client.post("/v1/components/dev/poll", headers=headers)
                if answer.status_code == 202:
                    promised.add(answer.json()["id"])
                await asyncio.sleep(0.05)
        except httpx.HTTPError:
            return


async def jobs_over(workspace: Workspace, promised: set[str]) -> set[str]:
    """Those of the promised jobs that the agent knows and that ended."""
    transport = httpx.AsyncHTTPTransport(uds=str(workspace.api_socket))
    over = set()
    async with httpx.AsyncClient(transport=transport, base_url="http://agent", timeout=30) as client:
        for job in promised:
            for _ in range(100):
                answer = await client.get(f"/v1/jobs/{job}")
                if answer.status_code == 200 and answer.json()["state"] in ("done", "failed"):
                    over.add(job)
                    break
                await asyncio.sleep(0.1)
    return over


@pytest.mark.timeout(900)
async def test_what_was_promised_survives_being_killed_under_load(tmp_path: Path) -> None:
    ports, workspace, jobs = free_udp_ports(), Workspace(tmp_path), set[str]()
    with Headend(tmp_path / "headend") as headend:
        identity = headend.client("cut")
        access = HeadendAccess(headend.url, identity.certificate, identity.key, headend.authority.path)
        workspace.write(
            SITE.format(
                secrets=workspace.secrets,
                state=workspace.state,
                backups=workspace.backups,
                socket=workspace.api_socket,
                url=access.url,
                certificate=access.certificate,
                key=access.key,
                ca=access.ca,
                traps=ports.traps,
                device=DEVICE,
            ),
            {},
        )
        device, agent = Device(ports.traps), AgentProcess(workspace)
        sending = asyncio.create_task(device.run())
        try:
            for _ in range(KILLS):
                await agent.start()
                async with asyncio.TaskGroup() as life:
                    life.create_task(ask_for_polls(workspace, jobs))
                    await asyncio.sleep(random.uniform(0.1, 0.6))
                    await agent.kill()
        finally:
            sending.cancel()
            await agent.kill()
        await agent.start()
        try:
            await drained(workspace, headend)
            assert await jobs_over(workspace, jobs) == jobs
        finally:
            await agent.stop()
        records, holes = headend.store.records("cut", "cmsp.event.v1"), headend.store.holes("cut")
    reported = Counter(r.data["object"] for r in records if r.data["type"] == "trap.unknown")
    assert len(device.promised) > KILLS
    assert {f"{TRAP}.{number}" for number in device.promised} - reported.keys() == set()
    assert [name for name, count in reported.items() if count > 1] == []
    assert len({(r.epoch, r.sequence) for r in records}) == len(records)
    assert holes == []


async def drained(workspace: Workspace, headend: Headend) -> None:
    """Wait until the agent has nothing left to tell."""
    transport = httpx.AsyncHTTPTransport(uds=str(workspace.api_socket))
    async with httpx.AsyncClient(transport=transport, base_url="http://agent", timeout=30) as client:
        async with asyncio.timeout(120):
            while True:
                outbox = (await client.get("/v1/status")).json()["outbox"]
                if outbox["depth"] == 0 and headend.store.durable("cut").durable >= outbox["last"]:
                    return
                await asyncio.sleep(0.2)
