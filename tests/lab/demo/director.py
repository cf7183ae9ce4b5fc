"""Play the scenes: let things happen at the site, wait until the picture shows what they must lead to, go on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from tests.lab.agent.picture import Picture
from tests.lab.demo.narrator import Narrator
from tests.lab.demo.story import Outcome, Scene
from tests.lab.headend.server import Headend
from tests.lab.site import happenings
from tests.lab.site.happenings import FIRST_PRI
from tests.lab.site.site import Site

LOOK_EVERY = 0.4
NEW_LINES = ["interface GigabitEthernet0/0/1", " description to the new floor", " no shutdown"]


class SceneFailed(Exception):
    """What a scene promises did not come true in time."""


class Agent(Protocol):
    """What the director asks of the agent."""

    async def picture(self) -> Picture:
        """What the agent knows now."""
        ...

    async def back_up(self, name: str) -> None:
        """Take a backup now and wait for its end."""
        ...

    async def difference(self, name: str) -> str:
        """What the newest version of a configuration changed, as a unified diff."""
        ...


@dataclass(slots=True)
class Director:
    """Has the site and the head-end in hand, and the agent by its API only.

    Attributes:
        appliance: the appliance's id at the head-end.
    """

    site: Site
    headend: Headend
    agent: Agent
    narrator: Narrator
    appliance: str
    pace: float = 1.0
    """Multiplies the time that a scene stays on the screen."""
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    outcomes: list[Outcome] = field(default_factory=list)

    async def play(self, scenes: Sequence[Scene]) -> None:
        """Play one scene after the other.

        Raises:
            SceneFailed: one did not come to its end.
        """
        for number, scene in enumerate(scenes, 1):
            self.narrator.scene(f"{number}/{len(scenes)}  {scene.title}", scene.why)
            reported = await self._act(scene)
            picture = await self._until(scene)
            text = "\n".join(filter(None, (scene.learnt(picture), reported)))
            self.outcomes.append(Outcome(scene, text, picture))
            self.narrator.learnt(text)
            await self._stay(scene.stay * self.pace)

    async def look(self) -> Picture:
        """The agent's picture, completed by what the head-end really has."""
        picture = await self.agent.picture()
        link = replace(picture.link, whole=not self.headend.faults.cut, stored=self.headend.store.count(self.appliance))
        return replace(picture, link=link)

    async def _act(self, scene: Scene) -> str:
        """Let it happen, and show how it does."""
        acting = asyncio.ensure_future(scene.act(self))
        try:
            while not acting.done():
                self.narrator.show(await self.look())
                await asyncio.wait([acting], timeout=LOOK_EVERY)
        finally:
            acting.cancel()
        return acting.result()

    async def _until(self, scene: Scene) -> Picture:
        deadline = self.clock() + scene.within
        while True:
            picture = await self.look()
            self.narrator.show(picture)
            missing = scene.seen(picture)
            if not missing:
                return picture
            if self.clock() > deadline:
                raise SceneFailed(f"{scene.title}: {missing} after {scene.within:g} s")
            await self.sleep(LOOK_EVERY)

    async def _stay(self, seconds: float) -> None:
        deadline = self.clock() + seconds
        while self.clock() < deadline:
            self.narrator.show(await self.look())
            await self.sleep(LOOK_EVERY)

    # --- the stage: what a scene can do ---

    async def back_up(self, *names: str) -> str:
        """Ask the agent for backups, one after the other."""
        for name in names:
            await self.agent.back_up(name)
        return ""

    async def fail_pri(self) -> str:
        """The first E1 of gw-1 loses its signal."""
        self.site.happen("gw-1", happenings.pri_line(FIRST_PRI, up=False))
        return ""

    async def change_configuration(self) -> str:
        """A person changes gw-1; then the agent is asked for a backup."""
        self.site["gw-1"].configure(NEW_LINES, user="partner")
        await self.agent.back_up("gw-1")
        return changed_lines(await self.agent.difference("gw-1"))

    async def cut_link(self) -> str:
        """No way to the head-end; the mains fails in Paris, a port of gw-2 flaps in Lyon."""
        self.headend.cut()
        self.site.happen("ups-1", happenings.on_battery(True))
        self.site.happen("gw-2", happenings.interface(1, "GigabitEthernet0/0/0", up=False))
        await self.sleep(1.0)
        self.site.happen("gw-2", happenings.interface(1, "GigabitEthernet0/0/0", up=True))
        return ""

    async def mend_link(self) -> str:
        """The head-end answers again."""
        self.headend.restore()
        return ""

    async def kill_gateway(self) -> str:
        """gw-1 dies, and vg-1 behind it can't be reached."""
        await self.site.kill("gw-1")
        return ""

    async def recover_all(self) -> str:
        """gw-1 starts again with both lines in order; the mains is back."""
        self.site.happen("gw-1", replace(happenings.pri_line(FIRST_PRI, up=True), says=()))
        self.site.happen("ups-1", happenings.on_battery(False))
        await self.site.revive("gw-1")
        return ""


def changed_lines(difference: str) -> str:
    """The lines of a unified diff that were removed or added."""
    lines = difference.splitlines()
    return "\n".join(line for line in lines if line[:1] in "+-" and not line.startswith(("+++", "---")))
