"""One simulated world: the site, the head-end, and the whole agent between them, started as often as a test wants."""

from __future__ import annotations

import asyncio
import gc
import shutil
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from cmsp_agent.app.agent import Agent, running
from cmsp_agent.app.loading import load
from cmsp_agent.model.ids import uuid7
from cmsp_agent.services.machine import Machine
from cmsp_agent.storage.sealed.master_key import FILE as KEY_FILE
from tests.lab.agent.workspace import HeadendAccess, Ports, Workspace
from tests.lab.certificates import Authority, appliance_uri
from tests.lab.demo.site_file import POLL_EVERY, demo_yaml
from tests.lab.site.site import ACCESS_SECRETS
from tests.simulation.headend import PlayedClient, PlayedHeadend
from tests.simulation.loop import SimulatedClock, SimulatedThreads, VirtualLoop
from tests.simulation.network import Wire
from tests.simulation.site import SYSLOG, TRAPS, PlayedSite, played_cli

T = TypeVar("T")
MEMORY = Path("/dev/shm")
APPLIANCE = "demo"
BACKUP = "services: {backup: daily 02:30}"
"""In the hour that one night lacks and another has twice."""
POLL_SECONDS = 300
"""Between two polls of a device: 16,000 polls in a week."""


@dataclass(slots=True)
class World:
    """Everything there is.

    Attributes:
        agent: the one that runs now.
    """

    folder: Path
    random: Random
    clock: SimulatedClock
    loop: VirtualLoop
    headend: PlayedHeadend
    site: PlayedSite
    wire: Wire
    agent: Agent | None = None
    runs: int = 0
    _life: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def workspace(self) -> Workspace:
        """The folder of the present run."""
        return Workspace(self.folder / f"run{self.runs}")

    def machine(self) -> Machine:
        """What the agent runs on."""
        ids = Random(self.random.random())

        def client(*arguments: Any) -> PlayedClient:
            made = PlayedClient(*arguments)
            made.headend = self.headend
            return made

        return Machine(
            self.clock,
            SimulatedThreads(self.loop, Random(self.random.random())),
            self.wire.network(client, played_cli(self.site)),
            ids.random,
            lambda now: uuid7(now, ids.randbytes),
            Random(ids.random()).randbytes,
        )

    def write(self, edit: Callable[[str], str] = str) -> None:
        """Write the partner's file: the built-in site, polled as a site is that says nothing of it."""
        authority = Authority(self.folder / "ca")
        identity = authority.client(APPLIANCE, appliance_uri(APPLIANCE), days=400)
        access = HeadendAccess("https://headend", identity.certificate, identity.key, authority.path)
        text = demo_yaml(self.workspace, self.site.definition, self.site.access, Ports(TRAPS, SYSLOG), access)
        for old, new in (
            (f"poll: {{every: {POLL_EVERY}}}", f"poll: {{every: {POLL_SECONDS}s}}\n      {BACKUP}"),
            ("heartbeat: 5s", "heartbeat: 60s"),
            ("reach: {icmp: false, tcp: 22}", "reach: {icmp: true}"),
            ("  next_hop: 127.0.0.1\n", ""),
        ):
            assert old in text
            text = text.replace(old, new)
        for name, people in self.site.definition.sites.items():
            text = text.replace(
                f"  {name}: {{people: {people}}}", f"  {name}: {{people: {people}, timezone: Europe/Paris}}"
            )
        self.workspace.write(edit(text), ACCESS_SECRETS)
        key = self.workspace.state / KEY_FILE
        key.touch(mode=0o600)
        key.write_text(self.random.randbytes(32).hex(), encoding="ascii")

    async def start(self) -> Agent:
        """Start the agent."""
        loaded = load(self.workspace.site_yaml, environment={})
        self.agent = await self._life.enter_async_context(running(loaded, self.machine()))
        return self.agent

    async def stop(self) -> None:
        """Stop it as systemd does."""
        await self._life.aclose()
        self.agent = None

    async def lose_power(self) -> None:
        """Go on with what is on the disk at this moment; whatever the agent still does changes nothing any more."""
        before = self.workspace
        self.runs += 1
        left_out = shutil.ignore_patterns("*.sock", "*.reserve")
        shutil.copytree(before.folder, self.workspace.folder, ignore=left_out)
        text = self.workspace.site_yaml.read_text(encoding="utf-8")
        self.workspace.site_yaml.write_text(
            text.replace(str(before.folder), str(self.workspace.folder)), encoding="utf-8"
        )
        connected, self.headend.connected = self.headend.connected, False
        lost, self.headend.lost_answers = self.headend.lost_answers, 0.0
        await self.stop()
        self.headend.connected, self.headend.lost_answers = connected, lost


@contextmanager
def disk(beside: Path) -> Iterator[Path]:
    """A folder in memory where the system has one: a power cut is played, so no write need reach a disk."""
    with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else beside, prefix="simulated-") as folder:
        yield Path(folder)


def simulate(folder: Path, seed: int, start: datetime, play: Callable[[World], Coroutine[Any, Any, T]]) -> T:
    """Make a world and let `play` live in it to its end."""
    gc.set_threshold(200_000)
    loop, random = VirtualLoop(), Random(seed)
    clock = SimulatedClock(loop, int(start.timestamp() * 1000))
    site = PlayedSite(lambda: clock.now() / 1000, clock.monotonic)
    headend = PlayedHeadend(Random(random.random()))
    # the probe of the tunnel reaches the head-end as the link does
    wire = Wire(Random(random.random()), lambda host: headend.connected if host == "headend" else site.alive(host))
    world = World(folder, random, clock, loop, headend, site, wire)
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        return runner.run(_lived(world, play))


async def _lived(world: World, play: Callable[[World], Awaitable[T]]) -> T:
    world.write()
    world.site.plug_in(world.wire)
    try:
        await world.start()
        return await play(world)
    finally:
        await world.stop()
        world.headend.store.close()
