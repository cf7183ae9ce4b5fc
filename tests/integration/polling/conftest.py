"""Real net-snmp agents and rogue UDP responders on loopback, and a poller that asks them."""

import asyncio
import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from cmsp_agent.aio.clock import SystemClock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.aio.supervise import Supervisor
from cmsp_agent.model.component import Component, PollPlan, ReachPlan, SnmpPlan
from cmsp_agent.model.credentials import Credentials, SnmpCredential
from cmsp_agent.model.secret import Secret
from cmsp_agent.model.signal import PollSignal, Signal
from cmsp_agent.plugin.host import PluginHost
from cmsp_agent.plugin.quarantine import Quarantine
from cmsp_agent.services.devices.facts import DeviceFacts
from cmsp_agent.services.devices.known_devices import Devices
from cmsp_agent.services.polling.device import Device
from cmsp_agent.services.polling.device_starts import StartMemory
from cmsp_agent.services.polling.poller import Poller
from cmsp_agent.services.polling.reachability import Reachability
from cmsp_agent.services.polling.seen_well import WellMemory
from cmsp_agent.services.polling.sessions import SnmpSessions
from cmsp_agent.transports.snmp.client import SnmpClient
from tests.lab.ports import free_port

SNMPD = shutil.which("snmpd", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")

CONFIGURATION = """
agentAddress udp:127.0.0.1:{port}
rocommunity public
createUser monitor SHA-256 authentic-1 AES private-1
rouser monitor priv
sysDescr Linux lab 6.1
sysObjectID .1.3.6.1.4.1.8072.3.2.10
sysName lab-1
"""

COMMUNITY = SnmpCredential("2c", community=Secret("community", lambda: "public"))
USER = SnmpCredential(
    "3",
    user="monitor",
    auth="SHA-256",
    auth_key=Secret("auth", lambda: "authentic-1"),
    priv="AES-128",
    priv_key=Secret("priv", lambda: "private-1"),
)


@pytest.fixture
def snmpd(tmp_path: Path) -> Iterator[int]:
    """A net-snmp agent; its port."""
    if SNMPD is None:
        pytest.skip("needs snmpd (Debian package snmpd)")
    port = free_port()
    file = tmp_path / "snmpd.conf"
    file.write_text(CONFIGURATION.format(port=port))
    environment = {**os.environ, "SNMP_PERSISTENT_DIR": str(tmp_path / "persistent")}
    command = [SNMPD, "-f", "-Lf", str(tmp_path / "log"), "-C", "-c", str(file), "-I", "-smux"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _wait_for(tmp_path / "log")
    yield port
    process.terminate()
    process.wait(timeout=5)


def _wait_for(log: Path) -> None:
    for _ in range(200):
        if log.exists() and b"NET-SNMP" in log.read_bytes():
            return
        time.sleep(0.02)
    raise AssertionError("snmpd did not start")


Answer = Callable[[bytes], Sequence[bytes]]


class Rogue(asyncio.DatagramProtocol):
    """Answers each datagram with whatever a function makes of it."""

    def __init__(self, answer: Answer, delay: float) -> None:
        self._answer = answer
        self._delay = delay
        self.asked = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: object) -> None:
        self.asked += 1
        asyncio.get_running_loop().call_later(self._delay, self._reply, data, addr)

    def _reply(self, data: bytes, addr: object) -> None:
        if not self.transport.is_closing():
            for answer in self._answer(data):
                self.transport.sendto(answer, addr)  # type: ignore[attr-defined]


@pytest.fixture
async def rogue() -> AsyncIterator[Callable[[Answer, float], Awaitable[tuple[int, Rogue]]]]:
    """Makes rogue devices: (answer, delay) → (port, rogue)."""
    made = []

    async def make(answer: Answer, delay: float = 0.0) -> tuple[int, Rogue]:
        transport, protocol = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: Rogue(answer, delay), local_addr=("127.0.0.1", 0)
        )
        made.append(transport)
        return transport.get_extra_info("sockname")[1], protocol

    yield make
    for transport in made:
        transport.close()


@dataclass
class Site:
    """A poller with everything it needs, and what it reported."""

    poller: Poller
    devices: Devices
    counters: Counters
    signals: dict[str, list[tuple[float, PollSignal]]] = field(default_factory=dict)
    learned: dict[str, DeviceFacts] = field(default_factory=dict)
    series: dict[str, Mapping[str, float]] = field(default_factory=dict)
    reported: asyncio.Event = field(default_factory=asyncio.Event)

    async def poll(self, *components: Component) -> None:
        """Poll these from now on."""
        known = {component.name: component for component in components}
        self.devices.configure(known)
        await self.poller.configure(known)

    async def after(self, name: str, polls: int = 1, within: float = 20.0) -> PollSignal:
        """The outcome of a component's n-th poll."""
        async with asyncio.timeout(within):
            while len(self.signals.get(name, ())) < polls:
                self.reported.clear()
                await self.reported.wait()
        return self.signals[name][polls - 1][1]


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    """A poller on the system's clock with the plugins of the product."""
    clock, counters = SystemClock(), Counters()
    host = PluginHost(Quarantine(tmp_path / "quarantine.json"), clock, counters)
    host.load()
    devices = Devices(host.registry)
    client = SnmpClient(clock, counters)
    await client.open()
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(client.close)
        supervisor = await stack.enter_async_context(Supervisor(clock, counters))

        async def learned(name: str, facts: DeviceFacts) -> None:
            made.learned[name] = facts

        async def sink(signals: Sequence[Signal]) -> None:
            for signal in signals:
                assert isinstance(signal, PollSignal)
                made.signals.setdefault(signal.component, []).append((clock.monotonic(), signal))
                made.reported.set()

        async def write(component: str, at: int, samples: Mapping[str, float]) -> None:
            made.series[component] = samples

        reach, sessions = Reachability(counters), SnmpSessions(client)

        def device(component: Component) -> Device:
            well, starts = (
                WellMemory({}, keep_nothing, counters),
                StartMemory({}, keep_nothing, clock, counters),
            )
            return Device(component, devices, reach, sessions, learned, clock, counters, well, starts)

        made = Site(Poller(device, sink, write, supervisor, clock, counters), devices, counters)
        yield made
        sessions.close()


async def keep_nothing(_component: str, _seen: object) -> None:
    """These tests poll in one run only."""


def component(name: str, port: int, credential: SnmpCredential = COMMUNITY, every: float = 1.0) -> Component:
    """A component on loopback that is only asked by SNMP."""
    return Component(
        name,
        ("127.0.0.1",),
        "lab",
        credentials=Credentials(snmp=credential),
        poll=PollPlan(every=every, timeout=0.3, retries=1),
        reach=ReachPlan(icmp=False),
        snmp=SnmpPlan(port=port),
    )
